import { expect, test } from 'vitest';
import { offersAt, zoneAt } from '@/lib/schedule';

test('an hour is offered to the next five minutes, beside the times one puts things aside until', () => {
  const offers = offersAt(new Date(2026, 10, 27, 10, 2, 30));
  expect(offers.map((one) => one.kind)).toEqual(['hour', 'later', 'tomorrow', 'monday']);
  expect([offers[0]?.at.getHours(), offers[0]?.at.getMinutes()]).toEqual([11, 5]);
  expect(offers.every((one) => one.at.getTime() > new Date(2026, 10, 27, 10, 2, 30).getTime())).toBe(true);
});

test('the zone is that of the day it is about', () => {
  const [winter, summer] = [zoneAt(new Date(Date.UTC(2026, 0, 10)), 'en-GB'), zoneAt(new Date(Date.UTC(2026, 6, 10)), 'en-GB')];
  expect(winter).toMatch(/\((GMT|UTC).*\)|^UTC$|GMT/);
  expect(summer.split(' (')[0]).toBe(winter.split(' (')[0]);
});
