import { expect, test } from 'vitest';
import type { ConsentChoice, ConsentScope } from '@/api/types';
import { wantsNothing } from '@/lib/consent';

const said = (...words: [ConsentScope, ConsentChoice][]) => ({ consent: words.map(([scope, choice]) => ({ scope, choice, at: '2026-11-26T12:00:00Z' })) });

test('who refused everything is told apart from who refused one purpose', () => {
  expect(wantsNothing(said())).toBe(false);
  expect(wantsNothing({})).toBe(false);
  expect(wantsNothing(said(['everything', 'withdrawn']))).toBe(true);
  expect(wantsNothing(said(['everything', 'given'], ['marketing', 'withdrawn']))).toBe(false);
});
