import { expect, type Page, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

let house: House;
let id = '';
test.beforeAll(async () => {
  house = await House.open();
  house.say('447700900351', 'Aoife Byrne', 'Is the blue one in stock?');
  id = await house.conversationOf('Aoife Byrne');
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'text', text: { body: 'One moment, I look.' } });
});
test.afterAll(async () => { await house.close(); });

/** Opens something by its button, looks at it, and closes it by Esc, after which the focus is where it was. */
async function look(page: Page, button: string | RegExp, role: 'menu' | 'dialog' | 'listbox', returns = true): Promise<void> {
  const opener = page.getByRole('button', { name: button }).first();
  await opener.click();
  await expect(page.getByRole(role).first(), String(button)).toBeVisible();
  await accessible(page);
  await page.keyboard.press('Escape');
  if (returns) await expect(opener, String(button)).toBeFocused();
}

for (const scheme of ['light', 'dark'] as const)
  test(`what opens over the page can be used by everybody too (${scheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await signIn(page, house.url);
    await open(page, id);
    await page.locator('#composer textarea').fill('It is, in two sizes.');
    await page.keyboard.press('Enter');
    await expect(page.locator('article[data-direction="out"]').first()).toHaveAttribute('data-state', /sent|delivered|read/);

    await look(page, /^Your account/, 'menu');
    await look(page, /^Order/, 'menu');
    await look(page, /^Assignee/, 'menu');
    await look(page, 'Snooze', 'menu');
    await look(page, 'Other status', 'menu');
    await look(page, 'Insert', 'menu');
    await look(page, 'Emoji', 'dialog', false);
    await page.locator('#composer textarea').fill('Tomorrow');
    await look(page, 'More ways to send', 'menu');
    await page.locator('#composer textarea').fill('');
    await look(page, /How it got there/, 'dialog');
    await page.locator('article[data-direction="in"]').first().hover();
    await look(page, 'React', 'menu', false);
    await look(page, 'New conversation', 'dialog');
    await look(page, 'Search', 'dialog', false);
    await page.locator('#composer textarea').focus();
    await page.keyboard.type('/');
    await accessible(page);
    await page.locator('#composer textarea').fill('');
    await page.keyboard.press('Control+K');
    await expect(page.locator('[cmdk-input]')).toBeFocused();
    await accessible(page);
    await page.keyboard.press('Escape');
    await page.locator('main.thread').getByRole('button', { name: 'Details' }).hover();
    await expect(page.getByRole('tooltip')).toBeAttached();
    await accessible(page);
    // Nothing moves for whom motion is too much.
    const longest = await page.evaluate(() => Math.max(...[...document.querySelectorAll('*')].map((one) => parseFloat(getComputedStyle(one).transitionDuration) || 0)));
    expect(longest).toBeLessThan(0.001);
  });

test('every target is large enough: 24 pixels for a pointer, 44 for a finger', async ({ browser }) => {
  for (const touch of [false, true]) {
    const context = await browser.newContext({ viewport: touch ? { width: 390, height: 844 } : { width: 1440, height: 900 }, hasTouch: touch, isMobile: touch });
    const page = await context.newPage();
    await signIn(page, house.url);
    await page.goto(`${house.url}/inbox/${id}`);
    await expect(page.locator('#composer textarea')).toBeVisible();
    await expect(page.locator('article[data-direction="out"]').first()).toBeVisible();
    const small = await page.evaluate((least) => {
      const targets = [...document.querySelectorAll<HTMLElement>('button, a[href], [role="tab"], [role="option"], input, select, textarea')];
      return targets.flatMap((one) => {
        const box = one.getBoundingClientRect();
        const style = getComputedStyle(one);
        // In a line of words, read by a screen reader only, or off the screen: no target of its own.
        if (box.width === 0 || style.display === 'inline' || one.closest('.sr-only, .skip') || box.bottom < 0) return [];
        // What reaches beyond its words, as far as it is reached.
        const [x, y, far] = [box.x + box.width / 2, box.y + box.height / 2, least / 2 - 1];
        const reached = [y - far, y + far].every((at) => one.contains(document.elementFromPoint(x, at)));
        return box.width < least || (box.height < least && !reached) ? [`${one.tagName} ${one.getAttribute('aria-label') ?? one.textContent?.slice(0, 30) ?? ''}: ${String(Math.round(box.width))}×${String(Math.round(box.height))}`] : [];
      });
    }, touch ? 44 : 24);
    expect(small, touch ? 'by finger' : 'by pointer').toEqual([]);
    await context.close();
  }
});

test('what comes in is told politely and in batches, and takes no focus', async ({ page }) => {
  await signIn(page, house.url);
  await open(page, id);
  await page.locator('#composer textarea').focus();
  for (let n = 1; n <= 3; n += 1) house.say('447700900351', 'Aoife Byrne', `and another ${String(n)}`);
  await expect(page.locator('article', { hasText: 'and another 3' })).toBeVisible();
  await expect(page.locator('[aria-live="polite"]').first()).toContainText(/new messages? from Aoife Byrne/);
  await expect(page.locator('#composer textarea')).toBeFocused();
  await accessible(page);
});
