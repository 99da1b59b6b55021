import { expect, test } from 'vitest';
import type { ConsentChoice, ConsentScope } from '@/api/types';
import { isSilenced, mayAnswer, wantsNoMarketing, wantsNothing } from '@/lib/consent';

const said = (...words: [ConsentScope, ConsentChoice, number][]) => ({
  consent: words.map(([scope, choice, minute]) => ({ scope, choice, at: new Date(minute * 60_000).toISOString() })),
});

test('the newest word about a purpose or about everything counts, and of two of one moment the refusal', () => {
  expect(wantsNothing(said())).toBe(false);
  expect(wantsNothing(said(['everything', 'withdrawn', 1]))).toBe(true);
  expect(wantsNoMarketing(said(['marketing', 'withdrawn', 1], ['everything', 'given', 2]))).toBe(false);
  expect(wantsNoMarketing(said(['marketing', 'given', 2], ['everything', 'withdrawn', 2]))).toBe(true);
});

test('who stopped can be answered once they write again', () => {
  const stopped = said(['everything', 'withdrawn', 10]);
  const closesAt = (wroteAt: number) => new Date(wroteAt * 60_000 + 24 * 3_600_000).toISOString();
  expect(mayAnswer(stopped, closesAt(10))).toBe(false);
  expect(mayAnswer(stopped, closesAt(11))).toBe(true);
  expect(mayAnswer(stopped, null)).toBe(false);
  expect(mayAnswer(said(), null)).toBe(true);
});

test('who is blocked or asked for silence gets nothing, however open the window', () => {
  const closesAt = new Date(11 * 60_000 + 24 * 3_600_000).toISOString();
  expect(isSilenced(said(), closesAt)).toBe(false);
  expect(isSilenced({ ...said(), blocked: true }, closesAt)).toBe(true);
  expect(isSilenced(said(['everything', 'withdrawn', 12]), closesAt)).toBe(true);
  expect(isSilenced(said(['everything', 'withdrawn', 10]), closesAt)).toBe(false);
});
