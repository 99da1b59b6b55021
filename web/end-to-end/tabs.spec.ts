import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { House, until } from './support/house';
import { accessible, live, open, shown, signIn } from './support/page';

let house: House;
test.beforeAll(async () => { house = await House.open(); });
test.afterAll(async () => { await house.close(); });

/** Sockets that the server has open now. */
async function sockets(): Promise<number> {
  const text = await (await fetch(`${house.url}/metrics`)).text();
  return [...text.matchAll(/^switchboard_socket_open\{[^}]*\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Another tab of the same browser, at the conversation. */
async function another(context: BrowserContext, id: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${house.url}/inbox/${id}`);
  await live(page);
  await expect(page.locator('article[data-message-id]').first()).toBeVisible();
  return page;
}

/** What a page shows is what the server has. */
async function whole(page: Page, id: string, texts: string[]): Promise<void> {
  await expect(page.locator(`article[aria-label*=": ${texts.at(-1) ?? ''}, "]`)).toBeVisible();
  const server = await house.items(id);
  await expect.poll(() => shown(page)).toEqual(server.map(({ id: item, seq, state }) => ({ id: item, seq, state })));
  for (const text of texts) await expect(page.locator(`article[aria-label*=": ${text}, "]`)).toHaveCount(1);
}

for (const way of ['a shared worker', 'a tab that leads'] as const)
  test(`three tabs share one socket through ${way}, and none loses or doubles a message when one is closed`, async ({ browser }) => {
    const context = await browser.newContext();
    if (way === 'a tab that leads') await context.addInitScript(() => { Reflect.deleteProperty(window, 'SharedWorker'); });
    const phone = way === 'a tab that leads' ? '447700900302' : '447700900301';
    const name = way === 'a tab that leads' ? 'Lena Fischer' : 'Omar Haddad';
    house.say(phone, name, 'word 0');
    const id = await house.conversationOf(name);
    const first = await context.newPage();
    await signIn(first, house.url);
    await open(first, id);
    const second = await another(context, id);
    const third = await another(context, id);
    await until('one socket for three tabs', async () => (await sockets()) === 1);

    const said = ['word 0'];
    const say = (count: number) => {
      for (let n = 0; n < count; n += 1) {
        said.push(`word ${String(said.length)}`);
        house.say(phone, name, said.at(-1) ?? '');
      }
    };
    say(5);
    await house.conversationOf(name, said.length);
    for (const page of [first, second, third]) await whole(page, id, said);
    expect(await sockets()).toBe(1);

    // The one that opened the line, and leads where one does, is closed in the middle of it.
    say(5);
    await first.close();
    say(5);
    await house.conversationOf(name, said.length);
    for (const page of [second, third]) {
      await live(page);
      await whole(page, id, said);
    }
    await until('still one socket', async () => (await sockets()) === 1);

    // And the one that came after it.
    say(3);
    await second.close();
    say(3);
    await house.conversationOf(name, said.length);
    await live(third);
    await whole(third, id, said);
    await until('still one socket', async () => (await sockets()) === 1);
    await accessible(third);

    await context.close();
    await until('no socket without a tab', async () => (await sockets()) === 0);
  });

test('whoever signs out in one tab is out in all, and the socket is closed', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, house.url);
  const other = await context.newPage();
  await other.goto(`${house.url}/inbox`);
  await live(other);
  await until('one socket for two tabs', async () => (await sockets()) === 1);
  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(other).toHaveURL(/\/signin/);
  await until('no socket', async () => (await sockets()) === 0);
  await signIn(other, house.url);
  await live(other);
  await context.close();
});
