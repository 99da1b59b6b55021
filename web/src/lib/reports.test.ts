import { describe, expect, it } from 'vitest';
import { changeOf, dayPlus, daysBetween, daysOf, grainsFor, readSearch, satisfied, shownDays, span, ticks } from '@/lib/reports';

describe('the days of a report', () => {
  it('are counted with both ends, over months and a change of the clock', () => {
    expect(dayPlus('2026-10-31', 1)).toBe('2026-11-01');
    expect(daysBetween('2026-10-24', '2026-10-26')).toBe(3);
    expect(daysOf('days7', '2026-11-03')).toEqual({ from: '2026-10-28', to: '2026-11-03' });
    expect(daysOf('yesterday', '2026-03-01')).toEqual({ from: '2026-02-28', to: '2026-02-28' });
    expect(daysOf('lastMonth', '2026-01-15')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
    expect(daysOf('thisMonth', '2026-01-15')).toEqual({ from: '2026-01-01', to: '2026-01-15' });
  });

  it('are the last seven unless the address says others', () => {
    expect(shownDays({}, '2026-11-07')).toEqual({ from: '2026-11-01', to: '2026-11-07' });
    expect(shownDays({ from: '2026-01-01', to: '2026-01-02' }, '2026-11-07')).toEqual({ from: '2026-01-01', to: '2026-01-02' });
  });

  it('are shown in steps that the server takes', () => {
    expect(grainsFor(1)[0]).toBe('hour');
    for (const days of [32, 90, 400]) expect(grainsFor(days)).not.toContain('hour');
    expect(grainsFor(400)[0]).toBe('week');
  });

  it('are not taken from an address that makes no sense', () => {
    expect(readSearch({ from: '2026-13-40', to: 'x', grain: 'year', team: 'usr_1', user: 'none', wall: 'yes' })).toEqual({ user: 'none' });
    expect(readSearch({ range: 'days30', team: 'team_1', wall: true })).toEqual({ range: 'days30', team: 'team_1', wall: true });
  });
});

describe('figures', () => {
  it('are spans as one says them', () => {
    expect([0, 59, 250, 600, 7_200, 7_500, 172_800, 180_000].map(span)).toEqual(['0s', '59s', '4m 10s', '10m', '2h', '2h 5m', '2d', '2d 2h']);
  });

  it('are compared only with something', () => {
    expect(changeOf(12, 10)).toBeCloseTo(0.2);
    expect([changeOf(12, 0), changeOf(undefined, 3), changeOf(3, null)]).toEqual([null, null, null]);
  });

  it('have a scale of at most five round steps that holds them', () => {
    for (const most of [0, 1, 3, 7, 12, 99, 1_000, 123_456]) {
      const all = ticks(most);
      expect(all.at(-1)).toBeGreaterThanOrEqual(most);
      expect(all.length).toBeLessThanOrEqual(6);
      expect(all.every(Number.isInteger)).toBe(true);
    }
  });

  it('count who is satisfied among all who rated', () => {
    expect(satisfied([1, 0, 0, 1, 2])).toBe(0.75);
    expect(satisfied([0, 0, 0, 0, 0])).toBeNull();
  });
});
