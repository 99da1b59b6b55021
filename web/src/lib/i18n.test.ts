import { expect, test } from 'vitest';
import { enSettings } from '@/locales/en-settings';
import { enWriting } from '@/locales/en-writing';

test.each([
  ['settings', enSettings],
  ['writing', enWriting],
])('whatever shows words that come later brings them along: %s', (name, words) => {
  const files = import.meta.glob<string>('/src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
  const sections = Object.keys(words).join('|');
  const shows = new RegExp(`[^a-zA-Z]t\\([^)]*?['"\`](?:${sections})\\.`);
  const showing = Object.entries(files).filter(([path, text]) => !path.endsWith('.test.ts') && shows.test(text));
  expect(showing.length).toBeGreaterThan(3);
  for (const [path, text] of showing) expect(text, path).toContain(`import '@/lib/i18n-${name}';`);
});
