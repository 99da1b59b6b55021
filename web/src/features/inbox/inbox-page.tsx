import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Divider } from '@/components/divider';
import { Keys } from '@/components/keys';
import { ConversationList } from '@/features/inbox/list';
import { Views } from '@/features/inbox/views';
import { openDialog } from '@/lib/dialogs';
import { useMedia, useWidth } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { setStatus } from '@/lib/inbox/actions';
import { loadList, loadTotals } from '@/lib/inbox/live';
import { neighbour } from '@/lib/inbox/neighbour';
import { listName, teamOf, VIEWS, type ListKey } from '@/lib/inbox/state';
import { askComposer, focusComposer, useDetailsAsked, setComposerMode, useInbox, useLink, usePlace } from '@/lib/inbox/store';
import { fitPanes, type Edge } from '@/lib/panes';
import { may, useChannels, useMay, useTeams } from '@/lib/people';
import { setPreferences, usePreferences } from '@/lib/preferences';
import { matches, shortcuts } from '@/lib/shortcuts';
import { later } from '@/lib/later';
import type { Connection } from '@/components/connect-channel';

const Thread = later(() => import('@/features/inbox/thread').then((module) => ({ default: module.Thread })));
const Details = later(() => import('@/features/inbox/details').then((module) => ({ default: module.Details })));
const DetailsSheet = later(() => import('@/features/inbox/details-sheet').then((module) => ({ default: module.DetailsSheet })));
const FirstRun = later(() => import('@/features/inbox/first-run').then((module) => ({ default: module.FirstRun })));

export function InboxPage() {
  const search = useSearch({ from: '/app/inbox' });
  const { conversationId } = useParams({ strict: false });
  const openId = conversationId ?? null;
  const chosenView = usePreferences((preferences) => preferences.view);
  const list: ListKey = useMemo(
    () => ({ view: search.view ?? chosenView, status: search.status ?? 'open', sort: search.sort ?? 'newest' }),
    [search.view, chosenView, search.status, search.sort],
  );
  const tab = VIEWS.find((one) => one === list.view);
  useEffect(() => { if (tab) setPreferences({ view: tab }); }, [tab]);
  useTeamThere(list);
  const phone = useMedia('(width < 768px)');
  const tablet = useMedia('(width < 1024px)');
  const wide = useMedia('(width >= 1280px)');
  const widest = useMedia('(width >= 1440px)');
  const preferences = usePreferences();
  const [sheet, setSheet] = useState(false);
  const channels = useChannels();
  const [connecting, setConnecting] = useState(false);
  const [connection, setConnection] = useState<Connection | null>(null);
  const firstRun = channels?.length === 0 || connecting || connection !== null;

  usePlaceOnScreen(list, openId);
  const toggleDetails = () => {
    if (wide) setPreferences({ detailsOpen: !usePreferences.getState().detailsOpen });
    else setSheet((open) => !open);
  };
  const asked = useDetailsAsked((state) => state.times);
  const answered = useRef(asked);
  useEffect(() => {
    if (answered.current === asked) return;
    answered.current = asked;
    toggleDetails();
  });
  useInboxKeys(list, toggleDetails);
  useEffect(() => { setSheet(false); }, [openId]);

  const details = openId !== null && wide && preferences.detailsOpen;
  const panes: Edge[] = [...(widest ? ['viewsWidth' as const] : []), 'listWidth', ...(details ? ['detailsWidth' as const] : [])];
  const widths = fitPanes(preferences, panes, useWidth());
  const listWidth = tablet ? 300 : wide ? widths.listWidth : 320;
  const conversations = <ConversationList list={list} openId={openId} fold={!widest} phone={phone} panes={wide ? panes : null} />;
  const thread = openId ? <Suspense fallback={<main className="thread" />}><Thread key={openId} id={openId} phone={phone} onDetails={toggleDetails} detailsShown={wide ? preferences.detailsOpen : sheet} /></Suspense> : null;

  if (phone) {
    if (firstRun && !openId) return <div className="flex min-w-0 flex-1 flex-col overflow-y-auto"><Suspense fallback={null}><FirstRun connection={connection} onConnection={setConnection} onConnecting={setConnecting} /></Suspense></div>;
    return (
      <>
        {thread ?? <main className="flex min-w-0 flex-1">{conversations}</main>}
        {openId && sheet && <Suspense fallback={null}><DetailsSheet id={openId} full onClose={() => { setSheet(false); }} /></Suspense>}
      </>
    );
  }
  return (
    <>
      {widest && (
        <Views list={list} width={widths.viewsWidth} panes={panes} />
      )}
      <div className="flex h-full flex-none border-e border-line" style={{ width: listWidth }}>{conversations}</div>
      {thread ?? (firstRun ? <Suspense fallback={<main className="flex-1 bg-surface" />}><FirstRun connection={connection} onConnection={setConnection} onConnecting={setConnecting} /></Suspense> : <NothingOpen />)}
      {details && (
        <aside className="relative flex-none border-s border-line bg-canvas" style={{ width: widths.detailsWidth }} aria-label={t('details.label')} data-pane>
          <Divider edge="detailsWidth" shown={panes} label={t('details.resize')} before={false} />
          <div className="details h-full overflow-y-auto"><Suspense fallback={null}><Details key={openId} id={openId} /></Suspense></div>
        </aside>
      )}
      {openId && !wide && sheet && <Suspense fallback={null}><DetailsSheet id={openId} onClose={() => { setSheet(false); }} /></Suspense>}
    </>
  );
}

/** The list of a team that is gone gives way to the one of all. */
function useTeamThere(list: ListKey): void {
  const navigate = useNavigate();
  const teams = useTeams();
  const team = teamOf(list.view);
  const gone = team !== null && teams !== undefined && teams.every((one) => one.id !== team);
  useEffect(() => { if (gone) void navigate({ to: '.', search: { ...list, view: 'all' }, replace: true }); }, [gone, list, navigate]);
}

/** Says what is on the screen, and loads the list when it is another one. */
function usePlaceOnScreen(list: ListKey, openId: string | null): void {
  const state = useLink((link) => link.state);
  // Known before the line opens, so that this list is the one it begins with.
  useLayoutEffect(() => { usePlace.setState({ list, openId }); }, [list, openId]);
  const status = useRef(list.status);
  useEffect(() => {
    if (!useInbox.getState().lists[listName(list)]?.loaded) void loadList(list).catch(() => undefined);
    if (status.current !== list.status) void loadTotals().catch(() => undefined);
    status.current = list.status;
  }, [list, openId]);
  useEffect(() => {
    if (state === 'live' && !useInbox.getState().lists[listName(list)]?.loaded) void loadList(list).catch(() => undefined);
  }, [state, list]);
}

function useInboxKeys(list: ListKey, toggleDetails: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    const open = (id: string | null) => {
      // The open thread goes, and what has the focus in it.
      if (document.activeElement?.closest('.thread')) focusComposer(id);
      if (id) void navigate({ to: '/inbox/$conversationId', params: { conversationId: id }, search: list });
    };
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const { openId } = usePlace.getState();
      const act = (run: () => void) => {
        event.preventDefault();
        run();
      };
      if (matches(event, shortcuts.next)) act(() => { open(neighbour(1)); });
      else if (matches(event, shortcuts.previous)) act(() => { open(neighbour(-1)); });
      else if (matches(event, shortcuts.nextTab))
        act(() => {
          const view = VIEWS[(VIEWS.findIndex((one) => one === list.view) + 1) % VIEWS.length] ?? 'mine';
          void navigate({ to: '.', search: { ...list, view } });
        });
      else if (openId && matches(event, shortcuts.details)) act(toggleDetails);
      else if (!may('answer')) return;
      else if (openId && matches(event, shortcuts.resolve)) act(() => void setStatus(openId, 'resolved'));
      else if (openId && matches(event, shortcuts.resolveNext))
        act(() => {
          const next = neighbour(1) ?? neighbour(-1);
          void setStatus(openId, 'resolved');
          open(next);
        });
      else if (openId && matches(event, shortcuts.reply)) act(() => { setComposerMode(openId, 'reply'); });
      else if (openId && matches(event, shortcuts.attach)) act(() => { askComposer(openId, 'attach'); });
      else if (openId && matches(event, shortcuts.note)) act(() => { setComposerMode(openId, 'note'); });
    };
    window.addEventListener('keydown', press);
    return () => { window.removeEventListener('keydown', press); };
  }, [list, navigate, toggleDetails]);
}

function NothingOpen() {
  const answers = useMay('answer');
  return (
    <main className="grid min-w-0 flex-1 place-content-center justify-items-center gap-1 bg-surface text-center" data-pane>
      <MessagesSquare size={20} className="mb-1.5 text-text-3" aria-hidden="true" />
      <h2 className="font-semibold">{t('thread.empty')}</h2>
      <p className="inline-flex items-center gap-1.5 text-text-2"><Keys of={shortcuts.next} />{t('thread.emptyText')}</p>
      {answers && <button type="button" className="link mt-2" onClick={() => { openDialog('start'); }}>{t('list.new')}</button>}
    </main>
  );
}
