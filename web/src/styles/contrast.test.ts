import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function block(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(css.indexOf('{', start) + 1, css.indexOf('}', start));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9A-Fa-f]{6})/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

const themes = { light: block(':root'), dark: block('[data-theme="dark"]') };

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const grounds = ['canvas', 'surface', 'raised', 'sunken', 'hover', 'select'];

/** Text on ground: 4.5 at least. */
const text: [string, string[]][] = [
  ['text', [...grounds, 'active', 'in', 'out', 'note', 'accent-soft', 'ok-soft', 'warn-soft', 'bad-soft', 'info-soft']],
  ['text-2', [...grounds, 'active', 'in', 'out', 'accent-soft', 'bad-soft', 'warn-soft']],
  // Not on `active` or `out`: there `text-2` is used.
  ['text-3', [...grounds, 'in']],
  ['accent-text', ['canvas', 'surface', 'raised', 'select', 'hover', 'accent-soft', 'in', 'out']],
  ['on-accent', ['accent', 'accent-hover', 'bad-solid']],
  ['ok', ['canvas', 'surface', 'raised', 'select', 'ok-soft']],
  ['warn', ['canvas', 'surface', 'raised', 'select', 'warn-soft']],
  ['bad', ['canvas', 'surface', 'raised', 'select', 'bad-soft']],
  ['info', ['surface', 'info-soft']],
  ['note-text', ['note']],
];

/** Glyphs, edges of fields and the focus: 3 at least. */
const glyphs: [string, string[]][] = [
  ['line-3', ['surface', 'raised', 'canvas']],
  ['accent', ['surface', 'canvas', 'raised']],
  ['read', ['out', 'surface', 'canvas', 'select']],
  ['on-channel', ['wa', 'tg', 'web', 'ig', 'ms', 'mail', 'sms']],
  ['ok-solid', ['surface', 'canvas']],
  ['bad-solid', ['bad-soft', 'surface']],
];

/** Fills and quiet lines, which nothing has to be read by: always beside words or a glyph of a pair above. */
const quiet = ['line', 'line-2', 'accent-line', 'warn-solid', 'info-solid', 'out-line', 'bot-line', 'note-line'];

describe.each(Object.entries(themes))('contrast, %s', (_theme, tokens) => {
  const ratio = (a: string, b: string) => contrast(tokens[a] ?? '', tokens[b] ?? '');

  it.each(text.flatMap(([front, backs]) => backs.map((back): [string, string] => [front, back])))('%s on %s can be read', (front, back) => {
    expect(ratio(front, back)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(glyphs.flatMap(([front, backs]) => backs.map((back): [string, string] => [front, back])))('%s on %s can be seen', (front, back) => {
    expect(ratio(front, back)).toBeGreaterThanOrEqual(3);
  });

  it('knows every token', () => {
    const paired = new Set([...text, ...glyphs].flatMap(([front, backs]) => [front, ...backs]).concat(quiet));
    expect(Object.keys(tokens).filter((name) => !paired.has(name))).toEqual([]);
  });
});

describe('initials', () => {
  it('can be read on all ten tints', () => {
    const tints = [...css.matchAll(/--tint: (#\w{6}); --on-tint: (#\w{6})/g)];
    expect(tints).toHaveLength(20);
    for (const [, back = '', front = ''] of tints) expect(contrast(front, back)).toBeGreaterThanOrEqual(4.5);
  });
});
