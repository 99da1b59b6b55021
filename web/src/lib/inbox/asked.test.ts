import { describe, expect, it } from 'vitest';
import type { Conversation, ConversationList, FilterCondition } from '@/api/types';
import { dropFar, emptyInbox, isAsked, listName, orderOf, plainList, putAsked, putFar, putPage, type InboxState, type ListKey } from '@/lib/inbox/state';

const filter: FilterCondition[] = [{ field: 'priority', any: ['urgent'] }];
const list: ListKey = { view: 'all', status: 'open', sort: 'newest', filter };

const conversation = (id: string): Conversation => ({
  id,
  version: 1,
  channel_id: 'chn_1',
  contact: { id: `con_${id}`, name: id, identities: [] },
  status: 'open',
  assignee_id: null,
  inbound_count: 0,
  last_seq: 0,
  window: { kind: 'none' },
  created_at: '2026-11-23T09:00:00.000Z',
  updated_at: '2026-11-23T09:00:00.000Z',
});

const page = (ids: string[], total: number): ConversationList => ({
  conversations: ids.map(conversation),
  next_cursor: null,
  total,
  counts: { mine: 0, unassigned: 9, all: 9 },
  as_of: { epoch: 'e', offset: 1 },
});

const start = (ids: string[], total: number): InboxState => putAsked(emptyInbox('usr_me'), list, page(ids, total), 0, false);

describe('a list that the server is asked for', () => {
  it('is any with a filter, or of every status', () => {
    const plain = plainList(list);
    expect([list, { ...plain, status: 'any' as const }].map(isAsked)).toEqual([true, true]);
    expect([plain, { ...plain, filter: [] }, { ...plain, sort: 'next_up' as const }].map(isAsked)).toEqual([false, false, false]);
    expect(listName(list)).not.toBe(listName(plain));
  });

  it('holds what the server said, in its order, and no other conversation', () => {
    let state = start(['b', 'a'], 2);
    state = putPage(state, plainList(list), page(['c'], 1), true);
    expect(orderOf(state, list)).toEqual(['b', 'a']);
    state = putAsked(state, list, page(['c'], 1), 0, false);
    expect(orderOf(state, list)).toEqual(['c']);
    expect(state.lists[listName(list)]?.total).toBe(1);
  });

  it('goes on after what is there, each conversation once', () => {
    const state = putAsked(start(['a', 'b'], 4), list, page(['b', 'c'], 4), 2, false);
    expect(orderOf(state, list)).toEqual(['a', 'b', 'c']);
  });

  it('asked again keeps what is behind only while somebody is down there', () => {
    const known = putAsked(start(['a', 'b'], 4), list, page(['c', 'd'], 4), 2, false);
    expect(orderOf(putAsked(known, list, page(['b', 'x'], 4), 0, true), list)).toEqual(['b', 'x', 'c', 'd']);
    expect(orderOf(putAsked(known, list, page(['b', 'x'], 4), 0, false), list)).toEqual(['b', 'x']);
  });

  it('has what stands far down by its place, until somebody is at the top again', () => {
    const state = putFar(start(['a'], 5_000), list, page(['y', 'z'], 5_000), 4_000);
    expect(state.lists[listName(list)]?.far).toEqual({ 4000: 'y', 4001: 'z' });
    expect(orderOf(state, list)).toEqual(['a']);
    expect(dropFar(state, list).lists[listName(list)]?.far).toEqual({});
  });
});
