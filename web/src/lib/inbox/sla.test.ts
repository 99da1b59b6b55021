import { expect, it } from 'vitest';
import type { Conversation } from '@/api/types';
import { dueOf } from '@/lib/inbox/sla';

const now = Date.parse('2026-11-27T12:00:00Z');
type Timer = NonNullable<NonNullable<Conversation['sla']>['timers']>[number];
const given = (...timers: Timer[]) => ({ sla: { policy: 'Usual', timers } }) as Conversation;

it('tells of what is due: an answer first, but for what is over its target', () => {
  const answer: Timer = { target: 'first_response', due_at: '2026-11-27T12:30:00Z' };
  const resolution: Timer = { target: 'resolution', due_at: '2026-11-27T12:10:00Z' };
  expect(dueOf(given(resolution, answer), now)).toEqual({ target: 'first_response', at: '2026-11-27T12:30:00Z', over: false });
  const late: Timer = { target: 'resolution', due_at: '2026-11-27T11:00:00Z', missed_at: '2026-11-27T11:00:00Z' };
  expect(dueOf(given(answer, late), now)).toMatchObject({ target: 'resolution', over: true });
  // By the clock here, before the server has said so.
  expect(dueOf(given(answer), now + 30 * 60_000)).toMatchObject({ over: true });
  expect(dueOf(given({ target: 'resolution' }), now)).toBeNull();
  expect(dueOf({} as Conversation, now)).toBeNull();
});
