/**
 * What the inbox knows, and how snapshots and events change it. Pure: each function takes a state and gives
 * the next one, so that every order of arrivals can be tried in a test.
 */
import type {
  Contact,
  Conversation,
  ConversationList,
  ConversationStatus,
  FilterCondition,
  Message,
  MessagePage,
  Problem,
  ReadMark,
  SendRequest,
  StreamEvent,
  StreamPosition,
} from '@/api/types';
import { isUndone } from '@/lib/inbox/held';

/** The views that everybody has. */
export type Tab = 'mine' | 'unassigned' | 'all';
/** Those, and what is with a team: `team:` and its id. */
export type View = Tab | `team:${string}`;
export type Sort = 'next_up' | 'newest' | 'oldest' | 'waiting' | 'window';
/** A status, or any. */
export type ListStatus = ConversationStatus | 'any';
export const VIEWS: readonly Tab[] = ['mine', 'unassigned', 'all'];
export const STATUSES = ['open', 'pending', 'snoozed', 'resolved'] as const;
export const SORTS: readonly Sort[] = ['next_up', 'newest', 'oldest', 'waiting', 'window'];

/** Which list: who has it, where it stands, in what order; what else must hold, and the kept view that this comes from. */
export type ListKey = { view: View; status: ListStatus; sort: Sort; filter?: FilterCondition[]; saved?: string };

/** The same without what else must hold. */
export const plainList = ({ view, status, sort }: ListKey): ListKey & { status: ConversationStatus } => ({ view, status: status === 'any' ? 'open' : status, sort });

/**
 * Is the server asked what this list holds, whenever something happens? Filters are the server's rules alone. The plain lists
 * are kept by events: who has it, where it stands, and its place.
 */
export const isAsked = (key: ListKey): boolean => (key.filter?.length ?? 0) > 0 || key.status === 'any';

/** Does the order change as time goes by? */
export const isOfTheHour = (sort: Sort): boolean => sort === 'next_up' || sort === 'window';

/** How far a list is loaded. */
export type ListState = {
  loaded: boolean;
  /** The page after the last one loaded. */
  cursor: string | null;
  /** The place of the last conversation loaded; beyond it the list is not known. */
  tail: Place | null;
  /** The first ids, as the server last said them, where it is asked. */
  ids?: string[];
  /** How many there are, where the server is asked. */
  total?: number;
  /** What stands further down, by its place, as it stood when somebody looked there. */
  far?: Record<number, string>;
};

/** Conversations in a view and status, and what the count includes. */
export type Total = { count: number; as_of: StreamPosition };

export type Thread = {
  /** Ascending `seq`, without a hole. */
  messages: Message[];
  loaded: boolean;
  hasMore: boolean;
  /** Came in while the first page was on its way. */
  arrivals: Message[];
  /** Something between was missed: the newest page must be loaded again. */
  stale: boolean;
  /** As it was kept on this device: what changed meanwhile is not in it. */
  kept?: boolean;
  /** The `seq` this part was loaded around, as long as newer ones than its last are not here. */
  at: number | null;
};

/** Something of a conversation that a person changes. */
export type Change = {
  type: 'change';
  /** What of it: the end of its address. */
  path: 'status' | 'assign' | 'team' | 'priority' | 'labels';
  body: unknown;
  /** What it becomes. */
  to: Partial<Conversation>;
  /** What it was, as far as who changed it saw. */
  from: Partial<Conversation>;
};

/** Something done here that the server has not confirmed. */
export type Pending = {
  /** Stands for the bubble from the first moment on, also once the server's message took its place. */
  id: string;
  /** The idempotency key. */
  key: string;
  conversation_id: string;
  act: { type: 'send'; request: SendRequest; preview: string } | { type: 'note'; body: string; mentions?: string[] } | Change;
  at: string;
  state: 'waiting' | 'sending' | 'refused';
  /** It was asked of the server at least once. */
  tried?: boolean;
  /** It could not be done at once, as its writer was told. */
  kept?: boolean;
  problem?: Problem;
  /** The server's message that arrived as an event before the answer did. */
  bound?: string;
};

export type InboxState = {
  meId: string;
  conversations: Record<string, Conversation>;
  /** How many of the customer's messages this agent has read. */
  marks: Record<string, number>;
  /** The reload in which a conversation was last confirmed. */
  touched: Record<string, number>;
  generation: number;
  lists: Record<string, ListState>;
  totals: Record<string, Total>;
  /** A change of a conversation that was not known may have changed a total. */
  totalsDirty: boolean;
  threads: Record<string, Thread>;
  /** What stood for a message before the server named it. */
  keys: Record<string, string>;
  pending: Pending[];
};

export function emptyInbox(meId: string): InboxState {
  return {
    meId,
    conversations: {},
    marks: {},
    touched: {},
    generation: 0,
    lists: {},
    totals: {},
    totalsDirty: false,
    threads: {},
    keys: {},
    pending: [],
  };
}

export const listName = (key: ListKey): string => `${key.view}:${key.status}:${key.sort}${key.filter?.length ? `:${JSON.stringify(key.filter)}` : ''}`;
/** The team that a view is of. */
export const teamOf = (view: View): string | null => (view.startsWith('team:') ? view.slice(5) : null);
export const totalName = (view: View, status: ListStatus): string => `${view}:${status}`;

// Lists -----------------------------------------------------------------------------------------------------

/** A conversation's place in a list, by the server's own rules: compared number by number, then by id. */
export type Place = { by: readonly number[]; id: string };

const FAR = Number.MAX_SAFE_INTEGER;
/** A window that closes within this is about to, in milliseconds; the server's `filter::CLOSING`. */
const CLOSING_MS = 3_600_000;
const millis = (time: string | null | undefined): number => (time ? Date.parse(time) : FAR);

/** Numbers that a conversation is sorted by, at a time in milliseconds: the server's `filter::rank`, by the minute. */
function rank(conversation: Conversation, sort: Sort, at: number): readonly number[] {
  const now = at - (at % 60_000);
  const active = Date.parse(conversation.updated_at);
  const waiting = millis(conversation.waiting_since);
  const closes = millis(conversation.window.expires_at);
  switch (sort) {
    case 'waiting':
      return [waiting];
    case 'window':
      return closes === FAR ? [2, 0] : closes > now ? [0, closes] : [1, -closes];
    case 'oldest':
      return [active];
    case 'newest':
      return [-active];
    case 'next_up':
      if (conversation.priority === 'urgent') return waiting === FAR ? [1, -active] : [0, waiting];
      if (waiting === FAR) return [4, -active];
      return closes > now && closes <= now + CLOSING_MS ? [2, closes] : [3, waiting];
  }
}

export const placeOf = (conversation: Conversation, sort: Sort, now = Date.now()): Place => ({ by: rank(conversation, sort, now), id: conversation.id });

export function comparePlaces(a: Place, b: Place): number {
  for (const [index, value] of a.by.entries()) {
    const other = b.by[index] ?? 0;
    if (value !== other) return value - other;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export function belongs(conversation: Conversation, view: View, status: ListStatus, meId: string): boolean {
  if (status !== 'any' && conversation.status !== status) return false;
  if (view === 'mine') return conversation.assignee_id === meId;
  if (view === 'unassigned') return !conversation.assignee_id;
  return view === 'all' || conversation.team_id === teamOf(view);
}

/** The ids of a list as far as it is loaded, in its order at a time in milliseconds. */
export function orderOf(state: InboxState, key: ListKey, now = Date.now()): string[] {
  const list = state.lists[listName(key)];
  if (!list?.loaded) return [];
  if (list.ids) return list.ids.filter((id) => state.conversations[id] !== undefined);
  const places: Place[] = [];
  for (const conversation of Object.values(state.conversations)) {
    if (!belongs(conversation, key.view, key.status, state.meId)) continue;
    const place = placeOf(conversation, key.sort, now);
    if (list.tail && comparePlaces(place, list.tail) > 0) continue;
    places.push(place);
  }
  return places.sort(comparePlaces).map((place) => place.id);
}

/** Messages of the customer this agent has not read; `null` where the read mark is not known yet. */
export function unreadOf(state: InboxState, id: string): number | null {
  const conversation = state.conversations[id];
  const mark = state.marks[id];
  if (!conversation || mark === undefined) return null;
  return Math.max(0, conversation.inbound_count - mark);
}

// Snapshots -------------------------------------------------------------------------------------------------

/** A copy that may be changed on the top level. */
function draft(state: InboxState): InboxState {
  return {
    ...state,
    conversations: { ...state.conversations },
    marks: { ...state.marks },
    touched: { ...state.touched },
    totals: { ...state.totals },
    threads: { ...state.threads },
    keys: { ...state.keys },
  };
}

/** Puts a page of a list in; the first page starts the list anew. */
export function putPage(state: InboxState, key: ListKey, page: ConversationList, first: boolean, now = Date.now()): InboxState {
  const next = key.status === 'any' ? putConversations(state, page.conversations) : putCounts(state, key.status, page);
  const name = listName(key);
  const cursor = page.next_cursor ?? null;
  let tail: Place | null = null;
  if (cursor !== null) {
    tail = first ? null : (state.lists[name]?.tail ?? null);
    for (const conversation of page.conversations) {
      const place = placeOf(next.conversations[conversation.id] ?? conversation, key.sort, now);
      if (tail === null || comparePlaces(place, tail) > 0) tail = place;
    }
  }
  next.lists = { ...state.lists, [name]: { loaded: true, cursor, tail, far: first ? {} : (state.lists[name]?.far ?? {}) } };
  return next;
}

/** Puts a page of a list in that the server is asked for, from a place on; `keeps` what stands behind it. */
export function putAsked(state: InboxState, key: ListKey, page: ConversationList, from: number, keeps: boolean): InboxState {
  const next = key.status === 'any' ? putConversations(state, page.conversations) : putCounts(state, key.status, page);
  const name = listName(key);
  const known = state.lists[name];
  const came = page.conversations.map((one) => one.id);
  const fresh = new Set(came);
  const before = (known?.ids ?? []).slice(0, from).filter((id) => !fresh.has(id));
  const behind = keeps ? (known?.ids ?? []).slice(from + came.length).filter((id) => !fresh.has(id)) : [];
  const ids = [...before, ...came, ...behind].slice(0, Math.max(page.total, before.length + came.length));
  const far = keeps || from > 0 ? (known?.far ?? {}) : {};
  next.lists = { ...state.lists, [name]: { loaded: true, cursor: null, tail: null, ids, total: page.total, far } };
  return next;
}

/** Puts in what stands far down a list, from a place on. */
export function putFar(state: InboxState, key: ListKey, page: ConversationList, from: number): InboxState {
  const name = listName(key);
  const list = state.lists[name];
  if (!list) return state;
  const next = putConversations(state, page.conversations);
  const places = page.conversations.map((one, index) => [from + index, one.id] as const);
  const total = list.ids ? { total: page.total } : {};
  next.lists = { ...state.lists, [name]: { ...list, ...total, far: { ...list.far, ...Object.fromEntries(places) } } };
  return next;
}

/** Forgets what stands far down a list: somebody is at its top again. */
export function dropFar(state: InboxState, key: ListKey): InboxState {
  const name = listName(key);
  const list = state.lists[name];
  if (!list?.far || Object.keys(list.far).length === 0) return state;
  return { ...state, lists: { ...state.lists, [name]: { ...list, far: {} } } };
}

/** Puts the conversations of a page in, and how many each view of the status has. */
export function putCounts(state: InboxState, status: ConversationStatus, page: ConversationList): InboxState {
  const next = draft(state);
  for (const conversation of page.conversations) putConversation(next, conversation, null);
  for (const view of VIEWS) next.totals[totalName(view, status)] = { count: page.counts[view], as_of: page.as_of };
  for (const { team_id, count } of page.counts.teams ?? []) next.totals[totalName(`team:${team_id}`, status)] = { count, as_of: page.as_of };
  return next;
}

/** Puts conversations in that an answer carried. */
export function putConversations(state: InboxState, conversations: readonly Conversation[]): InboxState {
  const next = draft(state);
  for (const conversation of conversations) putConversation(next, conversation, null);
  return next;
}

/** Begins a reload: what it does not confirm is gone when it ends. */
export function beginReload(state: InboxState): InboxState {
  const threads = Object.fromEntries(
    Object.entries(state.threads).map(([id, thread]) => [id, { ...thread, stale: thread.loaded }]),
  );
  return { ...state, generation: state.generation + 1, threads };
}

/** Ends a reload: drops what it did not confirm, lists and threads included. */
export function endReload(state: InboxState, kept: ListKey, openId: string | null): InboxState {
  const alive = (id: string) => state.touched[id] === state.generation || id === openId;
  const only = <T>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([id]) => alive(id)));
  const name = listName(kept);
  const list = state.lists[name];
  return {
    ...state,
    conversations: only(state.conversations),
    marks: only(state.marks),
    touched: only(state.touched),
    threads: Object.fromEntries(Object.entries(state.threads).filter(([id]) => id === openId)),
    lists: list ? { [name]: list } : {},
  };
}

/** Puts a thread in as it was kept here: something is there at once, and the newest page is still to come. */
export function putKept(state: InboxState, id: string, kept: { messages: Message[]; hasMore: boolean }): InboxState {
  const known = state.threads[id];
  if (known?.loaded) return state;
  const thread: Thread = { messages: kept.messages, loaded: true, hasMore: kept.hasMore, arrivals: [], stale: true, kept: true, at: null };
  const next = { ...draft(state), threads: { ...state.threads, [id]: thread } };
  for (const message of known?.arrivals ?? []) putMessage(next, message, false);
  return next;
}

/** The first page of a thread was asked for: what arrives meanwhile is kept for it. */
export function beginThread(state: InboxState, id: string): InboxState {
  if (state.threads[id]) return state;
  const thread: Thread = { messages: [], loaded: false, hasMore: false, arrivals: [], stale: false, at: null };
  return { ...state, threads: { ...state.threads, [id]: thread } };
}

/** Puts the newest page of a thread in. */
export function putNewest(state: InboxState, id: string, page: MessagePage): InboxState {
  const next = draft(state);
  const known = state.threads[id];
  const first = page.messages[0]?.seq;
  const last = known?.messages.at(-1)?.seq;
  // Older pages stay where the new page touches them; else there would be a hole.
  const joins = known !== undefined && known.kept !== true && first !== undefined && last !== undefined && first <= last + 1;
  const thread: Thread = joins
    ? { ...known, messages: [...known.messages], stale: false, at: null }
    : {
        messages: [],
        loaded: true,
        hasMore: page.has_more,
        arrivals: known?.arrivals ?? [],
        stale: false,
        at: null,
      };
  const arrivals = joins ? [] : [...thread.arrivals, ...(known?.messages.filter((one) => first !== undefined && one.seq >= first) ?? [])];
  thread.loaded = true;
  thread.arrivals = [];
  next.threads[id] = thread;
  for (const message of page.messages) putMessage(next, message, false);
  for (const message of arrivals.sort((a, b) => a.seq - b.seq)) putMessage(next, message, false);
  return next;
}

/** Puts the page around a message in, in place of what is there; one that ends before `end` is the newest. */
export function putAround(state: InboxState, id: string, page: MessagePage, at: number, end: number): InboxState {
  if ((page.messages.at(-1)?.seq ?? 0) < end) return putNewest(state, id, page);
  const next = draft(state);
  const known = state.threads[id];
  next.threads[id] = { messages: page.messages, loaded: true, hasMore: page.has_more, arrivals: [], stale: false, at };
  // What changed while it was on its way.
  for (const message of [...(known?.messages ?? []), ...(known?.arrivals ?? [])]) if (message.seq <= end) putMessage(next, message, false);
  return next;
}

/** Puts a newer page in, after what is there; one that ends before `end` is the newest. */
export function putNewer(state: InboxState, id: string, page: MessagePage, end: number): InboxState {
  const thread = state.threads[id];
  if (!thread) return state;
  const last = thread.messages.at(-1)?.seq ?? 0;
  const messages = [...thread.messages, ...page.messages.filter((message) => message.seq > last)];
  const at = (messages.at(-1)?.seq ?? 0) < end ? null : thread.at;
  return { ...state, threads: { ...state.threads, [id]: { ...thread, messages, at } } };
}

/** Puts an older page in, before what is there. */
export function putOlder(state: InboxState, id: string, page: MessagePage): InboxState {
  const thread = state.threads[id];
  if (!thread) return state;
  const first = thread.messages[0]?.seq ?? FAR;
  const older = page.messages.filter((message) => message.seq < first);
  const next: Thread = { ...thread, messages: [...older, ...thread.messages], hasMore: page.has_more };
  return { ...state, threads: { ...state.threads, [id]: next } };
}

/** The read mark of this agent; it only ever grows. */
export function putMark(state: InboxState, mark: ReadMark): InboxState {
  if (mark.user_id !== state.meId) return state;
  const known = state.marks[mark.conversation_id] ?? -1;
  if (mark.inbound_count <= known) return state;
  return { ...state, marks: { ...state.marks, [mark.conversation_id]: mark.inbound_count } };
}

/** Puts a message in that an answer carried. */
export function putAnswer(state: InboxState, message: Message): InboxState {
  const next = draft(state);
  putMessage(next, message, false);
  putLastMessage(next, message);
  return next;
}

// Events ----------------------------------------------------------------------------------------------------

/** Applies events in order. */
export function applyEvents(state: InboxState, epoch: string, events: readonly StreamEvent[]): InboxState {
  const next = draft(state);
  for (const event of events) {
    const { conversation, message, contact, read } = event.data;
    const at = { epoch, offset: event.offset };
    if (conversation) {
      const known = next.conversations[conversation.id];
      const fresh = event.name === 'conversation.created';
      putConversation(next, conversation, message ?? null, at, fresh);
      // A conversation that begins, or whose first message this is, cannot have been read.
      if (!known && next.marks[conversation.id] === undefined && (fresh || conversation.inbound_count <= (event.name === 'message.received' ? 1 : 0)))
        next.marks[conversation.id] = 0;
    }
    if (message) {
      putMessage(next, message, true);
      if (!conversation) putLastMessage(next, message);
    }
    if (contact) putContact(next, contact);
    if (read && read.user_id === next.meId)
      next.marks[read.conversation_id] = Math.max(next.marks[read.conversation_id] ?? 0, read.inbound_count);
  }
  return next;
}

/** The newer of two: by place, then by version. */
function newerMessage(a: Message | undefined, b: Message | undefined): Message | undefined {
  if (!a || !b) return a ?? b;
  if (a.seq !== b.seq) return a.seq > b.seq ? a : b;
  return b.version >= a.version ? b : a;
}

/** Does the list tell of it? The server's rule (`preview_seq`): lines of the system and emojis on messages are no news of their own, nor is what was taken back while it was held. */
function isPreviewed(message: Message): boolean {
  return message.type !== 'system' && message.type !== 'reaction' && !isUndone(message) && message.scheduled == null;
}

/** What the list shows until now; nothing where just that was taken back. */
function shownBefore(conversation: Conversation | undefined, message: Message | null): Message | undefined {
  const last = conversation?.last_message ?? undefined;
  return message && last?.id === message.id && isUndone(message) ? undefined : last;
}

function putConversation(
  next: InboxState,
  incoming: Conversation,
  message: Message | null,
  at?: StreamPosition,
  fresh = false,
): void {
  const { id } = incoming;
  const known = next.conversations[id];
  next.touched[id] = next.generation;
  const { unread_count, ...rest } = incoming;
  if (unread_count != null)
    next.marks[id] = Math.max(next.marks[id] ?? 0, incoming.inbound_count - unread_count);

  const shown = message && isPreviewed(message) ? message : undefined;
  const last = newerMessage(newerMessage(shownBefore(known, message), incoming.last_message ?? undefined), shown);
  if (known && incoming.version < known.version) {
    if (last !== known.last_message && last) next.conversations[id] = { ...known, last_message: last };
    return;
  }
  const { last_message: _, ...bare } = rest;
  const merged: Conversation = last ? { ...bare, last_message: last } : bare;
  next.conversations[id] = merged;

  for (const [name, total] of Object.entries(next.totals)) {
    if (at && total.as_of.epoch === at.epoch && at.offset <= total.as_of.offset) continue;
    const cut = name.lastIndexOf(':');
    const [view, status] = [name.slice(0, cut) as View, name.slice(cut + 1) as ConversationStatus];
    const after = belongs(merged, view, status, next.meId);
    if (known) {
      const before = belongs(known, view, status, next.meId);
      if (before !== after) next.totals[name] = { ...total, count: Math.max(0, total.count + (after ? 1 : -1)) };
    } else if (fresh && after) {
      next.totals[name] = { ...total, count: total.count + 1 };
    } else if (at && !fresh) {
      next.totalsDirty = true;
    }
  }
}

function putLastMessage(next: InboxState, message: Message): void {
  const conversation = next.conversations[message.conversation_id];
  if (!conversation || !isPreviewed(message)) return;
  const last = newerMessage(conversation.last_message ?? undefined, message);
  if (last !== conversation.last_message && last) next.conversations[conversation.id] = { ...conversation, last_message: last };
}

function putContact(next: InboxState, contact: Contact): void {
  for (const [id, conversation] of Object.entries(next.conversations)) {
    if (conversation.contact.id !== contact.id) continue;
    next.conversations[id] = { ...conversation, contact: refOf(contact) };
  }
}

/** A contact as its conversations show it. */
export function refOf({ id, name, identities, former, blocked, consent }: Contact): Conversation['contact'] {
  return { id, name, identities, blocked, ...(former ? { former } : {}), ...(consent ? { consent } : {}) };
}

function putMessage(next: InboxState, message: Message, live: boolean): void {
  const id = message.conversation_id;
  const thread = next.threads[id];
  if (live) bind(next, message);
  if (!thread) return;
  if (!thread.loaded) {
    next.threads[id] = { ...thread, arrivals: [...thread.arrivals, message] };
    return;
  }
  const { messages } = thread;
  const last = messages.at(-1);
  if (!last || message.seq === last.seq + 1) {
    next.threads[id] = { ...thread, messages: [...messages, message], at: null };
    return;
  }
  if (message.seq > last.seq) {
    // Of a part that ends before, the rest comes when it is read that far.
    if (thread.at === null) next.threads[id] = { ...thread, stale: true };
    return;
  }
  const first = messages[0];
  if (!first || message.seq < first.seq) return;
  const index = message.seq - first.seq;
  const known = messages[index];
  if (known?.id !== message.id || message.version < known.version) return;
  const changed = [...messages];
  changed[index] = message;
  next.threads[id] = { ...thread, messages: changed };
}

// What was written here --------------------------------------------------------------------------------------

/** An event can be quicker than the answer: the message takes the place of what was written here. */
function bind(next: InboxState, message: Message): void {
  if (message.sent_by.id !== next.meId || next.keys[message.id] !== undefined) return;
  const index = next.pending.findIndex(
    (one) => one.conversation_id === message.conversation_id && one.state === 'sending' && !one.bound && says(one, message),
  );
  const one = next.pending[index];
  if (!one) return;
  next.keys[message.id] = one.id;
  next.pending = next.pending.with(index, { ...one, bound: message.id });
}

function says(pending: Pending, message: Message): boolean {
  const { act } = pending;
  if (act.type === 'change') return false;
  if (act.type === 'note') return message.type === 'note' && message.content.body === act.body;
  const { request } = act;
  switch (request.type) {
    case 'text':
      return message.type === 'text' && message.content.body === request.text.body;
    case 'template':
      return message.type === 'template' && message.content.name === request.template.name && message.content.language === request.template.language;
    case 'image':
      return message.type === 'image' && message.content.media_id === request.image.media_id;
    case 'video':
      return message.type === 'video' && message.content.media_id === request.video.media_id;
    case 'audio':
      return message.type === 'audio' && message.content.media_id === request.audio.media_id;
    case 'document':
      return message.type === 'document' && message.content.media_id === request.document.media_id;
    case 'sticker':
      return message.type === 'sticker' && message.content.media_id === request.sticker.media_id;
    default:
      // Of these one writes no two alike in a moment.
      return message.type === request.type;
  }
}

export function addPending(state: InboxState, pending: Pending): InboxState {
  return { ...state, pending: [...state.pending, pending] };
}

export function changePending(state: InboxState, id: string, change: Partial<Pending>): InboxState {
  return { ...state, pending: state.pending.map((one) => (one.id === id ? { ...one, ...change } : one)) };
}

/** Of a change, the server's answer is the conversation. */
export function settleChange(state: InboxState, id: string, conversation: Conversation): InboxState {
  return putConversations(dropPending(state, id), [conversation]);
}

export function dropPending(state: InboxState, id: string): InboxState {
  return { ...state, pending: state.pending.filter((one) => one.id !== id) };
}

/** The server's answer takes the place of what was written here. */
export function settlePending(state: InboxState, id: string, message: Message): InboxState {
  const next = draft(dropPending(state, id));
  // A guess of `bind` that was wrong gives its key back.
  for (const [messageId, key] of Object.entries(next.keys)) {
    if (key === id && messageId !== message.id) Reflect.deleteProperty(next.keys, messageId);
  }
  next.keys[message.id] = id;
  putMessage(next, message, false);
  putLastMessage(next, message);
  return next;
}
