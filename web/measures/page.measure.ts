/** What an agent feels: `npm run measure` prints it as a table. It passes or fails nothing: read the ratios. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type CDPSession, type Page } from '@playwright/test';
import { House, until } from '../end-to-end/support/house';
import { live, signIn } from '../end-to-end/support/page';
import { crowd, deliverAll, nameOf, phoneOf, talker, traffic } from './crowd';

const CROWD = Number(process.env['CROWD'] ?? 100_000);
const TALKER = { phone: '4915100000001', name: 'Tala Lang', messages: Number(process.env['TALKER'] ?? 5_000) };
const BEHIND = 5_000;
/** What an agent does in an hour: conversations opened, answers, and messages of all customers meanwhile. */
const HOUR = { opened: 120, answers: 60, messages: 3_600 };

type Figure = { what: string; ours: string; bare: string; ratio: string };
const figures: Figure[] = [];

const at = (all: number[], share: number): number => [...all].sort((one, other) => one - other)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? NaN;
const ms = (all: number[]): string => `${at(all, 0.5).toFixed(1)} / ${at(all, 0.95).toFixed(1)} ms`;

function note(what: string, ours: number[], bare: number[]): void {
  figures.push({ what, ours: ms(ours), bare: ms(bare), ratio: (at(ours, 0.5) / at(bare, 0.5)).toFixed(2) });
  console.log(figures.at(-1));
}

/** The same markup with the same styles, and no program: what the browser itself takes. */
async function bareOf(page: Page): Promise<Page> {
  const markup = await page.evaluate(() => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    for (const one of copy.querySelectorAll('script, link[rel=modulepreload], link[rel=manifest]')) one.remove();
    return `<!doctype html>${copy.outerHTML}`;
  });
  // Of its own: the worker of the app would answer with the app.
  const context = await page.context().browser()?.newContext({ viewport: page.viewportSize(), serviceWorkers: 'block' });
  if (!context) throw new Error('no browser');
  const bare = await context.newPage();
  const address = new URL('/bare', page.url()).href;
  await bare.route(address, (route) => route.fulfill({ contentType: 'text/html', body: markup }));
  await bare.goto(address);
  await expect(bare.locator('main.thread article').first()).toBeVisible();
  return bare;
}

/** Milliseconds from the key until what it changed was painted, of each key. */
async function typing(page: Page, selector: string, words: string): Promise<number[]> {
  await page.locator(selector).click();
  await page.evaluate((field) => {
    const painted: number[] = [];
    Object.assign(window, { painted });
    const port = new MessageChannel();
    const waiting: number[] = [];
    // A message is taken after the frame was painted.
    port.port1.onmessage = () => { for (const from of waiting.splice(0)) painted.push(performance.now() - from); };
    document.querySelector(field)?.addEventListener('keydown', (event) => {
      const from = event.timeStamp;
      requestAnimationFrame(() => { waiting.push(from); port.port2.postMessage(null); });
    });
  }, selector);
  await page.locator(selector).pressSequentially(words, { delay: 40 });
  await expect.poll(() => page.evaluate(() => (window as unknown as { painted: number[] }).painted.length)).toBeGreaterThanOrEqual(words.length);
  return page.evaluate(() => (window as unknown as { painted: number[] }).painted);
}

/** Frames that came late while the list was scrolled, of how many. */
async function scrolling(page: Page): Promise<{ late: number; frames: number; longest: number }> {
  const box = await page.locator('[role=listbox]').first().boundingBox();
  await page.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 200);
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    let before = performance.now();
    const next = (time: number): void => { seen.push(time - before); before = time; requestAnimationFrame(next); };
    requestAnimationFrame(next);
  });
  for (let turn = 0; turn < 120; turn += 1) {
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(16);
  }
  return page.evaluate(() => {
    const seen = (window as unknown as { seen: number[] }).seen.slice(2);
    return { late: seen.filter((gap) => gap > 25).length, frames: seen.length, longest: Math.max(...seen) };
  });
}

async function heap(page: Page, devtools: CDPSession): Promise<{ megabytes: number; nodes: number; listeners: number }> {
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? NaN;
  await page.waitForLoadState();
  return { megabytes: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

test('an agent with a hundred thousand conversations', async ({ page }) => {
  const house = await House.open();
  try {
    await crowd(house, CROWD);
    await talker(house, TALKER.phone, TALKER.name, TALKER.messages);
    const long = await house.conversationOf(TALKER.name, TALKER.messages);
    await deliverAll(house, Array.from({ length: 40 }, (_, nth) => ({ phone: phoneOf(nth), name: nameOf(nth), text: 'And one more thing.', at: Math.floor(Date.now() / 1_000) })));
    await signIn(page, house.url);
    await page.locator('#tab-all').click();
    const cards = page.locator('.card[data-conversation-id]');
    await expect(cards.first()).toBeVisible();

    // From a click until the other conversation was painted.
    const ids = await cards.evaluateAll((all) => all.slice(0, 8).map((card) => card.getAttribute('data-conversation-id') ?? ''));
    const opened = async (id: string): Promise<number> => {
      const waiting = page.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const port = new MessageChannel();
            document.addEventListener('click', (event) => {
              const from = event.timeStamp;
              port.port1.onmessage = () => { resolve(performance.now() - from); };
              const look = (): void => {
                const there = document.querySelector(`[data-open-conversation="${wanted}"] article[data-message-id]`);
                if (there) requestAnimationFrame(() => { port.port2.postMessage(null); });
                else requestAnimationFrame(look);
              };
              look();
            }, { once: true, capture: true });
          }),
        id,
      );
      await page.locator(`.card[data-conversation-id="${id}"]`).click();
      return waiting;
    };
    const first: number[] = [];
    const again: number[] = [];
    for (const id of ids) first.push(await opened(id));
    for (let turn = 0; turn < 4; turn += 1) for (const id of ids) again.push(await opened(id));
    const bare = await bareOf(page);
    const swapped = await bare.evaluate(async () => {
      const thread = document.querySelector('main.thread');
      const markup = thread?.innerHTML ?? '';
      const took: number[] = [];
      const port = new MessageChannel();
      for (let turn = 0; turn < 32; turn += 1) {
        const from = performance.now();
        if (thread) thread.innerHTML = markup;
        await new Promise((resolve) => {
          port.port1.onmessage = resolve;
          requestAnimationFrame(() => { port.port2.postMessage(null); });
        });
        took.push(performance.now() - from);
      }
      return took;
    });
    note('another conversation, seen before', again, swapped);
    note('another conversation, for the first time', first, swapped);

    // The list, scrolled.
    await page.bringToFront();
    const ours = await scrolling(page);
    await bare.bringToFront();
    const theirs = await scrolling(bare);
    const share = (one: typeof ours): string => `${((one.late / one.frames) * 100).toFixed(1)} % of ${String(one.frames)}, longest ${one.longest.toFixed(0)} ms`;
    figures.push({ what: 'late frames while the list is scrolled', ours: share(ours), bare: share(theirs), ratio: '' });

    // Keys while everybody writes, in a thread of thousands.
    await page.bringToFront();
    await page.goto(`${house.url}/inbox/${long}?view=all`);
    await live(page);
    const field = '#composer textarea';
    await expect(page.locator(field)).toBeVisible();
    const words = 'The parts are here and your bicycle is ready on Friday at noon. ';
    const quiet = await typing(page, field, words);
    const still = await bareOf(page);
    const base = await typing(still, field, words);
    await page.bringToFront();
    const busy = traffic(house, 50, CROWD);
    const loud = await typing(page, field, words);
    await busy.stop();
    note('a key, while nothing happens', quiet, base);
    note('a key, while 50 messages a second arrive', loud, base);
    for (const one of [still, bare]) await one.context().close();
    await page.locator(field).fill('');

    // A page that was away while much happened.
    await page.evaluate(() => {
      const changes: number[] = [];
      Object.assign(window, { changes });
      new MutationObserver(() => {
        const frame = Math.round(performance.now());
        if (changes.at(-1) !== frame) changes.push(frame);
      }).observe(document.querySelector('[role=listbox]') ?? document.body, { childList: true, subtree: true, characterData: true });
    });
    await page.context().setOffline(true);
    await expect(page.locator('[data-connection]').first()).not.toHaveAttribute('data-connection', 'live', { timeout: 60_000 });
    await deliverAll(house, Array.from({ length: BEHIND }, (_, nth) => ({ phone: phoneOf(nth % CROWD), name: nameOf(nth % CROWD), text: `While you were away ${String(nth)}`, at: Math.floor(Date.now() / 1_000) })));
    const before = await page.evaluate(() => (window as unknown as { changes: number[] }).changes.length);
    const back = Date.now();
    await page.context().setOffline(false);
    await live(page);
    const caughtUp = Date.now() - back;
    await expect(cards.first()).toContainText('While you were away');
    const updates = await page.evaluate((from) => (window as unknown as { changes: number[] }).changes.slice(from), before);
    figures.push({ what: `${String(BEHIND)} events behind, and caught up`, ours: `${String(updates.length)} updates of the list, ${(caughtUp / 1_000).toFixed(2)} s with the reconnect`, bare: '', ratio: '' });

    // An hour's work.
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const begin = await heap(page, devtools);
    for (let nth = 0; nth < HOUR.opened; nth += 1) {
      const share = HOUR.messages / HOUR.opened;
      await deliverAll(house, Array.from({ length: share }, (_, one) => ({ phone: phoneOf((nth * 37 + one) % CROWD), name: nameOf((nth * 37 + one) % CROWD), text: `In this hour ${String(nth)}.${String(one)}`, at: Math.floor(Date.now() / 1_000) })));
      const card = cards.nth(nth % 6);
      await card.click();
      await expect(page.locator('article[data-message-id]').last()).toBeVisible();
      if (nth % (HOUR.opened / HOUR.answers) === 0) {
        await page.locator(field).fill(`We look at it now (${String(nth)}).`);
        await page.keyboard.press('Enter');
      }
    }
    await until('the answers to be sent', async () => (await page.locator('article[data-state=sending]').count()) === 0);
    const end = await heap(page, devtools);
    const say = (one: typeof begin): string => `${one.megabytes.toFixed(1)} MB, ${String(one.nodes)} nodes, ${String(one.listeners)} listeners`;
    figures.push({ what: `an hour's work (${String(HOUR.opened)} opened, ${String(HOUR.answers)} answers, ${String(HOUR.messages)} messages)`, ours: `${say(begin)} → ${say(end)}`, bare: '', ratio: (end.megabytes / begin.megabytes).toFixed(2) });
  } finally {
    await house.close();
    const table = ['| what | Switchboard | bare page of the same markup | ratio |', '|---|---|---|---|', ...figures.map((one) => `| ${one.what} | ${one.ours} | ${one.bare} | ${one.ratio} |`)].join('\n');
    console.log(`\n${String(CROWD)} conversations, a thread of ${String(TALKER.messages)}; median / 95th of a hundred\n\n${table}\n`);
    const out = process.env['MEASURE_OUT'];
    if (out) writeFileSync(join(out, 'page.md'), `${table}\n`);
  }
});
