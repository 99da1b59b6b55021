import { useQuery } from '@tanstack/react-query';
import { Maximize2, Minimize2 } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { availabilityQuery, queryClient } from '@/api/queries';
import type { LiveFigures, LiveReport } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { readByKeys } from '@/features/reports/charts';
import { useMinute } from '@/lib/hooks';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-reports';
import { wordsOf } from '@/lib/inbox/actions';
import { useInbox, useLink } from '@/lib/inbox/store';
import { presenceName, useChannels, useTeams, useUsers } from '@/lib/people';
import { liveReportQuery } from '@/lib/reports';
import { clock, since } from '@/lib/time';

/** Between two looks, in milliseconds, at least: events only say that something changed. */
const LOOK_EVERY_MS = 1_000;

/** Asks again when something happens, at most once a second, and when somebody comes or goes. */
function useLiveReport(): { report: LiveReport | undefined; error: Error | null; retry: () => void } {
  const { data, error, refetch } = useQuery({ ...liveReportQuery, refetchInterval: 60_000 });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again = false;
    const look = () => {
      if (timer !== undefined) {
        again = true;
        return;
      }
      void queryClient.invalidateQueries({ queryKey: liveReportQuery.queryKey });
      timer = setTimeout(() => {
        timer = undefined;
        if (again) {
          again = false;
          look();
        }
      }, LOOK_EVERY_MS);
    };
    const ofInbox = useInbox.subscribe((state, before) => { if (state.conversations !== before.conversations) look(); });
    const ofPeople = queryClient.getQueryCache().subscribe(({ type, query }) => { if (type === 'updated' && query.queryKey[0] === availabilityQuery.queryKey[0]) look(); });
    const ofLink = useLink.subscribe((link, before) => { if (link.state === 'live' && before.state !== 'live') look(); });
    return () => {
      clearTimeout(timer);
      ofInbox();
      ofPeople();
      ofLink();
    };
  }, []);
  return { report: data, error, retry: () => void refetch() };
}

/** How it stands at this moment. On a wall it fills the screen, in letters that are read from afar. */
export function Live({ wall, onWall }: { wall: boolean; onWall: (on: boolean) => void }) {
  const { report, error, retry } = useLiveReport();
  const now = useMinute();
  const link = useLink((state) => state.state);
  useEffect(() => {
    if (!wall) return;
    const left = () => { if (!document.fullscreenElement) onWall(false); };
    const key = (event: KeyboardEvent) => { if (event.key === 'Escape') onWall(false); };
    // A browser that does not let it fill the screen shows it in the window.
    document.documentElement.requestFullscreen().then(() => { document.addEventListener('fullscreenchange', left); }).catch(() => undefined);
    window.addEventListener('keydown', key);
    return () => {
      document.removeEventListener('fullscreenchange', left);
      window.removeEventListener('keydown', key);
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    };
  }, [wall, onWall]);
  const asOf = report && (link === 'live' ? t('reports.wall.asOf', { time: clock(report.at) }) : t('reports.wall.stale', { time: clock(report.at) }));
  return (
    <div className={wall ? 'report-wall' : ''}>
      <div className="flex flex-wrap items-center gap-3 pt-4 pb-3">
        <h2 className="report-title flex-1">{t('reports.live')}</h2>
        {asOf && <span className={`num text-[12px] ${link === 'live' ? 'text-text-3' : 'text-warn'}`}>{asOf}</span>}
        <button type="button" className="btn small" onClick={() => { onWall(!wall); }}>
          {wall ? <Minimize2 size={14} aria-hidden="true" /> : <Maximize2 size={14} aria-hidden="true" />}{wall ? t('reports.wall.close') : t('reports.wall.open')}
        </button>
      </div>
      {error && !report && <p className="text-bad" role="alert">{t('reports.loadFailed', { detail: wordsOf(error) })} <button type="button" className="link" onClick={retry}>{t('app.tryAgain')}</button></p>}
      {report && <Board report={report} now={Math.max(now, Date.parse(report.at))} />}
    </div>
  );
}

function Board({ report, now }: { report: LiveReport; now: number }) {
  const { total } = report;
  const empty = total.open + total.pending + total.snoozed === 0;
  return (
    <>
      <dl className="report-tiles">
        <Tile name={t('reports.wall.openCount')} value={written(total.open)} />
        <Tile name={t('reports.wall.unassigned')} value={written(total.unassigned)} tone={total.unassigned > 0 ? 'warn' : undefined} />
        <Tile name={t('reports.wall.waiting')} value={written(total.waiting)} />
        <Tile name={t('reports.wall.longest')} value={total.waiting_since ? since(total.waiting_since, now) : '–'} note={total.waiting_since ? clock(total.waiting_since) : t('reports.wall.nobody')} />
        <Tile name={t('reports.wall.missed')} value={written(total.missed)} tone={total.missed > 0 ? 'bad' : undefined} />
        <Tile name={t('reports.wall.available')} value={written(total.available)} tone={total.available === 0 && total.open > 0 ? 'bad' : undefined} />
      </dl>
      {empty && (
        <div className="py-4">
          <p className="font-semibold">{t('reports.wall.none')}</p>
          <p className="text-text-2">{t('reports.wall.noneText')}</p>
        </div>
      )}
      <div className="report-columns uneven pt-6">
        <Agents report={report} now={now} />
        <Places report={report} now={now} />
      </div>
    </>
  );
}

function Tile({ name, value, note, tone }: { name: string; value: string; note?: string; tone?: 'warn' | 'bad' | undefined }) {
  return (
    <div className="report-tile">
      <dt>{name}</dt>
      <dd className={`num ${tone === 'bad' ? 'text-bad' : tone === 'warn' ? 'text-warn' : ''}`}>{value}</dd>
      {note && <dd className="beside num">{note}</dd>}
    </div>
  );
}

const ORDER = ['online', 'busy', 'away', 'offline'];

function Agents({ report, now }: { report: LiveReport; now: number }) {
  const users = useUsers();
  const most = Math.max(1, ...report.agents.map((one) => one.open));
  const agents = report.agents
    .map((one) => ({ ...one, name: users.find((user) => user.id === one.user_id)?.name ?? '' }))
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.open - a.open || a.name.localeCompare(b.name));
  return (
    <Section title={t('reports.wall.agents')}>
      <table className="report-table">
        <thead>
          <tr>
            <th scope="col">{t('reports.wall.person')}</th>
            <th scope="col">{t('reports.wall.has')}</th>
            <th scope="col" className="text-end">{t('reports.wall.waiting')}</th>
            <th scope="col" className="text-end">{t('reports.wall.longest')}</th>
          </tr>
        </thead>
        <tbody>
          {agents.map((one) => (
            <tr key={one.user_id}>
              <th scope="row"><span className="flex items-center gap-2"><Avatar id={one.user_id} name={one.name} size={24} presence={one.state} /><span className="min-w-0">{one.name}</span><span className="text-[12px] font-normal text-text-3">{presenceName(one.state)}</span></span></th>
              <td><span className="flex items-center gap-2"><span className="num w-6 text-end">{written(one.open)}</span><span className="report-bar" aria-hidden="true"><i style={{ inlineSize: `${String((one.open / most) * 100)}%` }} /></span></span></td>
              <td className="num text-end">{one.waiting > 0 ? written(one.waiting) : ''}</td>
              <td className="num text-end">{one.waiting_since ? since(one.waiting_since, now) : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Places({ report, now }: { report: LiveReport; now: number }) {
  const teams = useTeams() ?? [];
  const channels = useChannels() ?? [];
  const ofTeams = report.teams.map(({ team_id, ...figures }) => ({ key: team_id ?? 'none', name: team_id ? (teams.find((one) => one.id === team_id)?.name ?? t('reports.gone')) : t('reports.none.team'), figures }));
  const ofChannels = report.channels.map(({ channel_id, ...figures }) => ({ key: channel_id, name: channels.find((one) => one.id === channel_id)?.name ?? t('reports.gone'), figures }));
  return (
    <div className="grid content-start gap-6">
      {teams.length > 0 && <Table title={t('reports.wall.teams')} head={t('reports.wall.team')} rows={ofTeams} now={now} available />}
      {ofChannels.length > 0 && <Table title={t('reports.wall.channels')} head={t('reports.wall.channel')} rows={ofChannels} now={now} />}
    </div>
  );
}

function Table({ title, head, rows, now, available = false }: { title: string; head: string; rows: { key: string; name: string; figures: LiveFigures }[]; now: number; available?: boolean }) {
  return (
    <Section title={title}>
      <table className="report-table">
        <thead>
          <tr>
            <th scope="col">{head}</th>
            <th scope="col" className="text-end">{t('reports.wall.openCount')}</th>
            <th scope="col" className="text-end">{t('reports.wall.unassigned')}</th>
            <th scope="col" className="text-end">{t('reports.wall.waiting')}</th>
            <th scope="col" className="text-end">{t('reports.wall.longest')}</th>
            <th scope="col" className="text-end">{t('reports.wall.missed')}</th>
            {available && <th scope="col" className="text-end">{t('reports.wall.available')}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, figures }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td className="num text-end">{written(figures.open)}</td>
              <td className="num text-end">{written(figures.unassigned)}</td>
              <td className="num text-end">{written(figures.waiting)}</td>
              <td className="num text-end">{figures.waiting_since ? since(figures.waiting_since, now) : ''}</td>
              <td className={`num text-end ${figures.missed > 0 ? 'text-bad' : ''}`}>{written(figures.missed)}</td>
              {available && <td className="num text-end">{key === 'none' ? '' : written(figures.available)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="pb-1 text-[14px] font-semibold">{title}</h3>
      <div className="report-scroll" ref={readByKeys}>{children}</div>
    </section>
  );
}
