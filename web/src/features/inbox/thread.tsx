import { Link, useNavigate, useRouterState, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { AlarmClock, ArrowDown, Bot, Check, ChevronDown, ChevronLeft, Ellipsis, Eye, Hourglass, Inbox, PanelRight, TimerOff, UserRound, UserRoundCheck, UserRoundX, Users } from 'lucide-react';
import { Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import type { Conversation, Message } from '@/api/types';
import { useAsOf } from '@/components/as-of';
import { Avatar } from '@/components/avatar';
import { ConnectionPill } from '@/components/connection-pill';
import { Keys } from '@/components/keys';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { Tip } from '@/components/tip';
import { Ring, windowName } from '@/components/window-ring';
import { RowView } from '@/features/inbox/rows';
import { statusName } from '@/features/inbox/views';
import { openDialog } from '@/lib/dialogs';
import { useAfter, useLooking, useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { assign, markRead, mentionOf, own, putWithTeam, setStatus } from '@/lib/inbox/actions';
import { loadBackTo, loadConversation, loadNewer, loadOlder, loadThread } from '@/lib/inbox/live';
import { neighbour } from '@/lib/inbox/neighbour';
import { buildRows, firstUnread, rowBefore, rowOf, type Row } from '@/lib/inbox/rows';
import { noteHidden, noteOpened, noteShown } from '@/lib/inbox/seen';
import { dueOf, dueWords } from '@/lib/inbox/sla';
import { snoozeChoices, snoozeName } from '@/lib/inbox/snooze';
import { unreadOf, type Thread as ThreadState } from '@/lib/inbox/state';
import { focusComposer, useInbox, useLink, usePlace, useViewers } from '@/lib/inbox/store';
import { later } from '@/lib/later';
import { nameOf, presenceName, useAnswering, useChannelName, useChannels, useMay, useMe, usePresence, useTeamName, useTeams, useUsers } from '@/lib/people';
import { matches, shortcuts } from '@/lib/shortcuts';
import { since, until } from '@/lib/time';
import { showToast } from '@/lib/toast';
import { shortLeft, windowFacts } from '@/lib/window';

const Composer = later(() => import('@/features/inbox/composer').then((module) => ({ default: module.Composer })));

const Scheduled = later(() => import('@/features/inbox/schedule/scheduled').then((module) => ({ default: module.Scheduled })));

type Props = { id: string; phone: boolean; onDetails: () => void; detailsShown: boolean };

export function Thread({ id, phone, onDetails, detailsShown }: Props) {
  const conversation = useInbox((state) => state.conversations[id]);
  const thread = useInbox((state) => state.threads[id]);
  const link = useLink((state) => state.state);
  const list = usePlace((state) => state.list);
  const { message: target = null } = useSearch({ strict: false });
  const [error, setError] = useState<unknown>(null);
  const gone = error instanceof ApiError && error.status === 404;
  const known = conversation !== undefined;
  const loaded = thread?.loaded === true;

  const load = useCallback(() => {
    setError(null);
    void Promise.all([known ? null : loadConversation(id), loaded ? null : loadThread(id, target)]).catch(setError);
  }, [id, known, loaded, target]);
  const need = !known || !loaded;
  useEffect(() => {
    if (need && error === null) load();
  }, [need, error, load]);
  // The line is back: what could not be loaded is asked for again.
  useEffect(() => {
    if (link === 'live' && !gone) setError(null);
  }, [link, gone]);

  // A hole, or less than the conversation says there is: the newest page again.
  const lastSeq = conversation?.last_seq ?? 0;
  const hole = loaded && (thread.stale || (thread.at === null && (thread.messages.at(-1)?.seq ?? 0) < lastSeq));
  useEffect(() => {
    if (!hole || link === 'offline') return;
    const timer = setTimeout(() => void loadThread(id).catch(() => undefined), thread?.stale ? 0 : 1_500);
    return () => { clearTimeout(timer); };
  }, [hole, thread?.stale, id, lastSeq, link]);

  if (gone)
    return (
      <main className="grid min-w-0 flex-1 place-content-center gap-2 bg-surface text-center" data-pane>
        <p className="font-semibold">{t('thread.gone')}</p>
        <Link to="/inbox" search={list} className="link">{t('thread.backToList')}</Link>
      </main>
    );
  return (
    <main className="thread" aria-label={t('thread.label', { name: conversation?.contact.name ?? '' })} data-pane data-open-conversation={id}>
      <Header id={id} conversation={conversation} phone={phone} onDetails={onDetails} detailsShown={detailsShown} />
      {loaded && conversation ? (
        <Messages id={id} conversation={conversation} thread={thread} target={target} />
      ) : (
        <Waiting error={error} offline={link === 'offline'} onRetry={load} conversation={conversation} />
      )}
      {(conversation?.scheduled ?? 0) > 0 && conversation && <Suspense fallback={null}><Scheduled conversation={conversation} /></Suspense>}
      {conversation && <Suspense fallback={<div className="composer h-[126px]" aria-hidden="true" />}><Composer key={id} conversation={conversation} phone={phone} /></Suspense>}
    </main>
  );
}

const NONE = new Map<string, Message>();
const noop = () => undefined;

function Waiting({ error, offline, onRetry, conversation }: { error: unknown; offline: boolean; onRetry: () => void; conversation: Conversation | undefined }) {
  const slow = useAfter(error === null, 150);
  const all = useInbox((state) => state.pending);
  const pending = all.filter((one) => one.conversation_id === conversation?.id);
  if (error !== null)
    return (
      <>
        <div className="grid flex-1 place-content-center gap-1 text-center" role="alert">
          <p className="px-8">{offline ? t('thread.notHere') : t('thread.failed')} <button type="button" className="link" onClick={onRetry}>{t('app.tryAgain')}</button></p>
        </div>
        {/* What is written here meanwhile is not out of sight for that. */}
        {conversation && pending.length > 0 && (
          <div className="max-h-[50%] flex-none overflow-y-auto pb-2.5" role="feed" aria-label={t('thread.feed')}>
            {pending.map((one, index) => (
              <div key={one.id} className="row">
                <RowView row={{ kind: 'pending', key: one.id, pending: one, grouped: false }} conversation={conversation} index={index} count={pending.length} byProviderId={NONE} onJump={noop} />
              </div>
            ))}
          </div>
        )}
      </>
    );
  return (
    <div className="flex flex-1 flex-col justify-end gap-3 px-5 pb-4" aria-hidden="true">
      {slow && [['self-start', 220], ['self-start', 160], ['self-end', 280], ['self-start', 200]].map(([side, width]) => (
        <div key={String(width)} className={`skeleton h-9 rounded-[14px] ${String(side)}`} style={{ width }} />
      ))}
    </div>
  );
}

// Header ----------------------------------------------------------------------------------------------------

/** Who else of us has this conversation before them. */
function Viewers({ id, most }: { id: string; most: number }) {
  const others = useViewers((state) => (state.at === id ? state.others : NOBODY));
  const users = useUsers();
  if (others.length === 0) return null;
  const names = others.map((one) => nameOf(users ?? [], one, ''));
  const words = t('thread.viewing', { count: others.length, names: names.join(', ') });
  return (
    <span className="flex flex-none items-center gap-1 text-[12px] leading-4 text-text-3" role="img" aria-label={words} title={words}>
      <Eye size={14} aria-hidden="true" />
      {others.slice(0, most).map((one, place) => <Avatar key={one} id={one} name={names[place] ?? ''} size={22} />)}
      {others.length > most && <span className="num">+{others.length - most}</span>}
    </span>
  );
}
const NOBODY: string[] = [];

function Header({ id, conversation, phone, onDetails, detailsShown }: { id: string; conversation: Conversation | undefined; phone: boolean; onDetails: () => void; detailsShown: boolean }) {
  const channels = useChannels();
  const list = usePlace((state) => state.list);
  const now = useMinute();
  const channel = channels?.find((one) => one.id === conversation?.channel_id);
  const named = useChannelName(conversation?.channel_id);
  const team = useTeamName(conversation?.team_id);
  const facts = conversation ? windowFacts(conversation.window, now) : null;
  const asOf = useAsOf();
  const answers = useMay('answer');
  const due = conversation ? dueOf(conversation, now) : null;
  const resolved = conversation?.status === 'resolved';
  // On a phone the thread is the whole page.
  const Name = phone ? 'h1' : 'h2';
  const resolve = () => void setStatus(id, resolved ? 'open' : 'resolved');
  return (
    <header className="head @container/head">
      {phone && (
        <Link to="/inbox" search={list} className="btn plain icon" aria-label={t('thread.backToList')}>
          <ChevronLeft size={20} aria-hidden="true" />
        </Link>
      )}
      {conversation && <Avatar id={conversation.contact.id} name={conversation.contact.name} size={34} channel />}
      <div className="min-w-0 flex-1">
        <Name className="pane-title truncate !text-[15px] !leading-5">{conversation?.contact.name}</Name>
        <p className="truncate text-[12px] leading-4 text-text-3">
          {phone && facts && facts.state !== 'none' ? (
            <span className="flex min-w-0 items-center gap-1.5">
              {named && <span className="channel-name min-w-0 truncate">{named}</span>}
              <span className={`window ${facts.state}`}>
                {facts.state === 'closed' ? <TimerOff size={14} aria-hidden="true" /> : <Ring facts={facts} />}
                {facts.state === 'closed' ? windowName(facts) : t('window.closesShort', { left: shortLeft(facts.leftMs) })}
              </span>
            </span>
          ) : (
            [asOf, t('avatar.whatsapp'), channel?.name, team, conversation && conversation.status !== 'open' ? statusName(conversation.status) : null].filter(Boolean).join(' · ')
          )}
        </p>
      </div>
      <Viewers id={id} most={phone ? 1 : 3} />
      {due && (
        <span className={`num inline-flex flex-none items-center gap-1 text-[12px] leading-4 ${due.over ? 'text-warn' : 'text-text-2'}`} title={dueWords(due, now)}>
          <Hourglass size={14} aria-hidden="true" />
          <span className="@max-[640px]/head:sr-only">{dueWords(due, now)}</span>
          <span className="hidden @max-[640px]/head:inline" aria-hidden="true">{due.over ? t('sla.over', { time: since(due.at, now) }) : until(due.at, now)}</span>
        </span>
      )}
      {phone && <ConnectionPill hideLive />}
      {conversation && !phone && answers && <AssigneeMenu conversation={conversation} />}
      {conversation && !phone && answers && !resolved && <SnoozeMenu conversation={conversation} />}
      {!phone && (
        <Tip label={t('actions.details')} keys={shortcuts.details}>
          <button type="button" className="btn plain icon" aria-label={t('actions.details')} aria-pressed={detailsShown} onClick={onDetails}>
            <PanelRight size={16} aria-hidden="true" />
          </button>
        </Tip>
      )}
      {phone && !answers && (
        <button type="button" className="btn plain icon" aria-label={t('actions.details')} onClick={onDetails}><PanelRight size={20} aria-hidden="true" /></button>
      )}
      {conversation && phone && answers && (
        <>
          <button type="button" className="btn plain icon" aria-label={resolved ? t('actions.reopen') : t('actions.resolve')} onClick={resolve}>
            {resolved ? <Inbox size={20} aria-hidden="true" /> : <Check size={20} aria-hidden="true" />}
          </button>
          <Menu trigger={<button type="button" className="btn plain icon" aria-label={t('app.more')}><Ellipsis size={20} aria-hidden="true" /></button>}>
            <MenuItem icon={<PanelRight size={16} aria-hidden="true" />} onSelect={onDetails}>{t('actions.details')}</MenuItem>
            <MenuLine />
            <StatusItems conversation={conversation} />
            <MenuLine />
            <AssigneeItems conversation={conversation} />
          </Menu>
        </>
      )}
      {conversation && !phone && answers && (
        <span className="split">
          <Tip label={resolved ? t('actions.reopen') : t('actions.resolve')} {...(resolved ? {} : { keys: shortcuts.resolve })}>
            <button type="button" className="btn" onClick={resolve}>
              {resolved ? <Inbox size={16} aria-hidden="true" /> : <Check size={16} aria-hidden="true" />}
              <span className="max-lg:sr-only">{resolved ? t('actions.reopen') : t('actions.resolve')}</span>
            </button>
          </Tip>
          <Menu trigger={<button type="button" className="btn" aria-label={t('actions.status')}><ChevronDown size={14} aria-hidden="true" /></button>}>
            <StatusItems conversation={conversation} />
          </Menu>
        </span>
      )}
    </header>
  );
}

function AssigneeMenu({ conversation }: { conversation: Conversation }) {
  const users = useUsers();
  const { user } = useMe();
  const name = nameOf(users, conversation.assignee_id, user.id);
  const assignee = users.find((one) => one.id === conversation.assignee_id);
  const presence = usePresence();
  return (
    <Menu
      trigger={
        <button type="button" className="btn plain !px-1.5" aria-label={t('actions.assignee', { name: assignee ? `${name}, ${presenceName(presence(assignee.id))}` : name })}>
          {assignee ? <Avatar id={assignee.id} name={assignee.name} size={22} presence={presence(assignee.id)} /> : <UserRound size={16} aria-hidden="true" />}
          <ChevronDown size={14} aria-hidden="true" />
        </button>
      }
    >
      <AssigneeItems conversation={conversation} />
    </Menu>
  );
}

function AssigneeItems({ conversation }: { conversation: Conversation }) {
  const presence = usePresence();
  const teams = useTeams() ?? [];
  const users = useAnswering();
  const { user } = useMe();
  return (
    <>
      <MenuLabel>{t('details.assignee')}</MenuLabel>
      {conversation.assignee_id !== user.id && (
        <MenuItem icon={<UserRoundCheck size={16} aria-hidden="true" />} onSelect={() => void assign(conversation.id, user.id)}>{t('actions.toMe')}</MenuItem>
      )}
      {users.map((one) => (
        <MenuChoice
          key={one.id}
          icon={<Avatar id={one.id} name={one.name} size={20} presence={presence(one.id)} />}
          count={<span className="text-[12px] text-text-3">{presenceName(presence(one.id))}</span>}
          checked={one.id === conversation.assignee_id}
          onSelect={() => void assign(conversation.id, one.id)}
        >
          {one.name}
        </MenuChoice>
      ))}
      {conversation.assignee_id && (
        <MenuItem icon={<UserRoundX size={16} aria-hidden="true" />} onSelect={() => void assign(conversation.id, null)}>{t('actions.toNobody')}</MenuItem>
      )}
      {conversation.handled_by?.bot && conversation.handled_by.kind !== 'bot' && (
        <MenuItem icon={<Bot size={16} aria-hidden="true" />} onSelect={() => void own(conversation.id, 'bot')}>{t('actions.toBot', { name: conversation.handled_by.bot.name ?? '' })}</MenuItem>
      )}
      {teams.length > 0 && <><MenuLine /><MenuLabel>{t('details.team')}</MenuLabel></>}
      {teams.map((team) => (
        <MenuChoice key={team.id} icon={<Users size={16} aria-hidden="true" />} checked={team.id === conversation.team_id} onSelect={() => void putWithTeam(conversation.id, team.id === conversation.team_id ? null : team.id)}>
          {team.name}
        </MenuChoice>
      ))}
    </>
  );
}

function SnoozeItems({ conversation }: { conversation: Conversation }) {
  return (
    <>
      {snoozeChoices(new Date()).map((choice) => (
        <MenuItem key={choice.kind} icon={<AlarmClock size={16} aria-hidden="true" />} onSelect={() => void setStatus(conversation.id, 'snoozed', choice.at.toISOString())}>
          {snoozeName(choice)}
        </MenuItem>
      ))}
      {/* After the menu gave the focus back, so that the dialog returns it there. */}
      <MenuItem icon={<AlarmClock size={16} aria-hidden="true" />} onSelect={() => { setTimeout(() => { openDialog('snooze'); }); }}>{t('actions.snoozeOther')}</MenuItem>
    </>
  );
}

function SnoozeMenu({ conversation }: { conversation: Conversation }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !matches(event, shortcuts.snooze)) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener('keydown', press);
    return () => { window.removeEventListener('keydown', press); };
  }, []);
  return (
    <Menu
      open={open}
      onOpenChange={setOpen}
      trigger={<button type="button" className="btn plain icon" aria-label={t('actions.snooze')} title={t('actions.snooze')}><AlarmClock size={16} aria-hidden="true" /></button>}
    >
      <MenuLabel>{t('actions.snooze')}</MenuLabel>
      <SnoozeItems conversation={conversation} />
    </Menu>
  );
}

function StatusItems({ conversation }: { conversation: Conversation }) {
  const navigate = useNavigate();
  const list = usePlace((state) => state.list);
  const { id, status } = conversation;
  return (
    <>
      {status !== 'open' && <MenuItem icon={<Inbox size={16} aria-hidden="true" />} onSelect={() => void setStatus(id, 'open')}>{t('actions.reopen')}</MenuItem>}
      {status !== 'resolved' && (
        <MenuItem
          icon={<Check size={16} aria-hidden="true" />}
          keys={<Keys of={shortcuts.resolveNext} />}
          onSelect={() => {
            const next = neighbour(1) ?? neighbour(-1);
            void setStatus(id, 'resolved');
            // A phone's keyboard comes only when it is asked for.
            if (!window.matchMedia('(pointer: coarse)').matches) focusComposer(next);
            void (next
              ? navigate({ to: '/inbox/$conversationId', params: { conversationId: next }, search: list })
              : navigate({ to: '/inbox', search: list }));
          }}
        >
          {t('actions.resolveNext')}
        </MenuItem>
      )}
      {status !== 'pending' && <MenuItem icon={<Hourglass size={16} aria-hidden="true" />} onSelect={() => void setStatus(id, 'pending')}>{t('actions.pending')}</MenuItem>}
      {status !== 'resolved' && (
        <>
          <MenuLine />
          <MenuLabel>{t('actions.snooze')}</MenuLabel>
          <SnoozeItems conversation={conversation} />
        </>
      )}
    </>
  );
}

// Messages --------------------------------------------------------------------------------------------------

function estimate(row: Row | undefined): number {
  if (!row) return 44;
  switch (row.kind) {
    case 'message': {
      const body = row.message.type === 'text' ? row.message.content.body : row.message.type === 'template' ? (row.message.content.text ?? '') : '';
      return 42 + Math.floor(body.length / 52) * 20 + (row.byline ? 19 : 0);
    }
    case 'note':
      return 74;
    case 'pending':
      return 44;
    default:
      return 32;
  }
}

/** Closer to the end than this is at the end. */
const AT_END = 80;

function Messages({ id, conversation, thread, target }: { id: string; conversation: Conversation; thread: ThreadState; target: number | null }) {
  const navigate = useNavigate();
  const asked = useRouterState({ select: (state) => state.location.state.__TSR_key });
  const apart = thread.at !== null;
  const allPending = useInbox((state) => state.pending);
  const pending = useMemo(() => allPending.filter((one) => one.conversation_id === id), [allPending, id]);
  const keys = useInbox((state) => state.keys);
  const meId = useInbox((state) => state.meId);
  const unread = useInbox((state) => unreadOf(state, id));
  const looking = useLooking();
  const link = useLink((state) => state.state);

  // The "New" line stays where it was when the conversation was opened, or when nobody looked.
  const lastSeq = thread.messages.at(-1)?.seq ?? 0;
  const [opened] = useState({ unread: unread ?? 0, lastSeq });
  const [newSinceAway, setNewSinceAway] = useState<number | null>(null);
  const newAtOpening = useMemo(
    () => firstUnread(thread.messages.filter((one) => one.seq <= opened.lastSeq), opened.unread, thread.hasMore),
    [thread.messages, thread.hasMore, opened],
  );
  const newFromSeq = opened.unread > 0 ? newAtOpening : newSinceAway;
  const seen = useRef(lastSeq);
  useEffect(() => {
    if (lastSeq > seen.current && !looking) {
      const first = thread.messages.find((one) => one.seq > seen.current && one.direction === 'in');
      if (first) setNewSinceAway((known) => known ?? first.seq);
    }
    seen.current = lastSeq;
  }, [lastSeq, looking, thread.messages]);

  const rows = useMemo(
    () => buildRows({ thread, pending: apart ? [] : pending, keys, meId, newFromSeq }),
    [thread, pending, apart, keys, meId, newFromSeq],
  );

  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 10,
    paddingEnd: 10,
    anchorTo: 'end',
    followOnAppend: !apart,
    scrollEndThreshold: AT_END,
  });

  // A message that is waited for, to be shown when its page is here; and what came of waiting.
  const wanted = useRef<number | null>(null);
  const [reached, setReached] = useState<{ seq: number; failed: boolean } | null>(null);
  const reach = useCallback((seq: number) => {
    wanted.current = seq;
    setReached(null);
    void loadBackTo(id, seq).then(
      () => { setReached({ seq, failed: false }); },
      () => {
        setReached({ seq, failed: true });
        showToast({ words: t('thread.quoteNotLoaded'), error: true, action: { label: t('app.tryAgain'), run: () => { reach(seq); } } });
      },
    );
  }, [id]);
  // At the end from the first paint on, and still there when the composer grows; or at the message that is asked for.
  const [placed, setPlaced] = useState(false);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const [awayFromSeq, setAwayFromSeq] = useState(0);
  useLayoutEffect(() => {
    if (target === null) return;
    atEnd.current = false;
    reach(target);
    scroller.current?.focus({ preventScroll: true });
  }, [target, asked, reach]);
  const begins = useRef(target);
  useLayoutEffect(() => {
    if (begins.current === null) virtualizer.scrollToEnd();
    const frame = requestAnimationFrame(() => { setPlaced(true); });
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => { if (atEnd.current) virtualizer.scrollToEnd(); });
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [virtualizer]);
  // Rows turn out taller than was guessed: what was at the end stays there.
  const height = virtualizer.getTotalSize();
  useLayoutEffect(() => {
    if (atEnd.current) virtualizer.scrollToEnd();
  }, [height, virtualizer]);
  const toLatest = useCallback(() => {
    wanted.current = null;
    if (target !== null) void navigate({ to: '.', search: (all) => ({ ...all, message: undefined }), replace: true });
    if (apart) void loadThread(id, null).then(() => requestAnimationFrame(() => { virtualizer.scrollToEnd(); })).catch(() => undefined);
    else virtualizer.scrollToEnd();
  }, [apart, id, navigate, target, virtualizer]);
  // What I send says what I have read of it.
  const inSight = looking && !away && !apart;
  const openedId = useRef<string | null>(null);
  useEffect(() => {
    if (!inSight) return;
    (openedId.current === id ? noteShown : noteOpened)(id, lastSeq);
    openedId.current = id;
  }, [id, inSight, lastSeq]);
  useEffect(() => {
    if (inSight) return () => { noteHidden(id); };
  }, [id, inSight]);
  const ownCount = pending.filter((one) => one.act.type !== 'change').length;
  const ownBefore = useRef(ownCount);
  useEffect(() => {
    // What I wrote myself is always brought into sight.
    if (ownCount > ownBefore.current) toLatest();
    ownBefore.current = ownCount;
  }, [ownCount, toLatest]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
    atEnd.current = distance <= AT_END;
    const far = distance > element.clientHeight;
    setAway((was) => {
      if (far && !was) setAwayFromSeq(lastSeq);
      return far;
    });
  };

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  useEffect(() => {
    if (placed && thread.hasMore && first <= 4) void loadOlder(id).catch(() => undefined);
  }, [placed, thread.hasMore, first, id, thread.messages.length]);
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (placed && apart && last >= rows.length - 5) void loadNewer(id).catch(() => undefined);
  }, [placed, apart, last, rows.length, id]);

  const mention = mentionOf(conversation, meId);
  // Read once it is on the screen and somebody looks.
  useEffect(() => {
    if (!looking || unread === null || (unread === 0 && mention === null) || away || apart) return;
    const timer = setTimeout(() => void markRead(id), 300);
    return () => { clearTimeout(timer); };
  }, [looking, unread, mention, away, apart, id, link]);

  // A message of another page is shown once that page is here.
  useEffect(() => {
    if (wanted.current === null) return;
    const index = rowOf(rows, wanted.current);
    if (index < 0) return;
    wanted.current = null;
    begins.current = null;
    virtualizer.scrollToIndex(index, { align: 'center' });
  }, [rows, virtualizer, asked]);
  // It could not be had, or nothing shows it: what stands before it is shown, or what was there already.
  useEffect(() => {
    if (reached === null || wanted.current !== reached.seq) return;
    wanted.current = null;
    if (!reached.failed) virtualizer.scrollToIndex(Math.max(0, rowBefore(rows, reached.seq)), { align: 'center' });
    else if (begins.current !== null) virtualizer.scrollToEnd();
    begins.current = null;
  }, [reached, rows, virtualizer]);
  const jumpTo = useCallback(
    (seq: number) => {
      const index = rowOf(rows, seq);
      if (index >= 0) virtualizer.scrollToIndex(index, { align: 'center' });
      else reach(seq);
    },
    [rows, virtualizer, reach],
  );
  const byProviderId = useMemo(
    () => new Map(thread.messages.flatMap((message) => (message.provider_id ? [[message.provider_id, message]] : []))),
    [thread.messages],
  );
  const arrived = away ? thread.messages.filter((one) => one.seq > awayFromSeq && one.direction === 'in').length : 0;

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {/* It scrolls, so it takes the focus: the arrow and page keys read back. */}
      { }
      <div ref={scroller} role={thread.messages.length > 0 ? 'feed' : 'region'} aria-label={t('thread.feed')} aria-busy={thread.stale} tabIndex={0} className="messages flex flex-col" onScroll={onScroll}>
        <div className="relative mt-auto flex-none" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className="row absolute inset-x-0 top-0"
                data-target={target !== null && 'message' in row && row.message.seq === target || undefined}
                style={{ transform: `translateY(${String(item.start)}px)` }}
              >
                <RowView row={row} conversation={conversation} index={item.index} count={rows.length} byProviderId={byProviderId} onJump={jumpTo} />
              </div>
            );
          })}
        </div>
      </div>
      {(away || apart) && (
        <button type="button" className="jump" aria-label={t('thread.jump')} onClick={toLatest}>
          <ArrowDown size={14} aria-hidden="true" />
          {arrived > 0 && <span className="num">{t('thread.jumpNew', { count: arrived })}</span>}
        </button>
      )}
    </div>
  );
}
