import { describe, expect, it } from 'vitest';
import { longLeft, shortLeft, windowFacts } from '@/lib/window';

const now = Date.UTC(2026, 10, 23, 12);
const inMinutes = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

describe('the window', () => {
  it('is open, closing, or closed by the clock', () => {
    const state = (minutes: number) => windowFacts({ kind: 'open', expires_at: inMinutes(minutes) }, now).state;
    expect(state(60)).toBe('open');
    expect(state(59)).toBe('soon');
    expect(state(0)).toBe('closed');
    expect(windowFacts({ kind: 'closed', expires_at: inMinutes(-5) }, now).state).toBe('closed');
    expect(windowFacts({ kind: 'none' }, now).state).toBe('none');
  });

  it('drains over a day, or three where it is free', () => {
    expect(windowFacts({ kind: 'open', expires_at: inMinutes(12 * 60) }, now).fraction).toBeCloseTo(0.5);
    const free = windowFacts({ kind: 'free_entry', expires_at: inMinutes(36 * 60), free_until: inMinutes(36 * 60) }, now);
    expect(free.fraction).toBeCloseTo(0.5);
    expect(free.free).toBe(true);
  });

  it('is never longer than it can be, whatever our clock says', () => {
    expect(shortLeft(windowFacts({ kind: 'open', expires_at: inMinutes(24 * 60 + 1) }, now).leftMs)).toBe('23h');
  });

  it('says what is left', () => {
    const left = (minutes: number) => minutes * 60_000;
    expect(shortLeft(left(71 * 60 + 5))).toBe('71h');
    expect(shortLeft(left(23 * 60 + 59))).toBe('23h');
    expect(shortLeft(left(3 * 60 + 2))).toBe('3h 2m');
    expect(shortLeft(left(3 * 60))).toBe('3h');
    expect(shortLeft(left(47))).toBe('47m');
    expect(shortLeft(20_000)).toBe('1m');
    expect(longLeft(left(23 * 60 + 59))).toBe('23h 59m');
    expect(longLeft(left(9))).toBe('9m');
  });
});
