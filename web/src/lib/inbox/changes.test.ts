import { describe, expect, it } from 'vitest';
import type { Conversation } from '@/api/types';
import { changeOf, clashOf, isReplaced, isSo, mergedChange, withChanges, withoutChange } from '@/lib/inbox/changes';
import { addPending, emptyInbox, putConversations, type Change, type Pending } from '@/lib/inbox/state';

const conversation = (fields: Partial<Conversation> = {}): Conversation =>
  ({ id: 'a', version: 3, contact: { id: 'c', name: 'A', identities: [] }, status: 'open', assignee_id: null, inbound_count: 2, last_seq: 4, created_at: '2026-11-01T08:00:00Z', updated_at: '2026-11-01T08:00:00Z', ...fields }) as Conversation;
const resolve = (of = conversation()) => changeOf(of, 'status', { status: 'resolved', snoozed_until: null }, { status: 'resolved' });
const give = (to: string | null, of = conversation()) => changeOf(of, 'assign', { assignee_id: to }, { assignee_id: to });
const waits = (act: Change, fields: Partial<Pending> = {}): Pending => ({ id: 'p', key: 'k', conversation_id: 'a', act, at: '2026-11-01T09:00:00Z', state: 'waiting', kept: true, ...fields });

describe('a change that waits', () => {
  it('goes on where nobody changed the same', () => {
    expect(clashOf(resolve(), conversation({ version: 9, assignee_id: 'tomas' }))).toBeNull();
    expect(clashOf(give('me'), conversation({ status: 'pending' }))).toBeNull();
  });
  it('is stopped where somebody did', () => {
    expect(clashOf(resolve(), conversation({ status: 'pending' }))).toBe('changed');
    expect(clashOf(give('me'), conversation({ assignee_id: 'tomas' }))).toBe('changed');
    expect(clashOf(give(null, conversation({ assignee_id: 'me' })), conversation({ assignee_id: 'tomas' }))).toBe('changed');
  });
  it('puts nothing away that the customer wrote meanwhile', () => {
    expect(clashOf(resolve(), conversation({ inbound_count: 3 }))).toBe('wrote');
    expect(clashOf(give('me'), conversation({ inbound_count: 3 }))).toBeNull();
    const open = changeOf(conversation({ status: 'resolved' }), 'status', { status: 'open', snoozed_until: null }, {});
    expect(clashOf(open, conversation({ status: 'resolved', inbound_count: 3 }))).toBeNull();
  });
  it('has nothing against it where it is so already, however a time is written', () => {
    const snooze = changeOf(conversation(), 'status', { status: 'snoozed', snoozed_until: '2026-11-02T08:00:00.000Z' }, {});
    const done = conversation({ status: 'snoozed', snoozed_until: '2026-11-02T08:00:00Z', inbound_count: 3 });
    expect(isSo(snooze, done)).toBe(true);
    expect(clashOf(snooze, done)).toBeNull();
    expect(clashOf(snooze, conversation({ status: 'snoozed', snoozed_until: '2026-11-03T08:00:00Z' }))).toBe('changed');
  });
  it('of labels goes whatever other labels came', () => {
    const label = changeOf(conversation({ labels: ['x'] }), 'labels', { labels: ['x', 'y'] }, { add: ['y'] });
    expect(clashOf(label, conversation({ labels: ['z'] }))).toBeNull();
  });
  it('of a conversation that was not here has nothing to be held against', () => {
    expect(clashOf(changeOf(undefined, 'assign', { assignee_id: 'me' }, {}), conversation({ assignee_id: 'tomas' }))).toBeNull();
  });
});

describe('the next change of the same', () => {
  it('takes its place, and is held against what was there first', () => {
    const first = give('tomas');
    expect(mergedChange(first, give('me', conversation({ assignee_id: 'tomas' })))).toMatchObject({ to: { assignee_id: 'me' }, from: { assignee_id: null } });
  });
  it('that leads back to where it was leaves nothing', () => {
    const back = changeOf(conversation({ status: 'resolved' }), 'status', { status: 'open', snoozed_until: null }, {});
    expect(mergedChange(resolve(), back)).toBeNull();
  });
  it('takes the place of none that the server may know, of none of another conversation, and of no label', () => {
    const one = waits(resolve());
    expect(isReplaced(one, 'a', resolve())).toBe(true);
    expect(isReplaced(one, 'b', resolve())).toBe(false);
    expect(isReplaced(one, 'a', give('me'))).toBe(false);
    expect(isReplaced({ ...one, tried: true }, 'a', resolve())).toBe(false);
    expect(isReplaced({ ...one, state: 'refused' }, 'a', resolve())).toBe(false);
    const label = changeOf(conversation(), 'labels', { labels: ['y'] }, {});
    expect(isReplaced(waits(label), 'a', label)).toBe(false);
  });
});

describe('the screen', () => {
  const state = () => putConversations(emptyInbox('me'), [conversation()]);
  it('shows what waits as though it were done, and not what was refused', () => {
    expect(withChanges(addPending(state(), waits(resolve()))).conversations['a']?.status).toBe('resolved');
    expect(withChanges(addPending(state(), waits(resolve(), { state: 'refused' }))).conversations['a']?.status).toBe('open');
  });
  it('is as it was once that is taken back, but for what became known since', () => {
    const act = give('me');
    const shown = withChanges(addPending(state(), waits(act)));
    expect(withoutChange(shown, 'a', act).conversations['a']?.assignee_id).toBeNull();
    const since = putConversations(shown, [conversation({ version: 4, assignee_id: 'tomas' })]);
    expect(withoutChange(since, 'a', act).conversations['a']?.assignee_id).toBe('tomas');
  });
});
