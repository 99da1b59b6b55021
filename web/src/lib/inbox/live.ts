/** Brings the server's snapshots and events into the store, and follows the line. */
import { ApiError, ask, isPassing } from '@/api/client';
import { availabilityQuery, channelsQuery, contactQuery, isMeKept, labelsQuery, meIsBack, meQuery, queryClient, teamsQuery, templatesQuery, usersQuery, viewCountsQuery, viewsQuery } from '@/api/queries';
import type { BulkJob, Conversation, ConversationDetail, DraftChanged, ConversationList, FilterCondition, Message, MessagePage, NotificationsChanged, StoreCondition, StreamEvent, StreamPosition, Me } from '@/api/types';
import { alertNow, announce } from '@/lib/announce';
import { restoreDrafts } from '@/lib/drafts';
import { language, nextLanguage, t } from '@/lib/i18n';
import { useChosen } from '@/lib/inbox/chosen';
import { withChanges } from '@/lib/inbox/changes';
import { pumpNow, restoreOutbox } from '@/lib/inbox/outbox';
import {
  applyEvents,
  beginReload,
  beginThread,
  dropFar,
  emptyInbox,
  endReload,
  isAsked,
  isOfTheHour,
  listName,
  putAsked,
  putFar,
  putConversations,
  putCounts,
  putAround,
  putKept,
  putNewer,
  putNewest,
  putOlder,
  putPage,
  STATUSES,
  type ListKey,
  type ListStatus,
  type View,
} from '@/lib/inbox/state';
import { useFresh, useInbox, useLink, usePlace, useServerStore, useViewers, useWriters, type Link } from '@/lib/inbox/store';
import { may } from '@/lib/people';
import { preferencesOf, usePreferences } from '@/lib/preferences';
import { insist } from '@/lib/later';
import type { Connection } from '@/lib/socket/connection';
import type { Machine } from '@/lib/socket/machine';

const PAGE = 50;
const MESSAGES = 50;
/** What the server gives of a thread at once, at most. */
const MESSAGES_MAX = 200;

let connection: Connection | null = null;
/** Snapshots that were here before the line was. */
let early: StreamPosition[] = [];
/** Answers to questions of an earlier session are dropped. */
let session = 0;

// Snapshots -------------------------------------------------------------------------------------------------

function snapshotAt(as_of: StreamPosition): void {
  if (connection) connection.snapshot(as_of);
  else early.push(as_of);
}

const listPath = (view: View, status: ListStatus, rest: Record<string, string>, filter?: FilterCondition[]) =>
  `/conversations?${new URLSearchParams({ view, status, ...(filter?.length ? { filter: JSON.stringify(filter) } : {}), ...rest }).toString()}`;

const inFlight = new Map<string, Promise<void>>();

/** One question at a time for one thing; a second one waits for the first. */
function once(name: string, work: () => Promise<void>): Promise<void> {
  const running = inFlight.get(name);
  if (running) return running;
  const promise = work().finally(() => {
    inFlight.delete(name);
  });
  inFlight.set(name, promise);
  return promise;
}

/** Loads the first page of a list, or the next one. */
export function loadList(key: ListKey, more = false): Promise<void> {
  const name = `list ${listName(key)}`;
  if (isAsked(key)) return once(name, () => askList(key, more));
  return once(name, async () => {
    const mine = session;
    const cursor = more ? useInbox.getState().lists[listName(key)]?.cursor : null;
    if (more && !cursor) return;
    const page = await ask<ConversationList>(
      listPath(key.view, key.status, { sort: key.sort, limit: String(PAGE), ...(cursor ? { cursor } : {}) }),
    );
    if (mine !== session) return;
    snapshotAt(page.as_of);
    useInbox.setState((state) => putPage(state, key, page, !more));
  });
}

async function askList(key: ListKey, more: boolean): Promise<void> {
  const mine = session;
  const known = useInbox.getState().lists[listName(key)];
  const from = more ? (known?.ids?.length ?? 0) : 0;
  if (more && from >= (known?.total ?? 0)) return;
  const page = await ask<ConversationList>(
    listPath(key.view, key.status, { sort: key.sort, limit: String(PAGE), ...(from > 0 ? { from: String(from) } : {}) }, key.filter),
  );
  if (mine !== session) return;
  snapshotAt(page.as_of);
  useInbox.setState((state) => putAsked(state, key, page, from, !more && listScrolled));
}

/** Loads what stands at a place far down a list. */
export function loadFar(key: ListKey, place: number): Promise<void> {
  const from = place - (place % PAGE);
  return once(`far ${listName(key)} ${String(from)}`, async () => {
    const mine = session;
    const page = await ask<ConversationList>(listPath(key.view, key.status, { sort: key.sort, limit: String(PAGE), from: String(from) }, key.filter));
    if (mine !== session) return;
    useInbox.setState((state) => putFar(state, key, page, from));
  });
}

/** Between two questions what a list holds, in milliseconds, at least. */
const ASK_EVERY_MS = 1_000;
/** How long events are gathered before the question. */
const ASK_AFTER_MS = 100;
let askTimer: ReturnType<typeof setTimeout> | undefined;
let askedAt = 0;
let listScrolled = false;

/** Something happened, or time passed: the list on the screen is asked for again, where the server alone knows what it holds. */
export function askAgain(): void {
  if (askTimer !== undefined || document.hidden || !isAsked(usePlace.getState().list)) return;
  const mine = session;
  askTimer = setTimeout(() => {
    void (async () => {
      const { list } = usePlace.getState();
      // What is on its way may be from before.
      await inFlight.get(`list ${listName(list)}`)?.catch(() => undefined);
      askTimer = undefined;
      askedAt = performance.now();
      if (mine === session && isAsked(list)) await loadList(list).catch(() => undefined);
    })();
  }, Math.max(ASK_AFTER_MS, askedAt + ASK_EVERY_MS - performance.now()));
}

/** Somebody is down the list, where nothing moves under them, or at its top again. */
export function setListScrolled(key: ListKey, scrolled: boolean): void {
  if (listScrolled === scrolled) return;
  listScrolled = scrolled;
  if (scrolled) return;
  useInbox.setState((state) => dropFar(state, key));
  askAgain();
}

/** Counts for the tabs and views. */
export function loadTotals(): Promise<void> {
  return once('totals', async () => {
    const mine = session;
    useInbox.setState({ totalsDirty: false });
    const pages = await Promise.all(
      STATUSES.map(async (status) => [status, await ask<ConversationList>(listPath('all', status, { limit: '1' }))] as const),
    );
    if (mine !== session) return;
    for (const [, page] of pages) snapshotAt(page.as_of);
    useInbox.setState((state) => pages.reduce((next, [status, page]) => putCounts(next, status, page), state));
  });
}

/** My conversations that wait longest: enough of them for the count on the rail to be exact up to 99. */
function loadWaiting(): Promise<void> {
  return loadHidden({ view: 'mine', status: 'open', sort: 'waiting' });
}

async function loadHidden(key: ListKey): Promise<void> {
  const mine = session;
  const page = await ask<ConversationList>(listPath(key.view, key.status, { sort: key.sort, limit: '100' }));
  if (mine !== session) return;
  snapshotAt(page.as_of);
  useInbox.setState((state) => putPage(state, key, page, true));
}

/** Loads one conversation. */
export function loadConversation(id: string): Promise<void> {
  return once(`conversation ${id}`, async () => {
    const mine = session;
    const detail = await ask<ConversationDetail>(`/conversations/${id}`);
    if (mine !== session) return;
    const { as_of, ...conversation } = detail;
    snapshotAt(as_of);
    useInbox.setState((state) => putConversations(state, [conversation]));
  });
}

/** Loads the newest page of a thread, or the one around a message; unless said otherwise the one that was loaded before. */
export function loadThread(id: string, at = useInbox.getState().threads[id]?.at ?? null): Promise<void> {
  return once(`thread ${id} ${String(at)}`, async () => {
    const mine = session;
    useInbox.setState((state) => beginThread(state, id));
    if (at === null && useInbox.getState().threads[id]?.loaded === false) void paintThread(id, mine);
    const before = at === null ? null : at + MESSAGES / 2;
    const known = useInbox.getState().threads[id];
    // What is on the screen as it was kept is asked for as far as it goes: whoever reads there stays there.
    const kept = at === null && known?.kept === true ? Math.max(useInbox.getState().conversations[id]?.last_seq ?? 0, known.messages.at(-1)?.seq ?? 0) - (known.messages[0]?.seq ?? 0) + 1 : 0;
    const page = await messagesBefore(id, before, Math.min(MESSAGES_MAX, Math.max(MESSAGES, kept))).catch(async (error: unknown) => {
      if (at !== null && isPassing(error)) await paintThread(id, mine);
      throw error;
    });
    if (mine !== session) return;
    snapshotAt(page.as_of);
    useInbox.setState((state) => (at === null || before === null ? putNewest(state, id, page) : putAround(state, id, page, at, before - 1)));
  });
}

const keeper = () => import('@/lib/inbox/keeper');

/** Shows a thread as it was kept on this device, where that is quicker than the server. */
async function paintThread(id: string, mine: number): Promise<void> {
  const kept = await keeper().then((it) => it.keptThread(id)).catch(() => null);
  if (kept && mine === session) useInbox.setState((state) => putKept(state, id, kept));
}

/** What is on the screen is as it was kept, and is to be confirmed yet. */
let painted = false;

/** Shows the list as it was kept on this device, where that is quicker than the server. */
async function paintList(seat: { meId: string; workspaceId: string }, mine: number): Promise<void> {
  const it = await keeper();
  const shell = usePreferences.getState().keepCopy ? await it.lastShell(Date.now()) : null;
  if (mine !== session || shell?.seat !== it.seatOf(seat.meId, seat.workspaceId) || Object.keys(useInbox.getState().lists).length > 0) return;
  painted = true;
  for (const { key, data } of shell.answers) {
    if (queryClient.getQueryData(key) !== undefined) continue;
    queryClient.setQueryData(key, data, { updatedAt: shell.at });
    // However young it is: what changed since then was told to a page that is gone.
    void queryClient.invalidateQueries({ queryKey: key, exact: true, refetchType: 'none' });
  }
  // What was changed without a line stays so on the screen.
  useInbox.setState((state) => withChanges(it.inboxFrom(shell, state)));
  useFresh.setState({ asOf: shell.at });
}

/** Everything that the first screen needs was loaded: what it did not confirm is gone. */
function confirm(): void {
  if (!painted) return;
  painted = false;
  const { list, openId } = usePlace.getState();
  useInbox.setState((state) => endReload(state, list, openId));
}

/** A page of a thread that ends before a `seq`; the newest where none is given. */
function messagesBefore(id: string, before: number | null, limit = MESSAGES): Promise<MessagePage> {
  return ask<MessagePage>(`/conversations/${id}/messages?limit=${String(limit)}${before === null ? '' : `&before_seq=${String(before)}`}`);
}

/** Loads the page after the newest message there is, where newer ones are known of. */
export function loadNewer(id: string): Promise<void> {
  return once(`newer ${id}`, async () => {
    const mine = session;
    const last = useInbox.getState().threads[id]?.messages.at(-1)?.seq;
    if (last === undefined) return;
    const end = last + MESSAGES;
    const page = await messagesBefore(id, end + 1);
    if (mine !== session) return;
    useInbox.setState((state) => putNewer(state, id, page, end));
  });
}

/** Loads the page before the oldest message there is. */
export function loadOlder(id: string): Promise<void> {
  return once(`older ${id}`, async () => {
    const mine = session;
    const first = useInbox.getState().threads[id]?.messages[0]?.seq;
    if (first === undefined) return;
    const page = await messagesBefore(id, first);
    if (mine !== session) return;
    useInbox.setState((state) => putOlder(state, id, page));
  });
}

/** Messages back from the oldest that is here, at most, for which the pages in between are loaded, too. */
const BACK_MAX = 200;

/** Loads what it takes for the message with this `seq` to be here. */
export async function loadBackTo(id: string, seq: number): Promise<void> {
  for (;;) {
    const messages = useInbox.getState().threads[id]?.messages ?? [];
    const first = messages[0]?.seq ?? 0;
    if (first <= seq && seq <= (messages.at(-1)?.seq ?? 0)) return;
    if (first < seq || first - seq > BACK_MAX) {
      await loadThread(id, seq);
      return;
    }
    await loadOlder(id);
    if (useInbox.getState().threads[id]?.messages[0]?.seq === first) return;
  }
}

const hydrating = new Set<string>();

/** A card that lacks its last message or its read mark asks for the conversation, a few at a time. */
export function hydrate(id: string): void {
  if (hydrating.has(id) || hydrating.size > 8) return;
  hydrating.add(id);
  void loadConversation(id)
    .catch(() => undefined)
    .finally(() => setTimeout(() => hydrating.delete(id), 2_000));
}

async function reload(): Promise<void> {
  const mine = session;
  painted = false;
  useInbox.setState(beginReload);
  const { list, openId } = usePlace.getState();
  await Promise.all([
    loadList(list),
    loadTotals(),
    loadWaiting(),
    ...(openId ? [tolerant(loadConversation(openId)), tolerant(loadThread(openId))] : []),
  ]);
  if (mine !== session) return;
  useInbox.setState((state) => endReload(state, list, openId));
  await queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
}

/** The open conversation can be gone: that is for its page to say. */
async function tolerant(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ApiError && error.status < 500)) throw error;
  }
}

// Events ----------------------------------------------------------------------------------------------------

let waiting: { epoch: string; events: StreamEvent[] }[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let flushedAt = 0;
const FRAME_MS = 16;

/** What comes within one frame is one update of the page; the first of them is not held up. */
function take(epoch: string, events: StreamEvent[]): void {
  waiting.push({ epoch, events });
  if (timer !== undefined) return;
  const wait = flushedAt + FRAME_MS - performance.now();
  if (wait <= 0) flush();
  else timer = setTimeout(flush, wait);
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  flushedAt = performance.now();
  const batches = waiting;
  waiting = [];
  if (batches.length === 0) return;
  useInbox.setState((state) => batches.reduce((next, batch) => applyEvents(next, batch.epoch, batch.events), state));
  for (const batch of batches) for (const event of batch.events) follow(event);
  if (useInbox.getState().totalsDirty) refreshTotals();
  askAgain();
  countViews();
}

/** Between two counts of the kept views, in milliseconds, at least. */
const COUNT_EVERY_MS = 3_000;
let countTimer: ReturnType<typeof setTimeout> | undefined;
/** How many conversations the kept views hold is asked again, where there are any. */
function countViews(): void {
  if (countTimer !== undefined || !queryClient.getQueryData(viewsQuery.queryKey)?.views.length) return;
  void queryClient.invalidateQueries({ queryKey: viewCountsQuery.queryKey });
  countTimer = setTimeout(() => {
    countTimer = undefined;
    void queryClient.invalidateQueries({ queryKey: viewCountsQuery.queryKey });
  }, COUNT_EVERY_MS);
}

let totalsTimer: ReturnType<typeof setTimeout> | undefined;
function refreshTotals(): void {
  totalsTimer ??= setTimeout(() => {
    totalsTimer = undefined;
    if (useLink.getState().state === 'live') void loadTotals().catch(() => undefined);
  }, 5_000);
}

let heardTimer: ReturnType<typeof setTimeout> | undefined;
/** A message came, so a number is heard: what is kept of that follows within a moment, and is not told by itself. */
function noteHeard(): void {
  const channels = queryClient.getQueryData(channelsQuery.queryKey)?.channels ?? [];
  const waits = channels.some((one) => one.lights?.some((light) => light.subject === 'webhook' && light.state !== 'good'));
  if (!waits) return;
  heardTimer ??= setTimeout(() => {
    heardTimer = undefined;
    void queryClient.invalidateQueries({ queryKey: channelsQuery.queryKey });
  }, 1_000);
}

/** What an event means beside conversations and messages. */
function follow(event: StreamEvent): void {
  const { message, contact, channel, templates, users, presence, replies } = event.data;
  if (contact) {
    const { queryKey } = contactQuery(contact.id);
    const known = queryClient.getQueryData(queryKey);
    if (known && known.contact.version < contact.version)
      queryClient.setQueryData(queryKey, { contact, etag: `"${String(contact.version)}"` });
  }
  if (channel || event.name === 'channel.updated' || event.name === 'channel.deleted')
    void queryClient.invalidateQueries({ queryKey: channelsQuery.queryKey });
  if (templates) void queryClient.invalidateQueries({ queryKey: templatesQuery(templates.channel_id).queryKey });
  if (replies) void queryClient.invalidateQueries({ queryKey: ['saved-replies'] });
  if (users) {
    void queryClient.invalidateQueries({ queryKey: usersQuery.queryKey });
    if (users.user_id === useInbox.getState().meId) void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  }
  if (event.name === 'teams.changed') {
    void queryClient.invalidateQueries({ queryKey: teamsQuery.queryKey });
    refreshTotals();
  }
  if (event.name === 'labels.changed') void queryClient.invalidateQueries({ queryKey: labelsQuery.queryKey });
  if (event.name === 'automation.changed') void queryClient.invalidateQueries({ queryKey: ['automation'] });
  if (event.name === 'views.changed') void queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey });
  if (presence) {
    const { queryKey } = availabilityQuery;
    // What is on its way may be from before.
    if (queryClient.isFetching({ queryKey }) > 0) void queryClient.invalidateQueries({ queryKey });
    else queryClient.setQueryData(queryKey, (list) => list && { ...list, people: [...list.people.filter((one) => one.user_id !== presence.user_id), presence] });
  }
  if (message?.scheduled) void queryClient.invalidateQueries({ queryKey: ['scheduled', message.conversation_id] });
  if (message) heard(event, message);
  if (event.name === 'message.received') noteHeard();
}

function heard(event: StreamEvent, message: Message): void {
  const state = useInbox.getState();
  const name = state.conversations[message.conversation_id]?.contact.name ?? '';
  stopWriting(message.conversation_id, message.sent_by.id ?? '');
  if (useLink.getState().state !== 'live') return;
  if (event.name === 'message.received') {
    const id = message.conversation_id;
    arrived.set(id, (arrived.get(id) ?? 0) + 1);
    announce(() => {
      const count = arrived.get(id) ?? arrivedSaid.get(id) ?? 1;
      arrived.delete(id);
      arrivedSaid.set(id, count);
      return t('thread.arrived', { count, name });
    });
  } else if (message.state === 'failed' && message.sent_by.id === state.meId && event.name === 'message.updated') {
    alertNow(t('thread.failedNow', { name }));
  }
}
const arrived = new Map<string, number>();
const arrivedSaid = new Map<string, number>();

const WRITING_MS = 6_000;

function typing(data: { conversation_id: string; user_id: string; name: string }): void {
  if (data.user_id === useInbox.getState().meId) return;
  const now = Date.now();
  const { writers } = useWriters.getState();
  const others = (writers[data.conversation_id] ?? []).filter((one) => one.userId !== data.user_id && one.until > now);
  useWriters.setState({
    writers: { ...writers, [data.conversation_id]: [...others, { userId: data.user_id, name: data.name, until: now + WRITING_MS }] },
  });
  setTimeout(() => {
    const current = useWriters.getState().writers[data.conversation_id] ?? [];
    const left = current.filter((one) => one.until > Date.now());
    if (left.length !== current.length)
      useWriters.setState((state) => ({ writers: { ...state.writers, [data.conversation_id]: left } }));
  }, WRITING_MS + 100);
}

function stopWriting(conversationId: string, userId: string): void {
  const { writers } = useWriters.getState();
  const current = writers[conversationId];
  if (current?.some((one) => one.userId === userId))
    useWriters.setState({ writers: { ...writers, [conversationId]: current.filter((one) => one.userId !== userId) } });
}

const drafts = () => import('@/lib/drafts-sync');

function draft(changed: DraftChanged): void {
  if (changed.user_id === useInbox.getState().meId) void drafts().then((sync) => { sync.draftChanged(changed); }).catch(() => undefined);
}

const notices = () => import('@/lib/notify/tell');
const notified = (changed: NotificationsChanged) => void notices().then((module) => { module.notified(changed); }).catch(() => undefined);

const bulk = (job: BulkJob) => void import('@/lib/inbox/bulk').then((module) => { module.bulkProgress(job); }).catch(() => undefined);

let typedAt = 0;
/** Tells colleagues that I write here, now and then. */
export function tellTyping(conversationId: string): void {
  const now = Date.now();
  if (now - typedAt < 3_000) return;
  typedAt = now;
  connection?.sendTyping(conversationId);
}

// Who looks at the same --------------------------------------------------------------------------------------

/** What is open for so long is looked at; keys that run through a list do not tell of each. */
const VIEWED_AFTER_MS = 500;
let viewTimer: ReturnType<typeof setTimeout> | undefined;
let viewed: string | null = null;

/** Says what is before this person, where that is something else; at once where it is nothing, so that the tab they turn to has the last word. */
function look(): void {
  clearTimeout(viewTimer);
  const now = () => (document.visibilityState === 'visible' ? usePlace.getState().openId : null);
  const say = () => {
    if (now() === viewed) return;
    viewed = now();
    if (viewed === null) useViewers.setState({ at: null, others: [] });
    connection?.sendViewing(viewed);
  };
  if (now() === null) say();
  else viewTimer = setTimeout(say, VIEWED_AFTER_MS);
}

function viewing(data: { conversation_id: string; user_ids: string[] }): void {
  if (data.conversation_id !== viewed) return;
  const { meId } = useInbox.getState();
  useViewers.setState({ at: viewed, others: data.user_ids.filter((one) => one !== meId) });
}

// Who is at this page -----------------------------------------------------------------------------------------

/** How often it is told that somebody is here, at most. */
const ACTIVE_EVERY_MS = 20_000;
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
let activeAt = Date.now();
let activeToldAt = 0;

function sign(): void {
  activeAt = Date.now();
  if (activeAt - activeToldAt < ACTIVE_EVERY_MS) return;
  activeToldAt = activeAt;
  connection?.sendActivity();
}

// The line --------------------------------------------------------------------------------------------------

/** This many attempts without an answer, and the person is told to count on being offline. */
const OFFLINE_AFTER = 5;

function linkOf(machine: Machine, missing: number | null): Link {
  const seconds = Math.max(1, Math.ceil((machine.retryAt - Date.now()) / 1_000));
  switch (machine.phase) {
    case 'live':
      return { state: 'live', seconds: 0, missing: null };
    case 'catching_up':
    case 'reloading':
      // The first load is not a loss that must be caught up.
      return { state: everLive || machine.phase === 'catching_up' ? 'catching_up' : 'connecting', seconds: 0, missing };
    case 'offline':
      return { state: 'offline', seconds: 0, missing: null };
    case 'waiting':
      return machine.attempt > OFFLINE_AFTER
        ? { state: 'offline', seconds, missing: null }
        : { state: 'reconnecting', seconds, missing: null };
    case 'connecting':
      if (machine.attempt > OFFLINE_AFTER) return { state: 'offline', seconds: 0, missing: null };
      return { state: machine.attempt > 0 || everLive ? 'reconnecting' : 'connecting', seconds: 1, missing: null };
    default:
      return { state: 'connecting', seconds: 0, missing: null };
  }
}

let everLive = false;

let backAt: ReturnType<typeof setTimeout> | undefined;
let latest: [Machine, number | null] | null = null;

/** The line is there: the server says who is signed in, which was known from this device alone, before anything is changed. */
async function meAgain(): Promise<void> {
  const before = queryClient.getQueryData(meQuery.queryKey);
  try {
    const me = await ask<Me>('/me');
    // Somebody else signed in meanwhile.
    if (me.user.id !== before?.user.id || me.workspace.id !== before.workspace.id) location.assign('/inbox');
    else meIsBack(me);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  backAt = undefined;
  if (latest) changed(...latest);
}

function changed(machine: Machine, missing: number | null): void {
  latest = [machine, missing];
  const before = useLink.getState();
  let link = linkOf(machine, missing);
  if (isMeKept() && (link.state === 'live' || link.state === 'catching_up')) {
    backAt ??= setTimeout(() => void meAgain(), 0);
    link = { state: 'catching_up', seconds: 0, missing: null };
  }
  if (link.state === 'live') everLive = true;
  if (before.state === link.state && before.seconds === link.seconds && before.missing === link.missing) return;
  useLink.setState(link);
  if (link.state === 'live') useFresh.setState({ asOf: null });
  else if (before.state === 'live') {
    useFresh.setState({ asOf: Date.now() });
    useViewers.setState({ at: null, others: [] });
  }
  if (link.state === 'live' && before.state !== 'live') {
    // Who is there holds for one line.
    void queryClient.invalidateQueries({ queryKey: availabilityQuery.queryKey });
    viewed = null;
    look();
    // What was told meanwhile is told no more.
    void notices().then((module) => module.refresh()).catch(() => undefined);
  }
  if (link.state !== before.state && (link.state === 'live' || link.state === 'catching_up')) pumpNow();
}

function storeDoes(condition: StoreCondition): void {
  const before = useServerStore.getState().condition;
  if (before === condition) return;
  useServerStore.setState({ condition });
  // What was refused meanwhile need not wait for its next attempt.
  if (condition === 'ok') pumpNow();
}

/** Begins for whoever signed in; stops with the function it gives back. */
export function startLive(meId: string, workspaceId: string, signedOut: () => void): () => void {
  session += 1;
  const mine = session;
  inFlight.clear();
  useInbox.setState(emptyInbox(meId), true);
  useChosen.setState({ chosen: {} });
  preferencesOf(meId);
  // This person reads another language than the page began with.
  if (nextLanguage() !== language) location.reload();
  restoreDrafts(meId, workspaceId);
  restoreOutbox();
  void drafts().then((sync) => { if (mine === session && may('answer')) sync.startDrafts(meId, workspaceId); }).catch(() => undefined);
  void notices().then((module) => { if (mine === session) module.startNotices(meId); }).catch(() => undefined);
  everLive = false;
  painted = false;
  latest = null;
  useFresh.setState({ asOf: null });
  useLink.setState({ state: 'connecting', seconds: 0, missing: null });
  useServerStore.setState({ condition: 'ok' });
  early = [];
  let line: Connection | null = null;
  const wire = insist(() => import('@/lib/socket/connection')).then((module) => {
    if (mine !== session) return;
    line = new module.Connection({ apply: take, reload, typing, viewing, draft, bulk, notified, store: storeDoes, meId, workspaceId, signedOut, changed, idle: () => Math.floor((Date.now() - activeAt) / 1_000) });
    connection = line;
    for (const as_of of early.splice(0)) line.snapshot(as_of);
  });
  void paintList({ meId, workspaceId }, mine).catch(() => undefined);
  void keeper().then((it) => { if (mine === session) it.startKeeping(meId, workspaceId); }).catch(() => undefined);
  for (const name of SIGNS) window.addEventListener(name, sign, { capture: true, passive: true });
  const begin = () => {
    if (mine !== session) return;
    void wire.then(() => line?.start());
    void Promise.all([loadTotals(), loadWaiting()]).then(() => {
      if (mine === session && useInbox.getState().lists[listName(usePlace.getState().list)]) confirm();
    }, () => undefined);
    if (may('answer')) void import('@/lib/inbox/bulk').then((module) => module.findRunning()).catch(() => undefined);
  };
  // What a filter finds, and what is next, changes with the hour.
  const minutes = setInterval(() => {
    const { list } = usePlace.getState();
    if (isAsked(list)) askAgain();
    else if (isOfTheHour(list.sort) && !listScrolled && !document.hidden) void loadList(list).catch(() => undefined);
  }, 60_000);
  document.addEventListener('visibilitychange', askAgain);
  document.addEventListener('visibilitychange', look);
  const unlook = usePlace.subscribe((place, before) => { if (place.openId !== before.openId) look(); });
  // The list first: the stream then goes on from there.
  void loadList(usePlace.getState().list).then(begin, begin);
  return () => {
    session += 1;
    void drafts().then((sync) => { if (mine + 1 === session) sync.stopDrafts(); }).catch(() => undefined);
    void notices().then((module) => { if (mine + 1 === session) module.stopNotices(); }).catch(() => undefined);
    clearInterval(minutes);
    document.removeEventListener('visibilitychange', askAgain);
    document.removeEventListener('visibilitychange', look);
    unlook();
    clearTimeout(viewTimer);
    line?.stop();
    void keeper().then((it) => { if (mine + 1 === session) it.stopKeeping(); }).catch(() => undefined);
    for (const name of SIGNS) window.removeEventListener(name, sign, { capture: true });
    if (connection === line) connection = null;
    flush();
  };
}

/** The newest state of a conversation, from an answer. */
export function learn(conversation: Conversation): void {
  useInbox.setState((state) => putConversations(state, [conversation]));
}
