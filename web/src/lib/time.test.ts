import { expect, test } from 'vitest';
import { fieldTime, utcDay, withLocalTimes } from '@/lib/time';

test('the day of a rate is that of its card, wherever one is', () => {
  expect(utcDay('2026-10-01T00:00:00.000Z')).toMatch(/^(1 Oct 2026|Oct 1, 2026)$/);
});

test('what a field for a time holds is the same minute when it is read', () => {
  const date = new Date(2026, 2, 7, 9, 5);
  expect(fieldTime(date)).toBe('2026-03-07T09:05');
  expect(Date.parse(fieldTime(date))).toBe(date.getTime());
});

test('a day in words of the server is told as one reads it, and what only looks like one stays', () => {
  expect(withLocalTimes('From 2026-10-01 on it costs more.', 0)).toMatch(/^From (1 Oct 2026|Oct 1, 2026) on it costs more\.$/);
  expect(withLocalTimes('promo-2026-10-01 and 2026-10-01_b', 0)).toBe('promo-2026-10-01 and 2026-10-01_b');
});
