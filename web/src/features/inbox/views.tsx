import { Link } from '@tanstack/react-router';
import { AlarmClock, CircleCheck, Hourglass, Inbox, ListFilter, Users } from 'lucide-react';
import { ConnectionPill } from '@/components/connection-pill';
import { Divider } from '@/components/divider';
import { SearchButton } from '@/components/search-button';
import { t, written } from '@/lib/i18n';
import { plainList, STATUSES, totalName, type ListKey, type View } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';
import type { Edge } from '@/lib/panes';
import { useTeams, useViewCount, useViews } from '@/lib/people';

export const statusIcons = { open: Inbox, pending: Hourglass, snoozed: AlarmClock, resolved: CircleCheck };
export type KnownStatus = (typeof STATUSES)[number];

export function statusName(status: string): string {
  const known = [...STATUSES, 'any' as const].find((one) => one === status);
  return known ? t(`status.${known}`) : status;
}

/** Where conversations stand, each with how many. */
export function Views({ list, width, panes }: { list: ListKey; width: number; panes: readonly Edge[] }) {
  const totals = useInbox((state) => state.totals);
  const teams = useTeams() ?? [];
  const views = useViews() ?? [];
  const countOf = useViewCount();
  const plain = plainList(list);
  return (
    <aside className="relative flex flex-none border-e border-line bg-canvas" style={{ width }} aria-label={t('views.label')} data-pane>
      <Divider edge="viewsWidth" shown={panes} label={t('views.resize')} />
      <div className="flex min-w-0 flex-1 flex-col gap-px overflow-y-auto px-2">
      <div className="pane-title flex h-[52px] items-center justify-between ps-2">{t('areas.inbox')}<SearchButton /></div>
      {STATUSES.map((status) => {
        const Icon = statusIcons[status];
        const count = totals[totalName('all', status)]?.count ?? 0;
        return (
          <Link key={status} to="/inbox" search={{ ...plain, status }} className="view" aria-current={!list.saved && list.status === status ? 'true' : undefined}>
            <Icon size={16} aria-hidden="true" />
            <span className="truncate">{t(`status.${status}`)}</span>
            {count > 0 && <span className="count">{written(count)}</span>}
          </Link>
        );
      })}
      {views.length > 0 && <h2 className="px-2 pt-4 pb-1 text-[12px] leading-4 text-text-3">{t('views.saved')}</h2>}
      {views.map((view) => {
        const count = countOf(view.id) ?? 0;
        return (
          <Link key={view.id} to="/inbox" search={{ saved: view.id }} className="view" aria-current={list.saved === view.id ? 'true' : undefined} title={view.name}>
            <ListFilter size={16} aria-hidden="true" />
            <span className="truncate">{view.name}</span>
            {view.shared && <Users size={12} role="img" aria-label={t('views.shared')} />}
            {count > 0 && <span className="count">{written(count)}</span>}
          </Link>
        );
      })}
      {teams.length > 0 && <h2 className="px-2 pt-4 pb-1 text-[12px] leading-4 text-text-3">{t('views.teams')}</h2>}
      {teams.map((team) => {
        const view: View = `team:${team.id}`;
        const count = totals[totalName(view, plain.status)]?.count ?? 0;
        return (
          <Link key={team.id} to="/inbox" search={{ ...plain, view }} className="view" aria-current={list.view === view ? 'true' : undefined} title={team.name}>
            <Users size={16} aria-hidden="true" />
            <span className="truncate">{team.name}</span>
            {count > 0 && <span className="count">{written(count)}</span>}
          </Link>
        );
      })}
      <span className="flex-1" />
      <div className="px-2 pb-3.5"><ConnectionPill /></div>
      </div>
    </aside>
  );
}
