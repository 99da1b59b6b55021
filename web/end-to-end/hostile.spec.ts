import { expect, test, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

const things = ['document', 'sticker', 'card', 'order', 'form', 'button', 'row', 'quick_reply', 'forwarded', 'from_ad', 'poll', 'missed_call', 'call'];

/** What would run, were it taken for anything but words. */
const attacks = {
  'an element': `"><img src=x onerror="struck()"><svg/onload="struck()"><iframe srcdoc="<script>parent.struck()</script>"></iframe>`,
  'a script': `'"</textarea></title></style></script><script>struck()</script>{{constructor.constructor('struck()')()}}\${struck()}`,
  'a script as an address': 'javascript:struck()//https://example.com/',
  'a page as an address': 'data:text/html,<script>opener.struck()</script>',
  'a page in fields': JSON.stringify({ '<img src=x onerror="struck()">': '<script>struck()</script>', __proto__: { html: '<b onclick="struck()">' } }),
  'marks of WhatsApp around it': '*<img src=x onerror="struck()">* _javascript:struck()_ ```<script>struck()</script>``` https://example.com/"onmouseover="struck()',
};

/** Whatever ran, or stands in the page as something that could. */
async function struck(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = (window as unknown as { hits: string[] }).hits.slice();
    for (const one of document.querySelectorAll('*')) {
      for (const { name, value } of one.attributes) {
        if (name.startsWith('on') || name === 'srcdoc') found.push(`${one.tagName} ${name}`);
        if (['href', 'src', 'action', 'formaction', 'xlink:href'].includes(name) && /^\s*(javascript|data|vbscript):/i.test(value) && !value.startsWith('data:image/')) found.push(`${one.tagName} ${name}=${value.slice(0, 40)}`);
      }
      if (one.tagName === 'SCRIPT' && one.textContent.includes('struck')) found.push('SCRIPT');
      if (one.tagName === 'IMG' && one.getAttribute('src') === 'x') found.push('IMG x');
      if (one.tagName === 'IFRAME') found.push('IFRAME');
    }
    return found;
  });
}

test('whatever a customer writes, in whichever field, stays words', async ({ page }) => {
  test.slow();
  await page.addInitScript(() => {
    const hits: string[] = [];
    Object.assign(window, { hits, struck: () => { hits.push('it ran'); } });
    // The server's policy stops what would have run: that it was there to be stopped is found out all the same.
    document.addEventListener('securitypolicyviolation', (event) => { hits.push(`${event.violatedDirective} ${event.blockedURI}`); });
  });
  page.on('dialog', (dialog) => { throw new Error(`a dialog opened: ${dialog.message()}`); });
  await signIn(page, house.url);
  let phone = 447700900300;
  for (const [what, words] of Object.entries(attacks)) {
    phone += 1;
    house.say(String(phone), words, words);
    for (const thing of things) house.send(String(phone), words, thing, words);
    const id = await house.conversationOf(words.trim(), things.length);
    await test.step(what, async () => {
      await open(page, id);
      // Every one of them is there, and says what it says.
      await expect(page.locator('article.message[data-direction="in"]')).toHaveCount(things.length + 1);
      await expect(page.locator('article.message', { hasText: words.slice(0, 12) }).first()).toBeVisible();
      for (const raw of await page.getByRole('button', { name: 'See raw' }).all()) await raw.click();
      for (const address of await page.locator('article a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol))) expect(['http:', 'https:', 'tel:', 'mailto:']).toContain(address);
      expect(await struck(page)).toEqual([]);
      // Answered, it is quoted.
      const first = page.locator('article.message[data-direction="in"]').first();
      await first.hover();
      await first.getByRole('button', { name: 'Reply to this' }).click();
      await expect(page.locator('.replying')).toBeVisible();
      await page.getByRole('textbox', { name: 'Reply' }).fill(`About ${words}`);
      await page.keyboard.press('Control+Enter');
      await expect(page.locator('article[data-direction="out"]')).toHaveAttribute('data-state', /sent|delivered|read/);
      expect(await struck(page)).toEqual([]);
      // It is a template's value, too.
      await page.getByRole('tab', { name: 'Note' }).click();
      await page.getByRole('textbox').last().fill(words);
      await page.keyboard.press('Control+Enter');
      await expect(page.locator('.note')).toBeVisible();
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await struck(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    });
  }
  await accessible(page);
  // All of them side by side, arriving while one looks elsewhere, on a phone.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${house.url}/inbox`);
  house.say('447700900399', attacks['an element'], attacks['a script']);
  await expect(page.locator('[data-conversation-id]')).not.toHaveCount(0);
  expect(await struck(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
