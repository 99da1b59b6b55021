import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('./app.css', import.meta.url), 'utf8');

/** Declarations that name a side of the screen instead of one of the line of reading. */
function physical(sheet: string): string[] {
  const wrong: string[] = [];
  for (const [declaration, name = '', value = ''] of sheet.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(/(?<=[{;\s])([a-z-]+)\s*:\s*([^;{}]+);/g)) {
    const parts = value.replaceAll(/\([^()]*(\([^()]*\)[^()]*)*\)/g, '()').trim().split(/\s+/);
    if (/(^|-)(left|right)(-|$)/.test(name)) wrong.push(declaration);
    else if (/^(float|clear|text-align)$/.test(name) && /^(left|right)$/.test(value)) wrong.push(declaration);
    // Four values: the second is the right, the fourth the left.
    else if (/^(margin|padding|inset|border-(width|color|style))$/.test(name) && parts.length === 4 && value.trim().split(/\s+/)[1] !== value.trim().split(/\s+/)[3] && parts[1] !== parts[3]) wrong.push(declaration);
    else if (name === 'border-radius' && parts.length > 1 && new Set(parts).size > 1) wrong.push(declaration);
  }
  return wrong;
}

test('the sheet knows start and end, not left and right', () => {
  expect(css.length).toBeGreaterThan(10_000);
  expect(physical(css)).toEqual([]);
});

test('what names a side is found', () => {
  expect(physical('.a { margin-left: 2px; } .b { left: 0; } .c { padding: 0 12px 0 16px; } .d { float: right; text-align: left; } .e { border-radius: 4px 12px 12px 12px; } .f { border-top-left-radius: 2px; }')).toHaveLength(7);
  expect(physical('.a { margin: max(24px, 10vh) auto auto; padding: 4px 8px calc(4px + env(safe-area-inset-bottom)); margin-inline: 2px; } .b { padding: 1px 2px 3px 2px; }')).toEqual([]);
});
