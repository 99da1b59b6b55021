import { expect, test } from 'vitest';
import type { ConsentChoice, ConsentScope } from '@/api/types';
import { isSilenced, wantsNothing } from '@/lib/consent';

const said = (...words: [ConsentScope, ConsentChoice][]) => ({ consent: words.map(([scope, choice]) => ({ scope, choice, at: '2026-11-26T12:00:00Z' })) });

test('who refused everything is told apart from who refused one purpose', () => {
  expect(wantsNothing(said())).toBe(false);
  expect(wantsNothing({})).toBe(false);
  expect(wantsNothing(said(['everything', 'withdrawn']))).toBe(true);
  expect(wantsNothing(said(['everything', 'given'], ['marketing', 'withdrawn']))).toBe(false);
});

test('who is blocked or asked for silence gets nothing, however open the window', () => {
  const stopped = (minute: number) => ({ consent: [{ scope: 'everything', choice: 'withdrawn', at: new Date(minute * 60_000).toISOString() } as const] });
  const closesAt = (wroteAt: number) => new Date(wroteAt * 60_000 + 24 * 3_600_000).toISOString();
  expect(isSilenced(said(), closesAt(11))).toBe(false);
  expect(isSilenced({ ...said(), blocked: true }, closesAt(11))).toBe(true);
  expect(isSilenced(stopped(12), closesAt(11))).toBe(true);
  expect(isSilenced(stopped(11), closesAt(11))).toBe(true);
  expect(isSilenced(stopped(10), closesAt(11))).toBe(false);
  expect(isSilenced(stopped(10), null)).toBe(true);
});
