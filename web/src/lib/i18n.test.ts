import { expect, test } from 'vitest';
import { enAccount } from '@/locales/en-account';
import { enDoors } from '@/locales/en-doors';
import { enAutomation } from '@/locales/en-automation';
import { enLists } from '@/locales/en-lists';
import { enSettings } from '@/locales/en-settings';
import { enWriting } from '@/locales/en-writing';

test.each([
  ['@/lib/i18n-settings', enSettings],
  ['@/lib/i18n-doors', enDoors],
  ['@/lib/i18n-automation', enAutomation],
  ['@/lib/i18n-lists', enLists],
  ['@/lib/i18n-writing', enWriting],
  ['@/lib/i18n-account', { availability: enAccount.availability }],
])('whatever shows words that come with %s brings them along', (from, words) => {
  const files = import.meta.glob<string>('/src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
  const sections = Object.keys(words).join('|');
  const shows = new RegExp(`[^a-zA-Z]t\\([^)]*?['"\`](?:${sections})\\.`);
  const showing = Object.entries(files).filter(([path, text]) => !path.endsWith('.test.ts') && shows.test(text));
  expect(showing.length).toBeGreaterThan(2);
  for (const [path, text] of showing) expect(text, path).toContain(`import '${from}';`);
});
