import { describe, expect, it } from 'vitest';
import type { OpenHours } from '@/api/types';
import { DAYS, spanOf, weeklyOf, weekOf, weekWords, wrongDays } from '@/lib/hours';

const open = (day: OpenHours['day'], from: string, to: string): OpenHours => ({ day, from, to });

describe('business hours', () => {
  it('are said with the days that are alike together', () => {
    const week = [...DAYS.slice(0, 5).map((day) => open(day, '09:00', '17:30')), open('saturday', '10:00', '14:00')];
    expect(weekWords(week)).toBe('Mon–Fri 09:00–17:30; Sat 10:00–14:00');
    expect(weekWords([open('monday', '13:00', '24:00'), open('monday', '09:00', '12:00'), open('wednesday', '09:00', '12:00')])).toBe('Mon 09:00–12:00, 13:00–24:00; Wed 09:00–12:00');
    expect(weekWords([])).toBe('');
  });

  it('come back from the form as they went in, the end of the day as the server has it', () => {
    const week = [open('monday', '09:00', '12:00'), open('monday', '13:00', '24:00')];
    expect(weeklyOf(weekOf(week))).toEqual(week);
    expect(weekOf(week).monday[1]).toEqual({ from: '13:00', to: '00:00' });
  });

  it('are wrong where an interval ends before it begins, or two overlap', () => {
    const week = weekOf([open('monday', '09:00', '17:00')]);
    expect(wrongDays(week)).toEqual([]);
    expect(wrongDays({ ...week, tuesday: [{ from: '17:00', to: '09:00' }], friday: [{ from: '', to: '09:00' }] })).toEqual(['tuesday', 'friday']);
    expect(wrongDays({ ...week, monday: [{ from: '12:00', to: '18:00' }, { from: '09:00', to: '12:30' }] })).toEqual(['monday']);
    expect(wrongDays({ ...week, monday: [{ from: '12:00', to: '00:00' }, { from: '09:00', to: '12:00' }] })).toEqual([]);
  });
});

describe('a target', () => {
  it('is said in the largest unit that it is whole in', () => {
    expect([spanOf(45), spanOf(90), spanOf(120), spanOf(2_880)].map(({ count, unit }) => `${String(count)} ${unit}`)).toEqual(['45 minutes', '90 minutes', '2 hours', '2 days']);
  });
});
