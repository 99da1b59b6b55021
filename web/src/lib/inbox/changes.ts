/**
 * Changes of a conversation that wait for the server, in the same queue as what is written: what they make of it on the
 * screen, and whether what they change became something else meanwhile. Pure.
 */
import type { Conversation } from '@/api/types';
import { putConversations, type Change, type InboxState, type Pending } from '@/lib/inbox/state';

/** A time is the same however it is written. */
const plain = (value: unknown): unknown => (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : (value ?? null));
const same = (a: unknown, b: unknown): boolean => JSON.stringify(plain(a)) === JSON.stringify(plain(b));
const keysOf = (fields: Partial<Conversation>) => Object.keys(fields) as (keyof Conversation)[];

/** What a change is made of: what it was as far as I saw, beside what it becomes. Nobody puts away what a customer wrote unseen. */
export function changeOf(before: Conversation | undefined, path: Change['path'], to: Partial<Conversation>, body: unknown): Change {
  const seen = to.status === 'resolved' || to.status === 'snoozed' ? { inbound_count: before?.inbound_count ?? 0 } : {};
  const from = before ? { ...Object.fromEntries(keysOf(to).map((key) => [key, before[key] ?? null])), ...seen } : {};
  return { type: 'change', path, body, to, from };
}

/** Is it so already, without it? */
export const isSo = ({ to }: Change, now: Conversation): boolean => keysOf(to).every((key) => same(now[key], to[key]));

/** What stands against it: somebody changed the same, or the customer wrote. Labels are put on and taken off one by one: that holds whatever else did. */
export function clashOf(change: Change, now: Conversation): 'changed' | 'wrote' | null {
  const { path, to, from } = change;
  if (path === 'labels' || isSo(change, now)) return null;
  const clashing = keysOf(from).filter((key) => !same(now[key], from[key]) && !(key in to && same(now[key], to[key])));
  if (clashing.length === 0) return null;
  return clashing.length === 1 && clashing[0] === 'inbound_count' ? 'wrote' : 'changed';
}

/** One that takes the place of another that was never asked for; `null` where nothing is left to change. */
export function mergedChange(before: Change, next: Change): Change | null {
  const from = { ...next.from, ...before.from };
  return keysOf(next.to).every((key) => key in from && same(from[key], next.to[key])) ? null : { ...next, from };
}

/** Is it one that the same thing's next change takes the place of? */
export const isReplaced = (one: Pending, conversationId: string, { path }: Change): boolean =>
  one.conversation_id === conversationId && one.act.type === 'change' && one.act.path === path && path !== 'labels' && one.state === 'waiting' && one.tried !== true;

/** Puts on the screen what waits, as though it were done. */
export function withChanges(state: InboxState): InboxState {
  return state.pending.reduce((next, { act, conversation_id, state: where }) => (act.type === 'change' && where !== 'refused' ? withChange(next, conversation_id, act.to) : next), state);
}

export function withChange(state: InboxState, id: string, to: Partial<Conversation>): InboxState {
  const known = state.conversations[id];
  return known ? putConversations(state, [{ ...known, ...to }]) : state;
}

/** Takes back what a change made of the screen, where nothing else is known since. */
export function withoutChange(state: InboxState, id: string, { to, from }: Change): InboxState {
  const known = state.conversations[id];
  if (!known) return state;
  const back = keysOf(to).filter((key) => key in from && same(known[key], to[key]));
  return withChange(state, id, Object.fromEntries(back.map((key) => [key, from[key]])));
}
