/** WhatsApp's window as people read it: open, closing, closed, and how long it lasts. */
import type { Window } from '@/api/types';
import { t } from '@/lib/i18n';

export type WindowState = 'open' | 'soon' | 'closed' | 'none';

export type WindowFacts = {
  state: WindowState;
  /** Messages cost nothing. */
  free: boolean;
  leftMs: number;
  /** What is left of the whole, 0 to 1. */
  fraction: number;
  expiresAt: Date | null;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export function windowFacts(window: Window, now: number): WindowFacts {
  const expiresAt = window.expires_at ? new Date(window.expires_at) : null;
  const open = window.kind === 'open' || window.kind === 'free_entry';
  // Our clock may lag behind the one that opened the window: more than a whole one is never left.
  const whole = window.kind === 'free_entry' ? 3 * DAY : DAY;
  const leftMs = open ? Math.min(whole - 1, expiresAt ? expiresAt.getTime() - now : whole) : 0;
  const free = window.kind === 'free_entry' && (!window.free_until || Date.parse(window.free_until) > now);
  if (window.kind === 'none') return { state: 'none', free: false, leftMs: 0, fraction: 0, expiresAt: null };
  if (!open || leftMs <= 0) return { state: 'closed', free: false, leftMs: 0, fraction: 0, expiresAt };
  return {
    state: leftMs < HOUR ? 'soon' : 'open',
    free,
    leftMs,
    fraction: Math.min(1, leftMs / whole),
    expiresAt,
  };
}

/** Whole minutes left; never 0 while something is left. */
export function minutesLeft(leftMs: number): number {
  return Math.max(1, Math.floor(leftMs / 60_000));
}

/** `71h`, `23h`, `3h 2m`, `47m`: for a card. */
export function shortLeft(leftMs: number): string {
  const minutes = minutesLeft(leftMs);
  if (minutes < 60) return t('time.minutes', { m: minutes });
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return hours >= 10 || rest === 0 ? t('time.hours', { h: hours }) : t('time.hoursMinutes', { h: hours, m: rest });
}

/** `23h 59m`, `47m`: for a sentence. */
export function longLeft(leftMs: number): string {
  const minutes = minutesLeft(leftMs);
  if (minutes < 60) return t('time.minutes', { m: minutes });
  return t('time.hoursMinutes', { h: Math.floor(minutes / 60), m: minutes % 60 });
}
