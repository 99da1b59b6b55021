import { X } from 'lucide-react';
import { useState } from 'react';
import { t } from '@/lib/i18n';
import '@/lib/i18n-reports';
import { useChannels, useTeams, useUsers } from '@/lib/people';
import { daysBetween, DAYS_MAX, RANGES, shownDays, type ReportSearch } from '@/lib/reports';

/** Which days, and whose. */
export function RangeBar({ search, today, onSearch }: { search: ReportSearch; today: string; onSearch: (next: ReportSearch) => void }) {
  const users = useUsers();
  const teams = useTeams() ?? [];
  const channels = useChannels() ?? [];
  const days = shownDays(search, today);
  const own = search.from !== undefined && search.to !== undefined;
  const { range: _range, from: _from, to: _to, ...rest } = search;
  const set = (key: 'user' | 'team' | 'channel', value: string) => {
    const { [key]: _before, ...others } = search;
    onSearch(value ? { ...others, [key]: value } : others);
  };
  const filtered = search.user !== undefined || search.team !== undefined || search.channel !== undefined;
  return (
    <div className="flex flex-wrap items-end gap-2 pt-4 pb-3">
      <select className="field !w-auto" aria-label={t('reports.range.label')} value={own ? 'own' : (search.range ?? 'days7')} onChange={(event) => {
        const range = RANGES.find((one) => one === event.target.value);
        onSearch(range ? { ...rest, range } : { ...rest, ...days });
      }}>
        {RANGES.map((one) => <option key={one} value={one}>{t(`reports.range.${one}`)}</option>)}
        <option value="own">{t('reports.range.own')}</option>
      </select>
      {own && <OwnDays key={`${days.from} ${days.to}`} from={days.from} to={days.to} today={today} onDays={(from, to) => { onSearch({ ...rest, from, to }); }} />}
      {users.length > 1 && (
        <select className="field !w-auto" aria-label={t('reports.filter.person')} value={search.user ?? ''} onChange={(event) => { set('user', event.target.value); }}>
          <option value="">{t('reports.filter.everybody')}</option>
          <option value="none">{t('reports.none.agent')}</option>
          {users.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      )}
      {teams.length > 0 && (
        <select className="field !w-auto" aria-label={t('reports.filter.team')} value={search.team ?? ''} onChange={(event) => { set('team', event.target.value); }}>
          <option value="">{t('reports.filter.allTeams')}</option>
          <option value="none">{t('reports.none.team')}</option>
          {teams.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      )}
      {channels.length > 1 && (
        <select className="field !w-auto" aria-label={t('reports.filter.channel')} value={search.channel ?? ''} onChange={(event) => { set('channel', event.target.value); }}>
          <option value="">{t('reports.filter.allChannels')}</option>
          {channels.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      )}
      {filtered && (
        <button type="button" className="btn plain" onClick={() => {
          const { user: _user, team: _team, channel: _channel, ...others } = search;
          onSearch(others);
        }}><X size={14} aria-hidden="true" />{t('reports.filter.clear')}</button>
      )}
    </div>
  );
}

/** Two days; taken over once both make sense. */
function OwnDays({ from, to, today, onDays }: { from: string; to: string; today: string; onDays: (from: string, to: string) => void }) {
  const [days, setDays] = useState({ from, to });
  const problem = days.to < days.from ? t('reports.range.wrong') : daysBetween(days.from, days.to) > DAYS_MAX ? t('reports.range.long') : undefined;
  const take = (next: { from: string; to: string }) => {
    setDays(next);
    if (next.from && next.to && next.from <= next.to && daysBetween(next.from, next.to) <= DAYS_MAX) onDays(next.from, next.to);
  };
  return (
    <>
      <input type="date" className="field !w-auto" aria-label={t('reports.range.from')} aria-invalid={problem ? true : undefined} max={today} value={days.from} onChange={(event) => { take({ ...days, from: event.target.value }); }} />
      <input type="date" className="field !w-auto" aria-label={t('reports.range.to')} aria-invalid={problem ? true : undefined} max={today} value={days.to} onChange={(event) => { take({ ...days, to: event.target.value }); }} />
      {problem && <p className="hint bad self-center" role="alert">{problem}</p>}
    </>
  );
}
