import { expect, test } from 'vitest';
import type { Outlook } from '@/api/queries';
import type { SendOutlook } from '@/api/types';
import { changesIn, chargeWords, costOf, priceWords, purposeOf, verdictOf } from '@/lib/inbox/outlook';

const minutes = (count: number) => new Date(Date.UTC(2026, 10, 26, 12, count)).toISOString();
const price = { category: 'service', charge: 'after_allowance' } as const;
const closed = { code: 'window_closed', reason: 'The 24-hour window has closed.', what_to_do: 'Send a template.' };

/** The server says at 12:00 that the window closes at 12:10, to a browser whose clock is a day behind. */
const HEARD_AT = Date.UTC(2026, 10, 25, 12);
const told: Outlook = {
  heardAt: HEARD_AT,
  outlook: {
    conversation_id: 'cnv_1',
    at: minutes(0),
    purposes: [
      { purpose: 'answer', spans: [{ from: minutes(0), price }, { from: minutes(10), price, refused: closed }] },
      { purpose: 'marketing', spans: [{ from: minutes(0), price }] },
    ],
  } satisfies SendOutlook,
};
const after = (count: number) => HEARD_AT + count * 60_000;

test('what was known ahead holds when its time comes, by the server’s clock', () => {
  expect(verdictOf(told, 'answer', after(0)).refused).toBeNull();
  expect(verdictOf(told, 'answer', after(9.99)).refused).toBeNull();
  expect(verdictOf(told, 'answer', after(10)).refused).toEqual(closed);
  expect(verdictOf(told, 'marketing', after(60)).refused).toBeNull();
  expect(changesIn(told, after(4))).toBe(6 * 60_000);
  expect(changesIn(told, after(11))).toBeNull();
});

test('a message that has to wait for its turn has it when the time comes', () => {
  const waits: Outlook = { ...told, outlook: { ...told.outlook, next: { at: minutes(12), because: 'Its turn comes.' } } };
  expect(changesIn(waits, after(4))).toBe(6 * 60_000);
  expect(changesIn(waits, after(11))).toBe(60_000);
  expect(changesIn(waits, after(12))).toBeNull();
});

test('before the server has said anything, nothing is known against sending', () => {
  expect(verdictOf(undefined, 'answer', 0)).toEqual({ price: null, refused: null });
});

test('a template of a category that nobody knows counts as marketing', () => {
  expect(['UTILITY', 'AUTHENTICATION', 'MARKETING', 'SOMETHING'].map(purposeOf)).toEqual(['utility', 'authentication', 'marketing', 'marketing']);
});

test('what it is charged as says of when the rates are, and how much where nothing else does', () => {
  const priced = { category: 'utility', charge: 'charged', amount: { value: '0.022', currency: 'GBP' }, rate_from: '2026-07-01T00:00:00.000Z' } as const;
  expect(chargeWords(priced)).toBe('Utility, charged, by the rates of 1 Jul 2026');
  expect(priceWords(priced)).toBe('About £0.022: Utility, charged, by the rates of 1 Jul 2026');
  expect([chargeWords, priceWords].map((words) => words({ category: 'service', charge: 'free_window' }))).toEqual(['Service, free in the window', 'Service, free in the window']);
});

test('a button says about how much it costs, or that it is free, in the words of the history', () => {
  const amount = { value: '0.1200', currency: 'EUR' };
  expect(costOf({ category: 'marketing', charge: 'charged', amount, rate_from: '2026-10-01T00:00:00.000Z' })).toBe('about €0.12');
  expect(costOf({ category: 'utility', charge: 'free_window' })).toBe('free');
  expect(costOf({ category: 'marketing', charge: 'charged' })).toBeNull();
});
