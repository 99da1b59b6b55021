import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUpDown, ChevronDown, MessagesSquare, SquarePen, Users } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { AsOf } from '@/components/as-of';
import { ConnectionPill } from '@/components/connection-pill';
import { Divider } from '@/components/divider';
import { Menu, MenuChoice, MenuLabel, MenuLine } from '@/components/menu';
import { SearchButton } from '@/components/search-button';
import { Tip } from '@/components/tip';
import { Card } from '@/features/inbox/card';
import { forward } from '@/lib/direction';
import { statusIcons, statusName } from '@/features/inbox/views';
import { openDialog } from '@/lib/dialogs';
import { useAfter, useMedia } from '@/lib/hooks';
import { t, written } from '@/lib/i18n';
import { assign } from '@/lib/inbox/actions';
import { calmOrder, freshAbove } from '@/lib/inbox/calm';
import { loadList } from '@/lib/inbox/live';
import { listName, orderOf, SORTS, STATUSES, teamOf, totalName, VIEWS, type ListKey, type Tab, type View } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';
import type { Edge } from '@/lib/panes';
import { useChannels, useMay, useTeamName, useTeams } from '@/lib/people';
import { usePreferences } from '@/lib/preferences';

type Props = {
  list: ListKey;
  openId: string | null;
  /** The views pane is folded into the title. */
  fold: boolean;
  phone: boolean;
  /** The panes it can be moved beside; `null` where its width is given. */
  panes: readonly Edge[] | null;
};

export function ConversationList({ list, openId, fold, phone, panes }: Props) {
  const navigate = useNavigate();
  // Without a number there is nothing to sort and nobody to write to.
  const some = useChannels()?.length !== 0;
  const answers = useMay('answer');
  return (
    <section className="relative flex min-w-0 flex-1 flex-col bg-canvas" aria-label={t('list.label')} data-pane>
      {panes && <Divider edge="listWidth" shown={panes} label={t('list.resize')} />}
      <div className="bar">
        {fold ? (
          <StatusMenu list={list} />
        ) : (
          <h1 className="pane-title min-w-0 flex-1 truncate">{statusName(list.status)}</h1>
        )}
        <AsOf />
        {fold && <ConnectionPill hideLive />}
        {fold && some && <SearchButton />}
        {some && <SortMenu list={list} />}
        {some && answers && <Tip label={t('list.new')}>
          <button type="button" className="btn plain icon small" aria-label={t('list.new')} onClick={() => { openDialog('start'); }}>
            <SquarePen size={16} aria-hidden="true" />
          </button>
        </Tip>}
      </div>
      <Tabs list={list} onView={(view) => void navigate({ to: '.', search: { ...list, view } })} />
      <Cards key={listName(list)} list={list} openId={openId} phone={phone} />
    </section>
  );
}

function StatusMenu({ list }: { list: ListKey }) {
  const navigate = useNavigate();
  const totals = useInbox((state) => state.totals);
  const teams = useTeams() ?? [];
  const name = statusName(list.status);
  return (
    <h1 className="pane-title min-w-0 flex-1">
      <Menu
        align="start"
        trigger={
          <button type="button" className="-ms-1.5 inline-flex max-w-full items-center gap-1 rounded-[7px] px-1.5 py-0.5 hover:bg-hover" aria-label={t('views.menu', { name })}>
            <span className="truncate">{name}</span>
            <ChevronDown size={16} aria-hidden="true" />
          </button>
        }
      >
        {STATUSES.map((status) => {
          const Icon = statusIcons[status];
          const count = totals[totalName('all', status)]?.count ?? 0;
          return (
            <MenuChoice
              key={status}
              icon={<Icon size={16} aria-hidden="true" />}
              checked={list.status === status}
              count={count > 0 ? <span className="count">{written(count)}</span> : undefined}
              onSelect={() => void navigate({ to: '.', search: { ...list, status } })}
            >
              {t(`status.${status}`)}
            </MenuChoice>
          );
        })}
        {teams.length > 0 && <><MenuLine /><MenuLabel>{t('views.teams')}</MenuLabel></>}
        {teams.map((team) => {
          const view: View = `team:${team.id}`;
          const count = totals[totalName(view, list.status)]?.count ?? 0;
          return (
            <MenuChoice
              key={team.id}
              icon={<Users size={16} aria-hidden="true" />}
              checked={list.view === view}
              count={count > 0 ? <span className="count">{written(count)}</span> : undefined}
              onSelect={() => void navigate({ to: '.', search: { ...list, view } })}
            >
              {team.name}
            </MenuChoice>
          );
        })}
      </Menu>
    </h1>
  );
}

function SortMenu({ list }: { list: ListKey }) {
  const navigate = useNavigate();
  return (
    <Menu
      trigger={
        <button type="button" className="btn plain small" aria-label={`${t('sort.label')}: ${t(`sort.${list.sort}`)}`}>
          <ArrowUpDown size={14} aria-hidden="true" />
          {list.sort !== 'newest' && t(`sort.${list.sort}`)}
        </button>
      }
    >
      <MenuLabel>{t('sort.label')}</MenuLabel>
      {SORTS.map((sort) => (
        <MenuChoice key={sort} checked={list.sort === sort} onSelect={() => void navigate({ to: '.', search: { ...list, sort } })}>
          {t(`sort.${sort}`)}
        </MenuChoice>
      ))}
    </Menu>
  );
}

function Tabs({ list, onView }: { list: ListKey; onView: (view: ListKey['view']) => void }) {
  const totals = useInbox((state) => state.totals);
  const viewName = useViewName(list.view);
  const tabs: readonly View[] = teamOf(list.view) ? [...VIEWS, list.view] : VIEWS;
  const move = (event: KeyboardEvent<HTMLButtonElement>) => {
    const step = forward(event.key);
    if (step === 0) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(list.view) + step + tabs.length) % tabs.length] ?? 'mine';
    onView(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={t('views.label')}>
      {tabs.map((view) => (
        <button
          key={view}
          id={`tab-${view}`}
          type="button"
          role="tab"
          className={teamOf(view) ? 'tab min-w-0 shrink' : 'tab flex-none'}
          aria-selected={list.view === view}
          aria-controls="conversations"
          tabIndex={list.view === view ? 0 : -1}
          onClick={() => { onView(view); }}
          onKeyDown={move}
        >
          {view === list.view ? <span className="truncate">{viewName}</span> : t(`views.${view as Tab}`)}
          <span className="count">{written(totals[totalName(view, list.status)]?.count)}</span>
        </button>
      ))}
    </div>
  );
}

/** What a view is called. */
function useViewName(view: View): string {
  const team = teamOf(view);
  const name = useTeamName(team);
  return team ? (name ?? t('views.team')) : t(`views.${view as Tab}`);
}

function Cards({ list, openId, phone }: { list: ListKey; openId: string | null; phone: boolean }) {
  const navigate = useNavigate();
  const conversations = useInbox((state) => state.conversations);
  const state = useInbox((inbox) => inbox.lists[listName(list)]);
  const meId = useInbox((inbox) => inbox.meId);
  const live = useMemo(
    () => (state ? orderOf({ ...useInbox.getState(), conversations, meId, lists: { [listName(list)]: state } }, list) : []),
    [conversations, state, meId, list],
  );

  // The order never changes under the pointer, nor while the list is scrolled.
  const [under, setUnder] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const held = under || scrolled;
  const calm = useRef<string[]>([]);
  const [, refresh] = useState(0);
  const ids = held ? calmOrder(calm.current, live, (id) => conversations[id] !== undefined) : live;
  calm.current = ids;
  const fresh = held ? freshAbove(ids, live) : 0;

  const scroller = useRef<HTMLDivElement>(null);
  const density = usePreferences((preferences) => preferences.density);
  const coarse = useMedia('(width < 768px)');
  const height = coarse ? (density === 'compact' ? 62 : 84) : density === 'compact' ? 54 : 78;
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => ids[index] ?? index,
    gap: 1,
    overscan: 6,
    paddingStart: 6,
    paddingEnd: 6,
  });
  useEffect(() => { virtualizer.measure(); }, [height, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const more = state?.cursor !== undefined && state.cursor !== null;
  useEffect(() => {
    if (more && last >= ids.length - 12) void loadList(list, true).catch(() => undefined);
  }, [more, last, ids.length, list]);

  const [activeId, setActiveId] = useState<string | null>(null);
  const active = activeId && ids.includes(activeId) ? activeId : (openId && ids.includes(openId) ? openId : (ids[0] ?? null));
  const open = useCallback(
    (id: string) => {
      setActiveId(id);
      void navigate({ to: '/inbox/$conversationId', params: { conversationId: id }, search: list });
    },
    [navigate, list],
  );
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const index = active ? ids.indexOf(active) : -1;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? height) / height) - 1);
    const to =
      event.key === 'ArrowDown' ? index + 1
      : event.key === 'ArrowUp' ? index - 1
      : event.key === 'PageDown' ? index + page
      : event.key === 'PageUp' ? index - page
      : event.key === 'Home' ? 0
      : event.key === 'End' ? ids.length - 1
      : null;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' && active) {
      event.preventDefault();
      open(active);
      return;
    }
    if (to === null || ids.length === 0) return;
    event.preventDefault();
    const target = ids[Math.max(0, Math.min(ids.length - 1, to))];
    if (!target) return;
    setActiveId(target);
    virtualizer.scrollToIndex(ids.indexOf(target));
    requestAnimationFrame(() => document.getElementById(`card-${target}`)?.focus({ preventScroll: true }));
  };

  // The open conversation stays in sight when another one is opened by key.
  useEffect(() => {
    if (!openId) return;
    const index = calm.current.indexOf(openId);
    if (index >= 0) virtualizer.scrollToIndex(index);
  }, [openId, virtualizer]);

  const slow = useAfter(!state?.loaded, 150);
  const viewName = useViewName(list.view);
  const total = useInbox((inbox) => inbox.totals[totalName(list.view, list.status)]?.count);

  return (
    <div
      className="relative min-h-0 flex-1"
      onPointerEnter={(event) => { if (event.pointerType === 'mouse') setUnder(true); }}
      onPointerLeave={() => { setUnder(false); }}
    >
      {fresh > 0 && (
        <button
          type="button"
          className="arrivals"
          onClick={() => {
            calm.current = live;
            setScrolled(false);
            virtualizer.scrollToOffset(0);
            refresh((count) => count + 1);
          }}
        >
          <span className="num">{t('list.arrivals', { count: fresh })}</span> <span aria-hidden="true">↑</span>
        </button>
      )}
      <div
        ref={scroller}
        id="conversations"
        className="h-full overflow-y-auto overscroll-contain"
        onScroll={(event) => { setScrolled(event.currentTarget.scrollTop > 4); }}
      >
        {ids.length > 0 && (
          <div
            role="listbox"
            aria-label={`${statusName(list.status)}, ${viewName}`}
            tabIndex={-1}
            className="relative outline-none"
            style={{ height: virtualizer.getTotalSize() }}
            onKeyDown={move}
          >
            {items.map((item) => {
              const id = ids[item.index];
              if (!id) return null;
              return (
                <Card
                  key={id}
                  id={id}
                  top={item.start}
                  index={item.index}
                  size={Math.max(total ?? 0, ids.length)}
                  selected={id === openId && !phone}
                  focusable={id === active}
                  showAssignee={list.view === 'all' || list.view.startsWith('team:')}
                  showTeam={teamOf(list.view) === null}
                  onOpen={open}
                />
              );
            })}
          </div>
        )}
        {ids.length === 0 && state?.loaded && <Empty list={list} />}
        {ids.length === 0 && slow && <Skeletons />}
      </div>
    </div>
  );
}

function Skeletons() {
  return (
    <div className="flex flex-col px-4 pt-2.5" aria-hidden="true">
      {[132, 96, 150, 110, 124, 90].map((width) => (
        <div key={width} className="flex h-[79px] gap-[11px] pt-1.5">
          <div className="skeleton size-[34px] rounded-full" />
          <div className="flex flex-1 flex-col gap-2.5 pt-1">
            <div className="skeleton h-2.5" style={{ width }} />
            <div className="skeleton h-2.5 w-4/5" />
            <div className="skeleton h-2 w-12" />
          </div>
        </div>
      ))}
    </div>
  );
}

function Empty({ list }: { list: ListKey }) {
  const answers = useMay('answer');
  const navigate = useNavigate();
  const meId = useInbox((state) => state.meId);
  const unassigned = useInbox((state) => state.totals[totalName('unassigned', list.status)]?.count ?? 0);
  const all = useInbox((state) => state.totals[totalName('all', list.status)]?.count ?? 0);

  const takeNext = async () => {
    const key: ListKey = { view: 'unassigned', status: 'open', sort: 'waiting' };
    await loadList(key).catch(() => undefined);
    const next = orderOf(useInbox.getState(), key)[0];
    if (!next) return;
    void assign(next, meId);
    await navigate({ to: '/inbox/$conversationId', params: { conversationId: next }, search: list });
  };

  let title: string = t('list.emptyAll');
  let text: string = t('list.emptyAllText');
  let action: { label: string; run: () => void } | null = null;
  const other = STATUSES.find((one) => one === list.status && one !== 'open');
  if (list.status === 'open' && list.view === 'mine' && all > 0) {
    title = t('list.emptyMine');
    text = unassigned > 0 ? t('list.emptyMineUnassigned', { count: unassigned }) : t('list.nothingMine', { count: all });
    action = unassigned > 0 && answers
      ? { label: t('list.takeNext'), run: () => void takeNext() }
      : { label: t('list.showAll'), run: () => void navigate({ to: '.', search: { ...list, view: 'all' } }) };
  } else if (list.status === 'open' && list.view === 'unassigned' && all > 0) {
    title = t('list.emptyUnassigned');
    text = t('list.emptyUnassignedText');
  } else if (other && other !== 'open') {
    title = t('list.emptyStatus');
    text = all > 0 ? t('list.nothingMine', { count: all }) : t(`list.emptyStatusText_${other}`);
    if (all > 0) action = { label: t('list.showAll'), run: () => void navigate({ to: '.', search: { ...list, view: 'all' } }) };
  }
  return (
    <div className="grid h-full place-content-center justify-items-center gap-1 px-8 text-center">
      <MessagesSquare size={20} className="mb-1.5 text-text-3" aria-hidden="true" />
      <p className="font-semibold">{title}</p>
      <p className="max-w-60 text-text-2">
        {text} {action && <button type="button" className="link" onClick={action.run}>{action.label}</button>}
      </p>
    </div>
  );
}
