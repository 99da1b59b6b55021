import { describe, expect, it } from 'vitest';
import type { Conversation, Me, Message } from '@/api/types';
import { COPY_CONVERSATIONS, COPY_MAX_AGE_MS, COPY_MESSAGES, inboxFrom, isFresh, shellOf, threadOf } from '@/lib/inbox/copy';
import { emptyInbox, endReload, orderOf, putConversations, putKept, putNewest, putPage, type Thread } from '@/lib/inbox/state';

const NOW = Date.parse('2026-11-27T09:00:00Z');
const conversation = (id: string, minute: number): Conversation =>
  ({ id, status: 'open', assignee_id: null, updated_at: new Date(NOW + minute * 60_000).toISOString(), version: 1, inbound_count: 0, last_seq: 0, contact: { id: `con_${id}`, name: id, identities: [] }, window: { kind: 'none' } }) as unknown as Conversation;
const message = (seq: number): Message => ({ id: `m${String(seq)}`, conversation_id: 'a', seq, version: 1, type: 'text', content: { body: String(seq) }, sent_by: { kind: 'contact' }, direction: 'in' }) as unknown as Message;
const thread = (messages: Message[], more: Partial<Thread> = {}): Thread => ({ messages, loaded: true, hasMore: false, arrivals: [], stale: false, at: null, ...more });
const me = { user: { id: 'usr_1' }, workspace: { id: 'wsp_1' }, csrf_token: 'secret' } as unknown as Me;
const key = { view: 'all', status: 'open', sort: 'newest' } as const;
const page = (...conversations: Conversation[]) => ({ conversations, next_cursor: null, counts: { mine: 0, unassigned: conversations.length, all: conversations.length }, as_of: { epoch: 'a', offset: 1 } }) as never;

describe('what is kept on the device', () => {
  it('is the newest, without the token for changes', () => {
    const many = Array.from({ length: COPY_CONVERSATIONS + 20 }, (_, index) => conversation(`c${String(index)}`, index));
    const shell = shellOf('usr_1 wsp_1', NOW, me, putConversations({ ...emptyInbox('usr_1'), marks: { c0: 1, c300: 2 } }, many), []);
    expect(shell.conversations).toHaveLength(COPY_CONVERSATIONS);
    expect(shell.conversations[0]?.id).toBe(`c${String(COPY_CONVERSATIONS + 19)}`);
    expect(shell.marks).toEqual({ c300: 2 });
    expect(JSON.stringify(shell)).not.toContain('secret');
  });

  it('of a thread is its end, and nothing of a part from long ago', () => {
    const all = Array.from({ length: COPY_MESSAGES + 5 }, (_, index) => message(index + 1));
    expect(threadOf('s', NOW, 'a', thread(all))).toMatchObject({ hasMore: true, messages: all.slice(5) });
    expect(threadOf('s', NOW, 'a', thread([message(1)], { at: 1 }))).toBeNull();
    expect(threadOf('s', NOW, 'a', thread([], { loaded: false }))).toBeNull();
  });

  it('is not shown when it is too old, or from a clock that was set back', () => {
    expect(isFresh(NOW - COPY_MAX_AGE_MS, NOW)).toBe(true);
    expect(isFresh(NOW - COPY_MAX_AGE_MS - 1, NOW)).toBe(false);
    expect(isFresh(NOW + 3_600_000, NOW)).toBe(false);
  });

  it('is there at once, and gives way to what the server says', () => {
    const before = putPage(emptyInbox('usr_1'), key, page(conversation('a', 1), conversation('b', 2)), true);
    const shown = inboxFrom(shellOf('s', NOW, me, before, []), emptyInbox('usr_1'));
    expect(orderOf(shown, key)).toEqual(['b', 'a']);
    // Meanwhile `b` was resolved, and is in the list no more.
    const loaded = endReload(putPage(shown, key, page(conversation('a', 3)), true), key, null);
    expect(orderOf(loaded, key)).toEqual(['a']);
  });

  it('of a thread is shown until its newest page is here, which takes its place', () => {
    const kept = putKept(emptyInbox('usr_1'), 'a', { messages: [message(1), message(2)], hasMore: false });
    expect(kept.threads['a']).toMatchObject({ loaded: true, stale: true });
    const joined = putNewest(kept, 'a', { messages: [message(2), message(3)], has_more: true, as_of: { epoch: 'a', offset: 1 } } as never);
    // What changed of older ones meanwhile is not known.
    expect(joined.threads['a']).toMatchObject({ stale: false, hasMore: true });
    expect(joined.threads['a']?.kept).toBeUndefined();
    expect(joined.threads['a']?.messages.map((one) => one.seq)).toEqual([2, 3]);
    const apart = putNewest(kept, 'a', { messages: [message(9)], has_more: true, as_of: { epoch: 'a', offset: 1 } } as never);
    expect(apart.threads['a']?.messages.map((one) => one.seq)).toContain(9);
    expect(apart.threads['a']).toMatchObject({ hasMore: true });
    // What came over the line before is not overwritten.
    expect(putKept(joined, 'a', { messages: [message(1)], hasMore: true })).toBe(joined);
  });
});
