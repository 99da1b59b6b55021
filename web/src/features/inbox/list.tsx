import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUpDown, ChevronDown, ListChecks, ListFilter, MessagesSquare, SquarePen, Users } from 'lucide-react';
import { Suspense, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { AsOf } from '@/components/as-of';
import { ConnectionPill } from '@/components/connection-pill';
import { Divider } from '@/components/divider';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { SearchButton } from '@/components/search-button';
import { Tip } from '@/components/tip';
import { Card } from '@/features/inbox/card';
import { forward } from '@/lib/direction';
import { statusIcons, statusName } from '@/features/inbox/views';
import { openDialog } from '@/lib/dialogs';
import { useAfter, useMedia, useMinute } from '@/lib/hooks';
import { t, written } from '@/lib/i18n';
import { assign } from '@/lib/inbox/actions';
import { calmOrder, freshAbove } from '@/lib/inbox/calm';
import { loadFar, loadList, setListScrolled } from '@/lib/inbox/live';
import { beginTicking, isTicked, tick, toggleTick, untick, useBulk, useSelection } from '@/lib/inbox/selection';
import { isAsked, listName, orderOf, plainList, SORTS, STATUSES, teamOf, totalName, VIEWS, type ListKey, type Tab, type View } from '@/lib/inbox/state';
import { useInbox, useLink } from '@/lib/inbox/store';
import { later } from '@/lib/later';
import type { Edge } from '@/lib/panes';
import { useChannels, useMay, useSavedView, useTeamName, useTeams, useViewCount, useViews } from '@/lib/people';
import { setPreferences, usePreferences } from '@/lib/preferences';
import { matches, shortcuts } from '@/lib/shortcuts';

const FilterBar = later(() => import('@/features/inbox/filters/filter-bar').then((module) => ({ default: module.FilterBar })));
const BulkBar = later(() => import('@/features/inbox/bulk/bulk-bar').then((module) => ({ default: module.BulkBar })));
const BulkProgress = later(() => import('@/features/inbox/bulk/progress').then((module) => ({ default: module.BulkProgress })));
const CardMenu = later(() => import('@/features/inbox/card-menu').then((module) => ({ default: module.CardMenu })));

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
  const saved = useSavedView(list.saved);
  const conditions = list.filter?.length ?? 0;
  const [building, setBuilding] = useState(false);
  const ticking = useSelection((state) => state.on);
  const running = useBulk((state) => state.running !== null);
  const name = listName(list);
  // What is ticked is of one list.
  useEffect(() => untick, [name]);
  const filterName = conditions > 0 ? t('list.filtered', { count: conditions }) : t('list.filter');
  return (
    <section className="relative flex min-w-0 flex-1 flex-col bg-canvas" aria-label={t('list.label')} data-pane>
      {panes && <Divider edge="listWidth" shown={panes} label={t('list.resize')} />}
      {ticking && answers ? (
        <Suspense fallback={<div className="bulk-bar" />}><BulkBar list={list} /></Suspense>
      ) : (
        <div className="bar">
          {fold ? (
            <StatusMenu list={list} />
          ) : (
            <h1 className="pane-title min-w-0 flex-1 truncate">{saved ? saved.name : statusName(list.status)}</h1>
          )}
          <AsOf />
          {fold && <ConnectionPill hideLive />}
          {fold && some && <SearchButton />}
          {some && <Tip label={filterName}>
            <button type="button" className="btn plain icon small" aria-label={filterName} aria-expanded={building || conditions > 0} onClick={() => { setBuilding(true); }}>
              <ListFilter size={16} className={conditions > 0 ? 'text-accent-text' : ''} aria-hidden="true" />
            </button>
          </Tip>}
          {some && <SortMenu list={list} />}
          {some && answers && <Tip label={t('list.new')}>
            <button type="button" className="btn plain icon small" aria-label={t('list.new')} onClick={() => { openDialog('start'); }}>
              <SquarePen size={16} aria-hidden="true" />
            </button>
          </Tip>}
        </div>
      )}
      {running && <Suspense fallback={null}><BulkProgress /></Suspense>}
      {!saved && <Tabs list={list} onView={(view) => void navigate({ to: '.', search: { ...list, view, status: plainList(list).status } })} />}
      {(building || conditions > 0 || saved) && (
        <Suspense fallback={<div className="filter-bar" />}>
          <FilterBar list={list} opens={building} onClose={() => { setBuilding(false); }} />
        </Suspense>
      )}
      <Cards key={name} list={list} openId={openId} phone={phone} />
    </section>
  );
}

function StatusMenu({ list }: { list: ListKey }) {
  const navigate = useNavigate();
  const totals = useInbox((state) => state.totals);
  const teams = useTeams() ?? [];
  const views = useViews() ?? [];
  const countOf = useViewCount();
  const saved = useSavedView(list.saved);
  const plain = plainList(list);
  const name = saved ? saved.name : statusName(list.status);
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
              checked={!saved && list.status === status}
              count={count > 0 ? <span className="count">{written(count)}</span> : undefined}
              onSelect={() => void navigate({ to: '.', search: { ...plain, status } })}
            >
              {t(`status.${status}`)}
            </MenuChoice>
          );
        })}
        {views.length > 0 && <><MenuLine /><MenuLabel>{t('views.saved')}</MenuLabel></>}
        {views.map((view) => (
          <MenuChoice
            key={view.id}
            icon={<ListFilter size={16} aria-hidden="true" />}
            checked={list.saved === view.id}
            count={<span className="count">{written(countOf(view.id) ?? 0)}</span>}
            onSelect={() => void navigate({ to: '.', search: { saved: view.id } })}
          >
            {view.name}
          </MenuChoice>
        ))}
        {teams.length > 0 && <><MenuLine /><MenuLabel>{t('views.teams')}</MenuLabel></>}
        {teams.map((team) => {
          const view: View = `team:${team.id}`;
          const count = totals[totalName(view, plain.status)]?.count ?? 0;
          return (
            <MenuChoice
              key={team.id}
              icon={<Users size={16} aria-hidden="true" />}
              checked={list.view === view}
              count={count > 0 ? <span className="count">{written(count)}</span> : undefined}
              onSelect={() => void navigate({ to: '.', search: { ...plain, view } })}
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
  const answers = useMay('answer');
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
        <MenuChoice
          key={sort}
          checked={list.sort === sort}
          onSelect={() => {
            if (!list.saved) setPreferences({ sort });
            void navigate({ to: '.', search: { ...list, sort } });
          }}
        >
          {t(`sort.${sort}`)}
        </MenuChoice>
      ))}
      {answers && <><MenuLine /><MenuItem icon={<ListChecks size={16} aria-hidden="true" />} onSelect={beginTicking}>{t('list.select')}</MenuItem></>}
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

/** Conversations of a page. */
const PAGE = 50;
/** How long somebody stays far down before that is loaded, in milliseconds. */
const FAR_AFTER_MS = 80;

function Cards({ list, openId, phone }: { list: ListKey; openId: string | null; phone: boolean }) {
  const navigate = useNavigate();
  const conversations = useInbox((state) => state.conversations);
  const state = useInbox((inbox) => inbox.lists[listName(list)]);
  const meId = useInbox((inbox) => inbox.meId);
  const minute = useMinute();
  const live = useMemo(
    () => (state ? orderOf({ ...useInbox.getState(), conversations, meId, lists: { [listName(list)]: state } }, list, minute) : []),
    [conversations, state, meId, list, minute],
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

  // What is not loaded has its place all the same: one can go to any.
  const asked = isAsked(list);
  const plainTotal = useInbox((inbox) => inbox.totals[totalName(list.view, list.status)]?.count);
  const total = asked ? state?.total : plainTotal;
  const more = asked ? (state?.ids?.length ?? 0) < (state?.total ?? 0) : state?.cursor !== undefined && state.cursor !== null;
  const far = state?.far;
  const count = Math.max(ids.length, more ? (total ?? 0) : 0);
  const known = useMemo(() => new Set(ids), [ids]);
  const at = (index: number): string | undefined => {
    const id = index < ids.length ? ids[index] : far?.[index];
    return id !== undefined && (index < ids.length || (!known.has(id) && conversations[id])) ? id : undefined;
  };

  const scroller = useRef<HTMLDivElement>(null);
  const density = usePreferences((preferences) => preferences.density);
  const coarse = useMedia('(width < 768px)');
  const height = coarse ? (density === 'compact' ? 62 : 84) : density === 'compact' ? 54 : 78;
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => at(index) ?? index,
    gap: 1,
    overscan: 6,
    paddingStart: 6,
    paddingEnd: 6,
  });
  useEffect(() => { virtualizer.measure(); }, [height, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const end = ids.length;
  useEffect(() => {
    if (!more) return;
    if (last >= end - 12 && first <= end + PAGE) void loadList(list, true).catch(() => undefined);
    if (first <= end + PAGE) return;
    // Whoever drags the bar passes by what they do not want to see.
    const timer = setTimeout(() => {
      for (const place of [first, last]) if (place >= end && far?.[place] === undefined) void loadFar(list, place).catch(() => undefined);
    }, FAR_AFTER_MS);
    return () => { clearTimeout(timer); };
  }, [more, first, last, end, far, list]);

  const [activeId, setActiveId] = useState<string | null>(null);
  const there = (id: string | null): id is string => id !== null && (known.has(id) || Object.values(far ?? {}).includes(id));
  const active = there(activeId) ? activeId : there(openId) ? openId : (ids[0] ?? null);
  const indexOf = (id: string): number => (known.has(id) ? ids.indexOf(id) : Number(Object.entries(far ?? {}).find(([, one]) => one === id)?.[0] ?? -1));
  const open = useCallback(
    (id: string) => {
      setActiveId(id);
      void navigate({ to: '/inbox/$conversationId', params: { conversationId: id }, search: list });
    },
    [navigate, list],
  );
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const index = active ? indexOf(active) : -1;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? height) / height) - 1);
    const to =
      event.key === 'ArrowDown' ? index + 1
      : event.key === 'ArrowUp' ? index - 1
      : event.key === 'PageDown' ? index + page
      : event.key === 'PageUp' ? index - page
      : event.key === 'Home' ? 0
      : event.key === 'End' ? count - 1
      : null;
    if (answers && active && matches(event.nativeEvent, shortcuts.tick)) {
      event.preventDefault();
      anchor.current = active;
      toggleTick(active);
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape' && ticking) {
      event.preventDefault();
      untick();
      return;
    }
    if (event.key === ' ' && ticking && active) {
      event.preventDefault();
      toggleTick(active);
      return;
    }
    if (event.key === 'Enter' && active) {
      event.preventDefault();
      open(active);
      return;
    }
    if (to === null || count === 0) return;
    event.preventDefault();
    const place = Math.max(0, Math.min(count - 1, to));
    const target = at(place);
    if (answers && event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) tick([active, target].filter((one) => one !== undefined && one !== null));
    virtualizer.scrollToIndex(place);
    if (target) focusCard(target);
    else setWanted(place);
  };
  const focusCard = (id: string) => {
    setActiveId(id);
    requestAnimationFrame(() => document.getElementById(`card-${id}`)?.focus({ preventScroll: true }));
  };
  // Where somebody went by key before it was loaded.
  const [wanted, setWanted] = useState<number | null>(null);
  const arrived = wanted === null ? undefined : at(wanted);
  useEffect(() => {
    if (arrived === undefined) return;
    setWanted(null);
    setActiveId(arrived);
    requestAnimationFrame(() => document.getElementById(`card-${arrived}`)?.focus({ preventScroll: true }));
  }, [arrived]);

  const answers = useMay('answer');
  const selection = useSelection();
  const ticking = selection.on && answers;
  const anchor = useRef<string | null>(null);
  const onTick = useCallback((id: string, extend: boolean) => {
    const order = calm.current;
    const from = anchor.current === null ? -1 : order.indexOf(anchor.current);
    const to = order.indexOf(id);
    if (extend && from >= 0 && to >= 0) tick(order.slice(Math.min(from, to), Math.max(from, to) + 1));
    else toggleTick(id);
    anchor.current = id;
  }, []);
  const [menu, setMenu] = useState<{ id: string; x: number; y: number } | null>(null);
  const openMenu = (event: MouseEvent<HTMLDivElement>) => {
    const card = (event.target as HTMLElement).closest<HTMLElement>('[data-conversation-id]');
    const id = card?.dataset['conversationId'];
    if (!card || !id || !answers) return;
    event.preventDefault();
    const box = card.getBoundingClientRect();
    // By key there is no place of the pointer.
    const byKey = event.clientX === 0 && event.clientY === 0;
    setMenu({ id, x: byKey ? box.left + 44 : event.clientX, y: byKey ? box.bottom - 8 : event.clientY });
  };

  // The open conversation stays in sight when another one is opened by key.
  useEffect(() => {
    if (!openId) return;
    const index = calm.current.indexOf(openId);
    if (index >= 0) virtualizer.scrollToIndex(index);
  }, [openId, virtualizer]);

  const slow = useAfter(!state?.loaded, 150);
  const offline = useLink(({ state: link }) => link === 'offline');
  const viewName = useViewName(list.view);
  const saved = useSavedView(list.saved);
  useEffect(() => () => { setListScrolled(list, false); }, [list]);

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
            setListScrolled(list, false);
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
        onScroll={(event) => {
          const down = event.currentTarget.scrollTop > 4;
          setScrolled(down);
          setListScrolled(list, down);
        }}
      >
        {ids.length > 0 && (
          <div
            role="listbox"
            aria-label={saved ? saved.name : `${statusName(list.status)}, ${viewName}`}
            tabIndex={-1}
            className="relative outline-none"
            style={{ height: virtualizer.getTotalSize() }}
            aria-multiselectable={ticking || undefined}
            onKeyDown={move}
            onFocus={(event) => {
              const focused = (event.target as HTMLElement).dataset['conversationId'];
              if (focused) setActiveId(focused);
            }}
            onContextMenu={openMenu}
          >
            {items.map((item) => {
              const id = at(item.index);
              if (!id) return <Blank key={item.key} top={item.start} />;
              return (
                <Card
                  key={id}
                  id={id}
                  top={item.start}
                  index={item.index}
                  size={Math.max(total ?? 0, count)}
                  selected={ticking ? isTicked(selection, id) : id === openId && !phone}
                  focusable={id === active}
                  showAssignee={list.view === 'all' || list.view.startsWith('team:')}
                  showTeam={teamOf(list.view) === null}
                  onOpen={open}
                  ticking={ticking}
                  ticked={ticking && isTicked(selection, id)}
                  {...(answers ? { onTick } : {})}
                />
              );
            })}
          </div>
        )}
        {ids.length === 0 && state?.loaded && <Empty list={list} />}
        {ids.length === 0 && slow && (offline ? <p className="px-6 py-16 text-center text-text-2" role="status">{t('list.notHere')}</p> : <Skeletons />)}
      </div>
      {menu && <Suspense fallback={null}><CardMenu key={menu.id} at={menu} onClose={() => { setMenu(null); }} /></Suspense>}
    </div>
  );
}

/** The place of a card that is not loaded. */
function Blank({ top }: { top: number }) {
  return (
    <div className="card blank" style={{ top }} aria-hidden="true">
      <div className="skeleton size-[34px] rounded-full" />
      <div className="flex flex-col gap-2.5 pt-1">
        <div className="skeleton h-2.5 w-2/5" />
        <div className="skeleton h-2.5 w-4/5" />
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
  const filtered = (list.filter?.length ?? 0) > 0;
  const other = STATUSES.find((one) => one === list.status && one !== 'open');
  if (filtered) {
    title = t('list.emptyFilter');
    text = t('list.emptyFilterText');
    action = { label: t('list.clearFilter'), run: () => void navigate({ to: '.', search: plainList(list) }) };
  } else if (list.status === 'open' && list.view === 'mine' && all > 0) {
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
