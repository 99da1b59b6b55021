// Walks through a running server with Chromium: `SWITCHBOARD_URL`, `SWITCHBOARD_EMAIL` and `SWITCHBOARD_PASSWORD`
// say where and as whom (the demo's, unless told otherwise), `CHROMIUM` which browser, `SHOTS` where to put pictures.
// It writes to one conversation, so it belongs on a demo or a test server.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const url = process.env.SWITCHBOARD_URL ?? 'http://127.0.0.1:8080';
const email = process.env.SWITCHBOARD_EMAIL ?? 'anna@example.com';
const password = process.env.SWITCHBOARD_PASSWORD ?? 'switchboard-demo';
const shots = process.env.SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let failed = 0;
const check = (name, holds, seen = '') => {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}${holds ? '' : ` ${JSON.stringify(seen)}`}`);
  if (!holds) failed += 1;
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--headless=new'],
});
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
const page = await context.newPage();
const broken = [];
page.on('pageerror', (error) => broken.push(error.message));
page.on('console', (message) => {
  if (/content security policy/i.test(message.text())) broken.push(message.text());
});
const shot = async (name) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
};
const line = (state) => page.waitForSelector(`[data-connection="${state}"]`, { state: 'attached', timeout: 20_000 });
const message = (text) => page.locator('.thread article', { hasText: text });
const reply = page.locator('textarea[aria-label="Reply"]');

/** No violation on what is on the screen now. */
const accessible = async (name) => {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const result = await window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return result.violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 120)}`);
  });
  check(`${name} is accessible`, found.length === 0, found);
};

try {
  await page.goto(`${url}/inbox`);
  await page.waitForSelector('input[type=email]');
  await accessible('sign-in');
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', `${password}x`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=alert]:has-text("do not match")');
  check('a wrong password is said', true);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await line('live');
  check('live after signing in', true);

  await page.click('#tab-all');
  // One that words may be sent to. Customers also ask for silence: also the one that was just clicked on.
  const writable = page.locator('[data-conversation-id]:has(.window.open)');
  await writable.first().waitFor({ timeout: 30_000 });
  for (let tried = 0; tried < 5 && !(await reply.isVisible()); tried += 1) {
    await writable.first().click();
    await reply.waitFor({ timeout: 5_000 }).catch(() => undefined);
  }
  await reply.waitFor();
  await page.waitForSelector('.thread article[data-message-id]');
  await shot('inbox-light');
  await accessible('inbox, light');

  const words = `Browser test ${Date.now().toString(36)}`;
  await reply.fill(words);
  await reply.press('Enter');
  await message(words).waitFor({ timeout: 1_000 });
  check('the bubble is there at once', true);
  await page.waitForFunction(
    (text) => [...document.querySelectorAll('.thread article[data-message-id]')].some((one) => one.textContent.includes(text) && /sent|delivered|read/.test(one.dataset.state)),
    words,
    { timeout: 20_000 },
  );
  check('it is sent', true);
  check('and there once', (await message(words).count()) === 1);

  await page.keyboard.press('Alt+P');
  await page.locator('textarea[aria-label="Note"]').fill(`Note ${words}`);
  await page.keyboard.press('Enter');
  await message(`Note ${words}`).waitFor();
  check('a note is there', true);

  await page.keyboard.press('Alt+L');
  await context.setOffline(true);
  await line('offline');
  for (const one of ['first', 'second']) {
    await reply.fill(`${words} ${one}`);
    await reply.press('Enter');
  }
  await page.waitForFunction(() => document.querySelector('[data-connection]')?.textContent.includes('2 queued'));
  check('offline, two are queued', true);
  await shot('offline');
  await context.setOffline(false);
  await line('live');
  await page.waitForFunction(
    (text) => [...document.querySelectorAll('.thread article[data-message-id]')].filter((one) => one.textContent.includes(text)).length >= 4,
    words,
    { timeout: 20_000 },
  );
  const order = await page.$$eval('.thread article[data-message-id]', (all) => all.map((one) => one.textContent));
  const places = ['first', 'second'].map((one) => order.findIndex((text) => text.includes(`${words} ${one}`)));
  check('both went, in order, once', places[0] >= 0 && places[0] < places[1] && (await message(`${words} first`).count()) === 1, places);

  const seqs = await page.$$eval('.thread [data-seq]', (all) => all.map((one) => Number(one.dataset.seq)));
  check('no hole in the thread', seqs.every((seq, index) => index === 0 || seq === seqs[index - 1] + 1), seqs);

  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(200);
  await shot('inbox-dark');
  await accessible('inbox, dark');
  for (const section of ['channels', 'members', 'api-keys', 'dead-letters', 'appearance']) {
    await page.goto(`${url}/settings/${section}`);
    await page.waitForSelector('main h2');
    await page.waitForTimeout(300);
    await shot(`settings-${section}`);
    await accessible(`settings, ${section}`);
  }

  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${url}/inbox?view=all`);
  await page.locator('[data-conversation-id]').first().waitFor();
  await shot('phone-list');
  await accessible('phone, list');
  await page.locator('[data-conversation-id]').first().click();
  await page.waitForSelector('.thread article[data-message-id]');
  await page.waitForTimeout(300);
  await shot('phone-thread');
  await accessible('phone, thread');
  check('nothing is wider than a phone', await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  check('no script failed and the policy held', broken.length === 0, broken);
} catch (error) {
  check(String(error).slice(0, 400), false);
  await shot('failed');
} finally {
  await browser.close();
}
process.exit(failed > 0 ? 1 : 0);
