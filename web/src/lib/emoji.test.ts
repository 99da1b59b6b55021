import { expect, test } from 'vitest';
import { emojiGroups, findEmoji } from '@/lib/emoji';

const found = (typed: string) => findEmoji(typed, 12).map((one) => one.emoji);

test('every emoji is one, has a name, and is there once', () => {
  const all = emojiGroups().flatMap((one) => one.all);
  for (const one of all) {
    expect(one.emoji, one.name).toMatch(/^(\p{Extended_Pictographic}️?|\p{Regional_Indicator}{2})$/u);
    expect(one.name).not.toBe('');
  }
  expect(new Set(all.map((one) => one.emoji)).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(1_000);
});

test('they are found by their names and by what people call them', () => {
  expect(found('thumbs up')).toContain('👍');
  expect(found('+1')[0]).toBe('👍');
  expect(found('tada')[0]).toBe('🎉');
  expect(found('heart')).toContain('❤️');
  expect(found('portugal')).toEqual(['🇵🇹']);
  expect(found('xyzzy')).toEqual([]);
  expect(found(' ')).toEqual([]);
});
