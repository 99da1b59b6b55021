import { TrendingDown, TrendingUp } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ReportFigures, ReportGroup, ReportHistory, ReportStep, ReportTimes } from '@/api/types';
import { Bars, DataTable, Figure, HeatMap, Lines, readByKeys, type Bar } from '@/features/reports/charts';
import { RangeBar } from '@/features/reports/range-bar';
import { Rows } from '@/features/reports/rows';
import { daysWords, dayWords, share, useShown, weekdays, type Shown } from '@/features/reports/shown';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-reports';
import { wordsOf } from '@/lib/inbox/actions';
import { changeOf, exportOf, grainsFor, GROUPS, daysBetween, satisfied, span, type ReportSearch, type RowsParams } from '@/lib/reports';

type Opened = { title: string; params: RowsParams };

/** What happened in some days, in figures and pictures; each opens its rows. */
export function History({ search, onSearch }: { search: ReportSearch; onSearch: (next: ReportSearch) => void }) {
  const group = search.group ?? 'agent';
  const shown = useShown(search, group);
  const { today, zone, params, history, error, retry } = shown;
  const [rows, setRows] = useState<Opened | null>(null);
  const days = daysWords(params.from, params.to);
  const open = (figure: string, asked: RowsParams) => { setRows({ title: t('reports.rows.title', { figure, days }), params: asked }); };
  return (
    <>
      <h2 className="sr-only">{t('reports.history')}</h2>
      <RangeBar search={search} today={today} onSearch={onSearch} />
      {error && !history && <p className="text-bad" role="alert">{t('reports.loadFailed', { detail: wordsOf(error) })} <button type="button" className="link" onClick={retry}>{t('app.tryAgain')}</button></p>}
      {history && (
        <>
          <p className="pb-2 text-[12px] text-text-3">{days} · {t('reports.zone', { zone })}{history.lag ? ` · ${t('reports.lag', { count: history.lag.events })}` : ''}</p>
          <Figures history={history} shown={shown} onOpen={open} />
          {isEmpty(history.total)
            ? <div className="py-6"><p className="font-semibold">{t('reports.charts.none')}</p><p className="text-text-2">{t('reports.charts.noneText')}</p></div>
            : <Pictures history={history} shown={shown} search={search} group={group} onSearch={onSearch} onOpen={open} />}
        </>
      )}
      {rows && <Rows title={rows.title} params={rows.params} onClose={() => { setRows(null); }} />}
    </>
  );
}

const isEmpty = (of: ReportFigures) => of.opened + of.resolved + of.received + of.sent + of.automatic + of.asked === 0;

type OnOpen = (figure: string, params: RowsParams) => void;

function Figures({ history, shown, onOpen }: { history: ReportHistory; shown: Shown; onOpen: OnOpen }) {
  const { total, before } = history;
  const { rowsOf } = shown;
  const score = satisfied(total.ratings);
  return (
    <div className="report-tiles">
      <Count name={t('reports.figures.opened')} value={total.opened} before={before.opened} onOpen={() => { onOpen(t('reports.figures.opened'), rowsOf('opened')); }}>
        {total.reopened > 0 && <button type="button" className="link" onClick={() => { onOpen(t('reports.figures.reopened'), rowsOf('opened', { reopened: true })); }}>{t('reports.figures.reopened')} <span className="num">{written(total.reopened)}</span></button>}
      </Count>
      <Count name={t('reports.figures.resolved')} value={total.resolved} before={before.resolved} onOpen={() => { onOpen(t('reports.figures.resolved'), rowsOf('resolved')); }}>
        {total.by_bot > 0 && <button type="button" className="link" onClick={() => { onOpen(t('reports.figures.byBot'), rowsOf('resolved', { by_bot: true })); }}>{t('reports.figures.byBot')} <span className="num">{written(total.by_bot)}</span></button>}
      </Count>
      <Time name={t('reports.figures.first')} times={total.first_response} before={before.first_response} onOpen={() => { onOpen(t('reports.figures.first'), rowsOf('first_answered')); }} />
      <Time name={t('reports.figures.waiting')} times={total.waiting} before={before.waiting} onOpen={() => { onOpen(t('reports.figures.waiting'), rowsOf('answered')); }} />
      <Time name={t('reports.figures.resolution')} times={total.resolution} before={before.resolution} onOpen={() => { onOpen(t('reports.figures.resolution'), rowsOf('resolved')); }} />
      {total.asked > 0 || score !== null
        ? (
          <Tile name={t('reports.figures.score')} value={score === null ? '–' : share(score)} onOpen={score === null ? undefined : () => { onOpen(t('reports.figures.answered'), rowsOf('rated')); }}>
            <span>{t('reports.figures.answered')} <span className="num">{written(total.ratings.reduce((sum, count) => sum + count, 0))}</span></span>
          </Tile>
        )
        : (
          <Count name={t('reports.figures.received')} value={total.received} before={before.received}>
            <span>{t('reports.figures.sent')} <span className="num">{written(total.sent + total.automatic)}</span></span>
          </Count>
        )}
    </div>
  );
}

function Tile({ name, value, onOpen, children }: { name: string; value: string; onOpen?: (() => void) | undefined; children?: ReactNode }) {
  return (
    <section className="report-tile" aria-label={name}>
      <h3>{name}</h3>
      {onOpen
        ? <button type="button" className="value num" aria-label={`${value}. ${t('reports.figure.rows', { figure: name })}`} onClick={onOpen}>{value}</button>
        : <p className="value num">{value}</p>}
      <div className="beside">{children}</div>
    </section>
  );
}

function Count({ name, value, before, onOpen, children }: { name: string; value: number; before: number; onOpen?: () => void; children?: ReactNode }) {
  return (
    <Tile name={name} value={written(value)} onOpen={value > 0 ? onOpen : undefined}>
      <Change now={value} before={before} />
      {children}
    </Tile>
  );
}

function Time({ name, times, before, onOpen }: { name: string; times: ReportTimes; before: ReportTimes; onOpen: () => void }) {
  const none = times.median_s === undefined || times.median_s === null;
  return (
    <Tile name={name} value={none ? '–' : span(times.median_s ?? 0)} onOpen={none ? undefined : onOpen}>
      {!none && (
        <>
          <Change now={times.median_s} before={before.median_s} time />
          <span>{t('reports.figure.p90', { span: span(times.p90_s ?? 0) })}</span>
          <span>{t('reports.figure.average', { span: span(times.average_s ?? 0) })}</span>
          {times.open && <span>{t('reports.figure.openHours', { span: span(times.open.median_s) })}</span>}
        </>
      )}
    </Tile>
  );
}

/** Against as many days before. Longer is worse, more is neither. */
function Change({ now, before, time = false }: { now: number | null | undefined; before: number | null | undefined; time?: boolean }) {
  const change = changeOf(now, before);
  if (change === null) return <span>{t('reports.figure.first')}</span>;
  if (Math.abs(change) < 0.005) return <span>{t('reports.figure.same')}</span>;
  const up = change > 0;
  const words = time ? (up ? 'longer' : 'shorter') : up ? 'more' : 'less';
  const tone = time ? (up ? 'text-warn' : 'text-ok') : '';
  const Arrow = up ? TrendingUp : TrendingDown;
  return <span className={`inline-flex items-center gap-1 ${tone}`}><Arrow size={13} aria-hidden="true" className="rtl:-scale-x-100" />{t(`reports.figure.${words}`, { change: share(Math.abs(change)) })}</span>;
}

function Pictures({ history, shown, search, group, onSearch, onOpen }: { history: ReportHistory; shown: Shown; search: ReportSearch; group: ReportGroup; onSearch: (next: ReportSearch) => void; onOpen: OnOpen }) {
  const { params } = shown;
  return (
    <div className="grid gap-8 pt-6">
      <Volume history={history} shown={shown} search={search} onSearch={onSearch} onOpen={onOpen} />
      <div className="report-columns">
        <Bands history={history} shown={shown} onOpen={onOpen} />
        <Busy history={history} shown={shown} onOpen={onOpen} />
      </div>
      <Compare history={history} shown={shown} group={group} exported={exportOf('groups', params)} onGroup={(next) => { onSearch({ ...search, group: next }); }} onOpen={onOpen} />
    </div>
  );
}

/** A step as the axis has it, and as one says it. */
function stepName(step: ReportStep, grain: ReportHistory['grain'], long: boolean): string {
  if (grain === 'hour') return long ? dayWords(step.at, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }) : step.at.slice(11, 16);
  if (grain === 'month') return dayWords(step.at, long ? { month: 'long', year: 'numeric' } : { month: 'short' });
  return dayWords(step.at, long ? { weekday: 'short', day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short' });
}

function Volume({ history, shown, search, onSearch, onOpen }: { history: ReportHistory; shown: Shown; search: ReportSearch; onSearch: (next: ReportSearch) => void; onOpen: OnOpen }) {
  const { params, rowsOf } = shown;
  const { grain, series, total, before } = history;
  const grains = grainsFor(daysBetween(params.from, params.to));
  const change = changeOf(total.opened, before.opened);
  const said = change === null ? t('reports.figure.first') : Math.abs(change) < 0.005 ? t('reports.figure.same') : t(change > 0 ? 'reports.figure.more' : 'reports.figure.less', { change: share(Math.abs(change)) });
  const finding = `${t('reports.figures.opened')} ${written(total.opened)}, ${said}`;
  const points = series.map((step) => ({
    label: stepName(step, grain, false),
    name: t('reports.charts.point', { at: stepName(step, grain, true), opened: written(step.opened), resolved: written(step.resolved) }),
    values: [step.opened, step.resolved],
  }));
  const table = (
    <DataTable
      heads={[t('reports.charts.day'), t('reports.figures.opened'), t('reports.figures.resolved'), t('reports.figures.received'), t('reports.figures.sent'), t('reports.figures.automatic'), t('reports.figures.first')]}
      rows={series.map((step) => [stepName(step, grain, true), written(step.opened), written(step.resolved), written(step.received), written(step.sent), written(step.automatic), typeof step.first_response.median_s === 'number' ? span(step.first_response.median_s) : '–'])}
    />
  );
  return (
    <Figure
      finding={finding}
      text={t('reports.charts.volumeText', { grain: t(`reports.grain.${grain}`) })}
      table={table}
      exported={exportOf('series', params)}
      tools={
        <select className="field !h-7 !w-auto !py-0 text-[12px]" aria-label={t('reports.grain.label')} value={grain} onChange={(event) => { const next = grains.find((one) => one === event.target.value); if (next) onSearch({ ...search, grain: next }); }}>
          {grains.map((one) => <option key={one} value={one}>{t(`reports.grain.${one}`)}</option>)}
        </select>
      }
    >
      <Lines
        points={points}
        series={[{ name: t('reports.figures.opened'), color: 'var(--accent)' }, { name: t('reports.figures.resolved'), color: 'var(--line-3)', dash: true }]}
        label={finding}
        onOpen={(at) => {
          const step = series[at];
          if (step && step.opened > 0) onOpen(`${t('reports.figures.opened')}: ${stepName(step, grain, true)}`, rowsOf('opened', { from: step.from, to: step.to }));
        }}
      />
    </Figure>
  );
}

const HOUR_S = 3_600;

function bandName(from: number, to: number | null | undefined): string {
  if (from === 0) return t('reports.charts.upTo', { span: span(to ?? 0) });
  if (typeof to !== 'number') return t('reports.charts.over', { span: span(from) });
  return t('reports.charts.between', { from: span(from), to: span(to) });
}

function Bands({ history, shown, onOpen }: { history: ReportHistory; shown: Shown; onOpen: OnOpen }) {
  const { params, rowsOf } = shown;
  const bands = history.first_response;
  const all = bands.reduce((sum, band) => sum + band.count, 0);
  const soon = bands.filter((band) => typeof band.to_s === 'number' && band.to_s <= HOUR_S).reduce((sum, band) => sum + band.count, 0);
  const finding = all > 0 ? t('reports.charts.bandsFinding', { share: share(soon / all) }) : t('reports.charts.bands');
  const bars: Bar[] = bands.map((band) => {
    const name = bandName(band.from_s, band.to_s);
    return {
      key: String(band.from_s),
      name,
      value: band.count,
      text: written(band.count),
      label: `${name}: ${written(band.count)}. ${t('reports.figure.rows', { figure: t('reports.figures.first') })}`,
      onOpen: () => { onOpen(`${t('reports.figures.first')}: ${name}`, rowsOf('first_answered', { from_s: band.from_s, ...(typeof band.to_s === 'number' ? { to_s: band.to_s } : {}) })); },
    };
  });
  return (
    <Figure
      finding={finding}
      text={t('reports.charts.bandsText')}
      exported={exportOf('first_response', params)}
      table={<DataTable heads={[t('reports.charts.within'), t('reports.charts.count')]} rows={bands.map((band) => [bandName(band.from_s, band.to_s), written(band.count)])} />}
    >
      <Bars bars={bars} />
    </Figure>
  );
}

function Busy({ history, shown, onOpen }: { history: ReportHistory; shown: Shown; onOpen: OnOpen }) {
  const { params, rowsOf } = shown;
  const short = weekdays('short');
  const long = weekdays('long');
  const hourName = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
  const cells = history.busy.flatMap((hours, day) => hours.map((count, hour) => ({ day, hour, count })));
  const top = cells.reduce((best, cell) => (cell.count > best.count ? cell : best), { day: 0, hour: 0, count: 0 });
  const finding = top.count > 0 ? t('reports.charts.busiest', { day: long[top.day] ?? '', hour: hourName(top.hour) }) : t('reports.charts.busy');
  const cell = (day: number, hour: number, count: number) => t('reports.charts.cell', { day: long[day] ?? '', hour: hourName(hour), count });
  return (
    <Figure
      finding={finding}
      text={t('reports.charts.busyText')}
      exported={exportOf('busy', params)}
      table={<DataTable heads={[t('reports.charts.day'), ...Array.from({ length: 24 }, (_, hour) => hourName(hour))]} rows={history.busy.map((hours, day) => [long[day], ...hours.map((count) => (count > 0 ? written(count) : ''))])} />}
    >
      <HeatMap counts={history.busy} days={short} label={finding} cell={cell} onOpen={(day, hour) => { onOpen(`${t('reports.figures.opened')}: ${long[day] ?? ''}, ${hourName(hour)}`, rowsOf('opened', { weekday: day, hour })); }} />
    </Figure>
  );
}

function Compare({ history, shown, group, exported, onGroup, onOpen }: { history: ReportHistory; shown: Shown; group: ReportGroup; exported: string; onGroup: (group: ReportGroup) => void; onOpen: OnOpen }) {
  const { rowsOf } = shown;
  const key = group === 'agent' ? 'user_id' : group === 'team' ? 'team_id' : 'channel_id';
  const named = history.groups?.map((one) => ({ ...one, title: one.name ?? (one.id ? t('reports.gone') : t(`reports.none.${group}`)), whose: { [key]: one.id ?? 'none' } })) ?? [];
  const time = (times: ReportTimes) => (typeof times.median_s === 'number' ? span(times.median_s) : '–');
  const link = (count: number, figure: string, name: string, params: RowsParams) => (count > 0 ? <button type="button" className="link num" aria-label={`${written(count)}. ${t('reports.figure.rows', { figure: `${figure}, ${name}` })}`} onClick={() => { onOpen(`${figure}: ${name}`, params); }}>{written(count)}</button> : written(count));
  const table = (
    <DataTable
      heads={[t(`reports.group.${group}`), t('reports.figures.opened'), t('reports.figures.resolved'), t('reports.figures.sent'), t('reports.figures.first'), t('reports.figures.waiting'), t('reports.figures.resolution'), t('reports.figures.score')]}
      rows={named.map((one) => {
        const score = satisfied(one.ratings);
        return [
          one.title,
          link(one.opened, t('reports.figures.opened'), one.title, rowsOf('opened', one.whose)),
          link(one.resolved, t('reports.figures.resolved'), one.title, rowsOf('resolved', one.whose)),
          written(one.sent),
          time(one.first_response),
          time(one.waiting),
          time(one.resolution),
          score === null ? '–' : share(score),
        ];
      })}
    />
  );
  const bars: Bar[] = named.map((one) => ({
    key: one.id ?? 'none',
    name: one.title,
    value: one.resolved,
    text: written(one.resolved),
    label: `${one.title}: ${written(one.resolved)}. ${t('reports.figure.rows', { figure: t('reports.figures.resolved') })}`,
    onOpen: () => { onOpen(`${t('reports.figures.resolved')}: ${one.title}`, rowsOf('resolved', one.whose)); },
  }));
  const first = named[0];
  return (
    <Figure
      finding={first && first.resolved > 0 && first.id ? `${first.title}: ${t('reports.figures.resolved')} ${written(first.resolved)}` : t('reports.charts.compare')}
      text={t('reports.charts.compareText')}
      table={table}
      exported={exported}
      tools={
        <select className="field !h-7 !w-auto !py-0 text-[12px]" aria-label={t('reports.group.label')} value={group} onChange={(event) => { const next = GROUPS.find((one) => one === event.target.value); if (next) onGroup(next); }}>
          {GROUPS.map((one) => <option key={one} value={one}>{t(`reports.group.${one}`)}</option>)}
        </select>
      }
    >
      <div className="grid gap-4">
        <Bars bars={bars} />
        <div className="report-scroll" role="region" aria-label={t('reports.charts.compare')} ref={readByKeys}>{table}</div>
      </div>
    </Figure>
  );
}
