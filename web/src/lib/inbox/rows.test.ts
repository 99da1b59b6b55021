import { describe, expect, it } from 'vitest';
import type { Message } from '@/api/types';
import { buildRows, firstUnread, rowBefore, rowOf, type Row } from '@/lib/inbox/rows';
import type { Thread } from '@/lib/inbox/state';

const at = (day: number, minute: number) => new Date(2026, 10, day, 9, minute).toISOString();
function message(seq: number, fields: Partial<Message> = {}): Message {
  return {
    id: `m${String(seq)}`,
    version: 1,
    conversation_id: 'a',
    seq,
    direction: 'in',
    type: 'text',
    content: { body: 'x' },
    state: 'received',
    sent_by: { kind: 'customer', id: 'con_1', name: 'A' },
    at: at(23, seq),
    ...fields,
  } as Message;
}
const system = (seq: number) => message(seq, { type: 'system', content: { event: 'assigned' }, direction: 'out' } as Partial<Message>);
const thread = (messages: Message[], hasMore = false): Thread => ({ messages, loaded: true, hasMore, arrivals: [], stale: false, at: null });
const build = (messages: Message[], newFromSeq: number | null = null) =>
  buildRows({ thread: thread(messages), pending: [], keys: {}, meId: 'me', newFromSeq });
const kinds = (rows: Row[]) => rows.map((row) => row.kind);

describe('rows', () => {
  it('group the same sender within five minutes', () => {
    const rows = build([message(1), message(2), message(9)]);
    expect(rows.flatMap((row) => (row.kind === 'message' ? [row.grouped] : []))).toEqual([false, true, false]);
  });

  it('start a day with its name and break the group', () => {
    const rows = build([message(1, { at: at(22, 59) }), message(2)]);
    expect(kinds(rows)).toEqual(['start', 'day', 'message', 'day', 'message']);
  });

  it('show what a phone kept under the day on which it was written, and as read', () => {
    const old = message(1, { at: at(23, 1), provider_at: at(2, 1), imported: true });
    const rows = build([old, message(2)]);
    expect(rows.flatMap((row) => (row.kind === 'day' ? [row.at] : []))).toEqual([at(2, 1), at(23, 2)]);
    expect(firstUnread([message(1), message(2, { imported: true })], 1, false)).toBe(1);
  });

  it('show what came late when it was written, and never go back by a day for it', () => {
    const late = (seq: number, arrived: number, written: number) => message(seq, { at: at(arrived, seq), provider_at: at(written, seq) });
    const days = (rows: Row[]) => rows.flatMap((row) => (row.kind === 'day' ? [row.at] : []));
    const dated = (rows: Row[]) => rows.flatMap((row) => (row.kind === 'message' ? [row.dated] : []));
    // Nothing else is there: it is of the day on which it was written.
    const alone = build([late(1, 23, 22), message(2)]);
    expect(days(alone)).toEqual([at(22, 1), at(23, 2)]);
    expect(dated(alone)).toEqual([false, false]);
    // After something of today it stays there, and says its day itself.
    const after = build([message(1), late(2, 23, 22), message(3)]);
    expect(days(after)).toEqual([at(23, 1)]);
    expect(dated(after)).toEqual([false, true, false]);
    expect(new Set(after.map((row) => row.key)).size).toBe(after.length);
  });

  it('name machines and colleagues, not me', () => {
    const out = (seq: number, kind: string, id: string) => message(seq, { direction: 'out', sent_by: { kind, id, name: id } } as Partial<Message>);
    const rows = build([out(1, 'agent', 'me'), out(10, 'agent', 'ana'), out(20, 'flow', 'f')]);
    expect(rows.flatMap((row) => (row.kind === 'message' ? [row.byline] : []))).toEqual([false, true, true]);
  });

  it('fold three system lines or more', () => {
    expect(kinds(build([system(1), system(2)]))).toEqual(['start', 'day', 'system', 'system']);
    const rows = build([system(1), system(2), system(3), message(4)]);
    expect(kinds(rows)).toEqual(['start', 'day', 'system', 'message']);
  });

  it('draw the unread line once, before its message', () => {
    expect(kinds(build([message(1), message(2), message(3)], 2))).toEqual(['start', 'day', 'message', 'new', 'message', 'message']);
  });

  it('keep the key a message had before the server named it', () => {
    const rows = buildRows({ thread: thread([message(1)]), pending: [], keys: { m1: 'p1' }, meId: 'me', newFromSeq: null });
    expect(rows.at(-1)?.key).toBe('p1');
  });

  it('leave out what an event has already brought', () => {
    const pending = {
      id: 'p1', key: 'k', conversation_id: 'a', at: at(23, 9), state: 'sending' as const,
      act: { type: 'send' as const, request: { type: 'text' as const, text: { body: 'x' } }, preview: 'x' },
    };
    const rows = (bound?: string) => kinds(buildRows({ thread: thread([message(1)]), pending: [{ ...pending, ...(bound ? { bound } : {}) }], keys: {}, meId: 'me', newFromSeq: null }));
    expect(rows()).toContain('pending');
    expect(rows('m1')).not.toContain('pending');
  });
});

describe('the first unread message', () => {
  it('counts the customer’s messages back from the end', () => {
    const list = [message(1), message(2), message(3, { direction: 'out' }), system(4), message(5)];
    expect(firstUnread(list, 0, true)).toBeNull();
    expect(firstUnread(list, 1, true)).toBe(5);
    expect(firstUnread(list, 2, true)).toBe(2);
    expect(firstUnread(list, 9, false)).toBe(1);
  });

  it('is not known before the page it is in', () => {
    expect(firstUnread([message(4), message(5)], 2, true)).toBe(4);
    expect(firstUnread([message(4), message(5)], 3, true)).toBeNull();
  });
});

describe('the row of a message', () => {
  const rows = build([message(3), system(4), system(5), system(6), message(7), message(9, { type: 'note' } as Partial<Message>)]);
  const shown = (index: number) => rows[index]?.kind;
  it('is the one that shows it, also among folded lines', () => {
    expect([3, 5, 7, 9].map((seq) => shown(rowOf(rows, seq)))).toEqual(['message', 'system', 'message', 'note']);
    expect(rowOf(rows, 1)).toBe(-1);
    expect(rowOf(rows, 8)).toBe(-1);
  });
  it('that nothing shows stands after the one before it', () => {
    expect(rowBefore(rows, 8)).toBe(rowOf(rows, 7));
    expect(rowBefore(rows, 99)).toBe(rows.length - 1);
    expect(rowBefore(rows, 1)).toBe(-1);
  });
});
