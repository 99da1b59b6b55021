import { ChevronDown, Paperclip, X } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { Menu, MenuChoice } from '@/components/menu';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { STATUSES } from '@/lib/inbox/state';
import { useChannels, useMe, useUsers } from '@/lib/people';
import { isFiltered, noFilters, WHENS, type SearchFilters } from '@/lib/search';

type Choice = { value: string; label: string };

/** What else must hold of what is found, as chips: each says what it is, and goes by its cross. */
export function SearchFilterBar({ filters, onFilters }: { filters: SearchFilters; onFilters: (filters: SearchFilters) => void }) {
  const channels = useChannels() ?? [];
  const { user } = useMe();
  const others = useUsers().filter((one) => one.id !== user.id).map((one) => ({ value: one.id, label: one.name }));
  const put = (change: Partial<SearchFilters>) => { onFilters({ ...filters, ...change }); };
  return (
    <div className="search-filters" role="group" aria-label={t('search.filters')}>
      {channels.length > 1 && (
        <Chip name={t('search.filter.channel')} any={t('search.any.channel')} value={filters.channel} choices={channels.map((one) => ({ value: one.id, label: one.name }))} onValue={(channel) => { put({ channel }); }} />
      )}
      <Chip name={t('search.filter.status')} any={t('search.any.status')} value={filters.status} choices={STATUSES.map((status) => ({ value: status, label: t(`status.${status}`) }))} onValue={(status) => { put({ status }); }} />
      <Chip name={t('search.filter.assignee')} any={t('search.any.assignee')} value={filters.assignee} choices={[{ value: 'me', label: t('search.me') }, { value: 'nobody', label: t('search.nobody') }, ...others]} onValue={(assignee) => { put({ assignee }); }} />
      <Chip name={t('search.filter.by')} any={t('search.any.by')} value={filters.by} choices={[{ value: 'customer', label: t('search.customer') }, { value: 'us', label: t('search.us') }, { value: 'me', label: t('search.me') }, ...others]} onValue={(by) => { put({ by }); }} />
      <Chip name={t('search.filter.when')} any={t('search.any.when')} value={filters.when} choices={WHENS.map((one) => ({ value: one, label: t(`search.whens.${one}`) }))} onValue={(value) => { put({ when: WHENS.find((one) => one === value) ?? null, from: '', to: '' }); }} />
      <button type="button" className="chip" aria-pressed={filters.file} onClick={() => { put({ file: !filters.file }); }}>
        <Paperclip size={14} aria-hidden="true" />{t('search.filter.file')}
      </button>
      {isFiltered(filters) && <button type="button" className="link px-1 text-[12px] whitespace-nowrap" onClick={() => { onFilters(noFilters); }}>{t('search.clear')}</button>}
      {filters.when === 'dates' && (
        <div className="flex w-full flex-wrap gap-3 pt-1">
          <Day label={t('search.from')} value={filters.from} onValue={(from) => { put({ from }); }} />
          <Day label={t('search.to')} value={filters.to} onValue={(to) => { put({ to }); }} />
        </div>
      )}
    </div>
  );
}

function Chip({ name, any, value, choices, onValue }: { name: string; any: string; value: string | null; choices: readonly Choice[]; onValue: (value: string | null) => void }): ReactNode {
  const label = choices.find((one) => one.value === value)?.label;
  return (
    <span className="chip-group" data-on={label !== undefined || undefined}>
      <Menu
        align="start"
        trigger={
          <button type="button" className="chip" aria-label={`${name}: ${label ?? any}`}>
            {label === undefined ? name : <><span className="text-text-3">{name}</span> {label}</>}
            {label === undefined && <ChevronDown size={14} aria-hidden="true" />}
          </button>
        }
      >
        <MenuChoice checked={value === null} onSelect={() => { onValue(null); }}>{any}</MenuChoice>
        {choices.map((one) => (
          <MenuChoice key={one.value} checked={one.value === value} onSelect={() => { onValue(one.value); }}>{one.label}</MenuChoice>
        ))}
      </Menu>
      {label !== undefined && (
        <button type="button" className="chip-off" aria-label={t('search.without', { filter: `${name}: ${label}` })} onClick={() => { onValue(null); }}>
          <X size={12} aria-hidden="true" />
        </button>
      )}
    </span>
  );
}

function Day({ label, value, onValue }: { label: string; value: string; onValue: (value: string) => void }) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-2">
      <label className="text-[12px] text-text-2" htmlFor={id}>{label}</label>
      <input id={id} type="date" className="field !h-7 !w-36" value={value} onChange={(event) => { onValue(event.target.value); }} />
    </span>
  );
}
