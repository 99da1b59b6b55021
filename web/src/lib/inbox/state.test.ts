import { describe, expect, it } from 'vitest';
import type { Conversation, ConversationList, EventData, EventName, Message, StreamEvent } from '@/api/types';
import {
  addPending,
  applyEvents,
  beginReload,
  beginThread,
  changePending,
  emptyInbox,
  endReload,
  orderOf,
  putAround,
  putMark,
  putNewer,
  putNewest,
  putOlder,
  putPage,
  settlePending,
  unreadOf,
  type InboxState,
  type ListKey,
  type Pending, totalName } from '@/lib/inbox/state';

const ME = 'usr_me';
const list: ListKey = { view: 'mine', status: 'open', sort: 'newest' };
const minute = (n: number) => new Date(Date.UTC(2026, 10, 23, 9, n)).toISOString();

function conversation(id: string, fields: Partial<Conversation> = {}): Conversation {
  return {
    id,
    version: 1,
    channel_id: 'chn_1',
    contact: { id: `con_${id}`, name: id, identities: [] },
    status: 'open',
    assignee_id: ME,
    inbound_count: 0,
    last_seq: 0,
    window: { kind: 'none' },
    created_at: minute(0),
    updated_at: minute(0),
    ...fields,
  };
}

function message(seq: number, fields: Partial<Message> = {}): Message {
  return {
    id: `msg_${String(seq)}`,
    version: seq,
    conversation_id: 'a',
    seq,
    direction: 'in',
    type: 'text',
    content: { body: `words ${String(seq)}` },
    state: 'received',
    sent_by: { kind: 'customer', id: 'con_a', name: 'A' },
    at: minute(seq),
    ...fields,
  } as Message;
}

const page = (conversations: Conversation[], fields: Partial<ConversationList> = {}): ConversationList => ({
  conversations,
  next_cursor: null,
  total: conversations.length,
  counts: { mine: conversations.length, unassigned: 0, all: conversations.length },
  as_of: { epoch: 'e', offset: 10 },
  ...fields,
});

const event = (offset: number, name: EventName, data: EventData): StreamEvent => ({
  type: 'event',
  offset,
  prev: offset - 1,
  name,
  at: minute(1),
  data,
});

const messages = (...list: Message[]) => ({ messages: list, has_more: false, as_of: { epoch: 'e', offset: 10 } });
const seqs = (state: InboxState) => state.threads['a']?.messages.map((one) => one.seq);
const count = (state: InboxState, name: string) => state.totals[name]?.count;

describe('unread, per agent', () => {
  const start = putPage(emptyInbox(ME), list, page([conversation('a', { inbound_count: 5, unread_count: 2 })]), true);

  it('is the count less the mark of the snapshot', () => {
    expect(start.marks['a']).toBe(3);
    expect(unreadOf(start, 'a')).toBe(2);
  });

  it('grows with events, which carry no count of their own', () => {
    const next = applyEvents(start, 'e', [
      event(11, 'message.received', { conversation: conversation('a', { version: 2, inbound_count: 6 }), message: message(6) }),
    ]);
    expect(unreadOf(next, 'a')).toBe(3);
  });

  it('falls with my read mark and not with a colleague’s', () => {
    const read = (user: string) => ({ read: { conversation_id: 'a', user_id: user, inbound_count: 5 } });
    expect(unreadOf(applyEvents(start, 'e', [event(11, 'conversation.read', read('usr_other'))]), 'a')).toBe(2);
    expect(unreadOf(applyEvents(start, 'e', [event(11, 'conversation.read', read(ME))]), 'a')).toBe(0);
  });

  it('never goes back', () => {
    const read = putMark(start, { conversation_id: 'a', user_id: ME, inbound_count: 5 });
    expect(putMark(read, { conversation_id: 'a', user_id: ME, inbound_count: 4 })).toBe(read);
    expect(unreadOf(putPage(read, list, page([conversation('a', { inbound_count: 5, unread_count: 2 })]), true), 'a')).toBe(0);
  });

  it('is not known for an older conversation that only an event told of', () => {
    const next = applyEvents(start, 'e', [event(11, 'conversation.updated', { conversation: conversation('b', { inbound_count: 9 }) })]);
    expect(unreadOf(next, 'b')).toBeNull();
  });

  it('is known from the first message on', () => {
    const next = applyEvents(start, 'e', [
      event(11, 'conversation.created', { conversation: conversation('b', { inbound_count: 1 }), message: message(1, { conversation_id: 'b' }) }),
    ]);
    expect(unreadOf(next, 'b')).toBe(1);
  });
});

describe('versions', () => {
  const start = putPage(emptyInbox(ME), list, page([conversation('a', { version: 5, status: 'open' })]), true);

  it('drops the older of two conversations', () => {
    const next = applyEvents(start, 'e', [event(11, 'conversation.updated', { conversation: conversation('a', { version: 4, status: 'resolved' }) })]);
    expect(next.conversations['a']?.status).toBe('open');
  });

  it('drops the older of two messages', () => {
    let state = putNewest(beginThread(start, 'a'), 'a', messages(message(1, { version: 9, state: 'read' })));
    state = applyEvents(state, 'e', [event(11, 'message.updated', { message: message(1, { version: 8, state: 'sent' }) })]);
    expect(state.threads['a']?.messages[0]?.state).toBe('read');
    state = applyEvents(state, 'e', [event(12, 'message.updated', { message: message(1, { version: 10, state: 'failed' }) })]);
    expect(state.threads['a']?.messages[0]?.state).toBe('failed');
  });
});

describe('the last message', () => {
  it('is the one beside the conversation, or the one known, whichever is newer', () => {
    let state = putPage(emptyInbox(ME), list, page([conversation('a', { last_message: message(3) })]), true);
    state = applyEvents(state, 'e', [event(11, 'message.updated', { conversation: conversation('a', { version: 2 }), message: message(2, { version: 99 }) })]);
    expect(state.conversations['a']?.last_message?.seq).toBe(3);
    state = applyEvents(state, 'e', [event(12, 'message.received', { conversation: conversation('a', { version: 3 }), message: message(4) })]);
    expect(state.conversations['a']?.last_message?.seq).toBe(4);
  });

  it('is never a system line', () => {
    let state = putPage(emptyInbox(ME), list, page([conversation('a', { last_message: message(3) })]), true);
    const line = message(4, { type: 'system', content: { event: 'assigned' } } as Partial<Message>);
    state = applyEvents(state, 'e', [event(11, 'system.added', { conversation: conversation('a', { version: 2 }), message: line })]);
    expect(state.conversations['a']?.last_message?.seq).toBe(3);
  });

  it('is never an emoji that stands on another message, as it comes and as it settles', () => {
    let state = putPage(emptyInbox(ME), list, page([conversation('a', { last_message: message(3) })]), true);
    const emoji = message(4, { direction: 'out', type: 'reaction', content: { provider_id: 'wamid.3', emoji: '👍' } } as Partial<Message>);
    state = applyEvents(state, 'e', [event(11, 'message.queued', { conversation: conversation('a', { version: 2 }), message: emoji })]);
    expect(state.conversations['a']?.last_message?.seq).toBe(3);
    state = applyEvents(state, 'e', [event(12, 'message.updated', { message: { ...emoji, version: 9, state: 'sent' } })]);
    expect(state.conversations['a']?.last_message?.seq).toBe(3);
  });
});

describe('lists', () => {
  it('are in order of the newest activity, and follow events', () => {
    let state = putPage(emptyInbox(ME), list, page([conversation('a', { updated_at: minute(2) }), conversation('b', { updated_at: minute(1) })]), true);
    expect(orderOf(state, list)).toEqual(['a', 'b']);
    state = applyEvents(state, 'e', [event(11, 'conversation.updated', { conversation: conversation('b', { version: 2, updated_at: minute(3) }) })]);
    expect(orderOf(state, list)).toEqual(['b', 'a']);
    state = applyEvents(state, 'e', [event(12, 'conversation.updated', { conversation: conversation('b', { version: 3, status: 'resolved', updated_at: minute(3) }) })]);
    expect(orderOf(state, list)).toEqual(['a']);
  });

  it('end where they are loaded to', () => {
    let state = putPage(emptyInbox(ME), list, page([conversation('a', { updated_at: minute(5) })], { next_cursor: 'c' }), true);
    state = applyEvents(state, 'e', [event(11, 'conversation.updated', { conversation: conversation('z', { updated_at: minute(1) }) })]);
    expect(orderOf(state, list)).toEqual(['a']);
    state = putPage(state, list, page([conversation('y', { updated_at: minute(2) })]), false);
    expect(orderOf(state, list)).toEqual(['a', 'y', 'z']);
  });

  it('can go by who waits longest, and by whose window closes first', () => {
    const rows = [
      conversation('late', { waiting_since: minute(9), window: { kind: 'open', expires_at: minute(30) } }),
      conversation('early', { waiting_since: minute(1), window: { kind: 'none' } }),
      conversation('never', { window: { kind: 'open', expires_at: minute(20) } }),
    ];
    const waiting: ListKey = { ...list, sort: 'waiting' };
    const window: ListKey = { ...list, sort: 'window' };
    const at = Date.parse(minute(10));
    expect(orderOf(putPage(emptyInbox(ME), waiting, page(rows), true, at), waiting, at)).toEqual(['early', 'late', 'never']);
    expect(orderOf(putPage(emptyInbox(ME), window, page(rows), true, at), window, at)).toEqual(['never', 'late', 'early']);
    const later = Date.parse(minute(25));
    expect(orderOf(putPage(emptyInbox(ME), window, page(rows), true, at), window, later), 'what is closed comes after what is open').toEqual(['late', 'never', 'early']);
  });
});

describe('what is next', () => {
  const key: ListKey = { ...list, sort: 'next_up' };
  const open = (expires: number) => ({ kind: 'open', expires_at: minute(expires) }) as const;
  const rows = [
    conversation('answered', { updated_at: minute(8) }),
    conversation('answered before', { updated_at: minute(7) }),
    conversation('waits', { waiting_since: minute(5), window: open(500) }),
    conversation('waits longer', { waiting_since: minute(4), window: open(501) }),
    conversation('closes soon', { waiting_since: minute(6), window: open(69) }),
    conversation('urgent', { waiting_since: minute(7), priority: 'urgent' }),
    conversation('urgent and answered', { updated_at: minute(1), priority: 'urgent' }),
  ];
  const state = putPage(emptyInbox(ME), key, page(rows), true, Date.parse(minute(10)));
  const first = ['urgent', 'urgent and answered'];
  const last = ['answered', 'answered before'];

  it('is what is urgent, then whose window closes, then who waits longest, then the newest', () => {
    expect(orderOf(state, key, Date.parse(minute(10)))).toEqual([...first, 'closes soon', 'waits longer', 'waits', ...last]);
  });

  it('changes as the hour does, and not within a minute', () => {
    expect(orderOf(state, key, Date.parse(minute(9)) - 1)).toEqual([...first, 'waits longer', 'waits', 'closes soon', ...last]);
    expect(orderOf(state, key, Date.parse(minute(9)) + 59_999)).toEqual([...first, 'closes soon', 'waits longer', 'waits', ...last]);
    expect(orderOf(state, key, Date.parse(minute(69))), 'it is closed').toEqual([...first, 'waits longer', 'waits', 'closes soon', ...last]);
  });
});

describe('teams', () => {
  const sales = 'team:team_sales' as const;
  const counts = { mine: 0, unassigned: 0, all: 3, teams: [{ team_id: 'team_sales', count: 2 }, { team_id: 'team_help', count: 0 }] };
  const key: ListKey = { view: sales, status: 'open', sort: 'newest' };
  const start = putPage(emptyInbox(ME), key, page([conversation('a', { team_id: 'team_sales' })], { counts }), true);

  it('have a list of what is with them, whoever has it', () => {
    expect(orderOf(start, key)).toEqual(['a']);
    expect(start.totals[totalName(sales, 'open')]?.count).toBe(2);
  });

  it('are counted live as conversations come to them and leave', () => {
    const moved = applyEvents(start, 'e', [event(11, 'conversation.updated', { conversation: conversation('a', { version: 2, team_id: 'team_help' }) })]);
    expect(moved.totals[totalName(sales, 'open')]?.count).toBe(1);
    expect(moved.totals[totalName('team:team_help', 'open')]?.count).toBe(1);
    expect(orderOf(moved, key)).toEqual([]);
    const away = applyEvents(moved, 'e', [event(12, 'conversation.updated', { conversation: conversation('a', { version: 3 }) })]);
    expect(away.totals[totalName('team:team_help', 'open')]?.count).toBe(0);
  });
});

describe('counts', () => {
  const start = putPage(emptyInbox(ME), list, page([conversation('a')], { counts: { mine: 7, unassigned: 2, all: 9 } }), true);

  it('follow what comes and goes', () => {
    let state = applyEvents(start, 'e', [event(11, 'conversation.updated', { conversation: conversation('a', { version: 2, assignee_id: 'usr_other' }) })]);
    expect(count(state, 'mine:open')).toBe(6);
    state = applyEvents(state, 'e', [event(12, 'conversation.created', { conversation: conversation('n') })]);
    expect(count(state, 'mine:open')).toBe(7);
    expect(state.totalsDirty).toBe(false);
  });

  it('leave out what the snapshot has in it', () => {
    const state = applyEvents(start, 'e', [event(9, 'conversation.created', { conversation: conversation('n') })]);
    expect(count(state, 'mine:open')).toBe(7);
  });

  it('are to be asked for again when something unknown changed', () => {
    const state = applyEvents(start, 'e', [event(11, 'conversation.updated', { conversation: conversation('n') })]);
    expect(state.totalsDirty).toBe(true);
  });
});

describe('threads', () => {
  it('keep what arrives while the first page is on its way', () => {
    let state = beginThread(emptyInbox(ME), 'a');
    state = applyEvents(state, 'e', [event(11, 'message.received', { message: message(3) }), event(12, 'message.updated', { message: message(2, { version: 20, state: 'read' }) })]);
    state = putNewest(state, 'a', messages(message(1), message(2)));
    expect(seqs(state)).toEqual([1, 2, 3]);
    expect(state.threads['a']?.messages[1]?.state).toBe('read');
  });

  it('put older pages before, once', () => {
    let state = putNewest(beginThread(emptyInbox(ME), 'a'), 'a', messages(message(3), message(4)));
    state = putOlder(state, 'a', messages(message(1), message(2), message(3)));
    expect(seqs(state)).toEqual([1, 2, 3, 4]);
  });

  it('notice a hole and close it with the newest page', () => {
    let state = putNewest(beginThread(emptyInbox(ME), 'a'), 'a', messages(message(1), message(2)));
    state = applyEvents(state, 'e', [event(11, 'message.received', { message: message(4) })]);
    expect(state.threads['a']?.stale).toBe(true);
    state = putNewest(state, 'a', messages(message(2), message(3), message(4)));
    expect(seqs(state)).toEqual([1, 2, 3, 4]);
    expect(state.threads['a']?.stale).toBe(false);
  });

  it('start anew where the newest page does not touch them', () => {
    let state = putNewest(beginThread(emptyInbox(ME), 'a'), 'a', messages(message(1), message(2)));
    state = putNewest(state, 'a', { ...messages(message(8), message(9)), has_more: true });
    expect(seqs(state)).toEqual([8, 9]);
    expect(state.threads['a']?.hasMore).toBe(true);
  });
});

describe('a part of a thread around a message', () => {
  const around = (...all: number[]) => ({ ...messages(...all.map((seq) => message(seq))), has_more: true });

  it('takes the place of what is there, and newer ones do not come into it', () => {
    let state = putNewest(beginThread(emptyInbox(ME), 'a'), 'a', around(98, 99, 100));
    state = putAround(state, 'a', around(9, 10, 11), 10, 11);
    expect(seqs(state)).toEqual([9, 10, 11]);
    state = applyEvents(state, 'e', [event(11, 'message.received', { message: message(101) })]);
    expect(seqs(state)).toEqual([9, 10, 11]);
    expect(state.threads['a']?.stale).toBe(false);
    expect(state.threads['a']?.at).toBe(10);
  });

  it('keeps what changed while it was on its way', () => {
    let state = beginThread(emptyInbox(ME), 'a');
    state = applyEvents(state, 'e', [event(11, 'message.updated', { message: message(10, { version: 50, state: 'read' }) })]);
    state = putAround(state, 'a', around(9, 10, 11), 10, 11);
    expect(state.threads['a']?.messages[1]?.state).toBe('read');
  });

  it('grows page by page until it is the newest', () => {
    let state = putAround(beginThread(emptyInbox(ME), 'a'), 'a', around(9, 10, 11), 10, 11);
    state = putNewer(state, 'a', around(11, 12, 13), 13);
    expect(seqs(state)).toEqual([9, 10, 11, 12, 13]);
    expect(state.threads['a']?.at).toBe(10);
    state = putNewer(state, 'a', around(13, 14), 15);
    expect(seqs(state)).toEqual([9, 10, 11, 12, 13, 14]);
    expect(state.threads['a']?.at).toBeNull();
    state = applyEvents(state, 'e', [event(11, 'message.received', { message: message(15) })]);
    expect(seqs(state)).toEqual([9, 10, 11, 12, 13, 14, 15]);
  });

  it('is the newest page where nothing comes after it', () => {
    const state = putAround(beginThread(emptyInbox(ME), 'a'), 'a', around(9, 10), 10, 34);
    expect(state.threads['a']?.at).toBeNull();
  });

  it('gives way to the newest page', () => {
    let state = putAround(beginThread(emptyInbox(ME), 'a'), 'a', around(9, 10, 11), 10, 11);
    state = putNewest(state, 'a', around(98, 99));
    expect(seqs(state)).toEqual([98, 99]);
    expect(state.threads['a']?.at).toBeNull();
  });
});

describe('a reload', () => {
  it('drops what it does not confirm, but never what is open', () => {
    let state = putPage(emptyInbox(ME), list, page([conversation('a'), conversation('b'), conversation('c')]), true);
    state = beginReload(state);
    expect(orderOf(state, list)).toHaveLength(3);
    state = putPage(state, list, page([conversation('b', { version: 2 })]), true);
    state = endReload(state, list, 'c');
    expect(Object.keys(state.conversations).sort()).toEqual(['b', 'c']);
  });
});

describe('what was written here', () => {
  const pending: Pending = {
    id: 'p1',
    key: 'k1',
    conversation_id: 'a',
    act: { type: 'send', request: { type: 'text', text: { body: 'hello' } }, preview: 'hello' },
    at: minute(2),
    state: 'sending',
  };
  const mine = message(1, { direction: 'out', state: 'queued', content: { body: 'hello' }, sent_by: { kind: 'agent', id: ME } } as Partial<Message>);
  const start = addPending(putNewest(beginThread(emptyInbox(ME), 'a'), 'a', messages()), pending);

  it('gives its key to the message of the answer', () => {
    const state = settlePending(start, 'p1', mine);
    expect(state.pending).toEqual([]);
    expect(state.keys['msg_1']).toBe('p1');
    expect(seqs(state)).toEqual([1]);
  });

  it('gives its key to an event that is quicker than the answer', () => {
    let state = applyEvents(start, 'e', [event(11, 'message.queued', { message: mine })]);
    expect(state.keys['msg_1']).toBe('p1');
    expect(state.pending[0]?.bound).toBe('msg_1');
    state = settlePending(state, 'p1', mine);
    expect(seqs(state)).toEqual([1]);
    expect(state.pending).toEqual([]);
  });

  it('takes a wrong guess back', () => {
    // The same words from another device of mine came first.
    let state = applyEvents(start, 'e', [event(11, 'message.queued', { message: mine })]);
    state = settlePending(state, 'p1', { ...mine, id: 'msg_2', seq: 2 });
    expect(state.keys).toEqual({ msg_2: 'p1' });
    expect(seqs(state)).toEqual([1, 2]);
  });

  it('does not take a colleague’s words, nor what is still waiting', () => {
    const other = { ...mine, sent_by: { kind: 'agent', id: 'usr_other' } } as Message;
    expect(applyEvents(start, 'e', [event(11, 'message.queued', { message: other })]).keys).toEqual({});
    const waiting = changePending(start, 'p1', { state: 'waiting' });
    expect(applyEvents(waiting, 'e', [event(11, 'message.queued', { message: mine })]).keys).toEqual({});
  });
});
