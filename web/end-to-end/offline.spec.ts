import { expect, type Page, test } from '@playwright/test';
import { House, until } from './support/house';
import { accessible, live, open, signIn } from './support/page';

let house: House;
test.beforeAll(async () => { house = await House.open(); });
test.afterAll(async () => { await house.close(); });

/** How much is kept on the device: lists, threads and the app's own files. */
async function kept(page: Page): Promise<{ shells: number; threads: number; files: number }> {
  return page.evaluate(async () => {
    const count = (name: string) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('switchboard', 1);
        opening.onerror = () => { reject(new Error('no database')); };
        opening.onsuccess = () => {
          const counting = opening.result.transaction(name).objectStore(name).count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      });
    return { shells: await count('shell'), threads: await count('threads'), files: (await (await caches.open('switchboard-shell-1')).keys()).length };
  });
}

async function isKept(page: Page, threads: number): Promise<void> {
  await until('what was read is kept', async () => {
    const now = await kept(page);
    return now.shells === 1 && now.threads >= threads && now.files > 20;
  });
}

test('without the server the app is read, also after it was loaded anew; what is written is queued, and goes once', async ({ page }) => {
  house.say('447700900321', 'Noor Bakker', 'Does the lamp fit the old frame?');
  house.say('447700900322', 'Ivo Novak', 'Thank you for the quick answer');
  const id = await house.conversationOf('Noor Bakker');
  const other = await house.conversationOf('Ivo Novak');
  await signIn(page, house.url);
  await open(page, other);
  await open(page, id);
  await isKept(page, 2);

  await house.down();
  await expect(page.locator('[data-as-of]').first()).toHaveText(/^As of \d\d:\d\d$/);
  await page.reload();
  await expect(page.locator(`[data-conversation-id="${id}"]`)).toBeVisible();
  await expect(page.locator('article', { hasText: 'Does the lamp fit the old frame?' })).toBeVisible();
  await expect(page.locator('[data-as-of]').first()).toBeVisible();
  await page.locator(`[data-conversation-id="${other}"]`).click();
  await expect(page.locator('article', { hasText: 'Thank you for the quick answer' })).toBeVisible();
  await page.locator(`[data-conversation-id="${id}"]`).click();

  const send = page.getByRole('button', { name: /^Queue/ });
  await expect(send).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('#composer .strip')).toContainText('We check the window again before it goes.');
  await page.locator('#composer textarea').fill('It does, with the longer screw.');
  await send.click();
  const bubble = page.locator('article', { hasText: 'It does, with the longer screw.' });
  await expect(bubble).toContainText('Goes when you’re back online');
  await accessible(page);

  // It also survives the page.
  await page.reload();
  await expect(bubble).toContainText('Goes when you’re back online', { timeout: 60_000 });

  await house.up();
  await live(page);
  await expect(page.locator('[data-as-of]')).toHaveCount(0);
  await expect(bubble).toHaveAttribute('data-state', /sent|delivered|read/, { timeout: 30_000 });
  await expect(bubble).toHaveCount(1);
  const items = (await house.call('GET', `/api/v1/conversations/${id}/messages?limit=50`))['messages'] as { direction: string }[];
  expect(items.filter((one) => one.direction === 'out')).toHaveLength(1);
});

test('what was queued is asked about before it goes, and stays with its reason where it may not', async ({ page, context }) => {
  house.say('447700900323', 'Petra Lindqvist', 'Stop by any time');
  const id = await house.conversationOf('Petra Lindqvist');
  await signIn(page, house.url);
  await open(page, id);
  const asked: string[] = [];
  page.on('request', (request) => { if (request.url().includes(`/conversations/${id}/`)) asked.push(`${request.method()} ${new URL(request.url()).pathname.split('/').pop() ?? ''}`); });
  await context.setOffline(true);
  await expect(page.getByRole('button', { name: /^Queue/ })).toBeVisible();
  await page.locator('#composer textarea').fill('See you tomorrow.');
  await page.getByRole('button', { name: /^Queue/ }).click();
  const queuedAt = Date.now();
  const bubble = page.locator('article', { hasText: 'See you tomorrow.' });
  await expect(bubble).toContainText('Queued');
  const contact = ((await house.call('GET', `/api/v1/conversations/${id}`))['contact'] as { id: string }).id;
  await house.call('PATCH', `/api/v1/contacts/${contact}`, { blocked: true });
  await until('it waited a while', () => Promise.resolve(Date.now() - queuedAt > 3_500));
  await context.setOffline(false);
  await live(page);
  await expect(bubble).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
  await expect(bubble).toContainText(/blocked/i);
  expect(asked).toContain('GET permission');
  expect(asked).not.toContain('POST messages');
  await accessible(page);
  // Its words are not lost.
  await bubble.getByRole('button', { name: 'Back to the draft' }).click();
  await house.call('PATCH', `/api/v1/contacts/${contact}`, { blocked: false });
  await expect(page.locator('#composer textarea')).toHaveValue('See you tomorrow.');
});

test('a change without a line waits, is made when it is back, and not over a colleague’s', async ({ page, context }) => {
  house.say('447700900325', 'Greta Holm', 'The light flickers');
  const id = await house.conversationOf('Greta Holm');
  const status = async () => (await house.call('GET', `/api/v1/conversations/${id}`))['status'];
  await signIn(page, house.url);
  await open(page, id);
  await isKept(page, 1);
  const resolve = page.locator('.thread .head').getByRole('button', { name: 'Resolve', exact: true });
  const offline = page.locator('[data-connection="offline"]').first();
  const waiting = page.locator('[data-change="waiting"]');
  const refused = page.locator('[data-change="refused"]');

  await context.setOffline(true);
  await offline.waitFor({ state: 'attached', timeout: 60_000 });
  await resolve.click();
  await expect(waiting).toContainText('Resolved: done when you’re back online.');
  await expect(page.locator('.thread .head')).toContainText('Resolved');
  await accessible(page);
  // Taken back it is as it was.
  await waiting.getByRole('button', { name: 'Cancel' }).click();
  await expect(waiting).toHaveCount(0);
  await resolve.click();
  expect(await status()).toBe('open');
  await context.setOffline(false);
  await live(page);
  await expect(waiting).toHaveCount(0);
  await expect.poll(status).toBe('resolved');

  await house.call('POST', `/api/v1/conversations/${id}/status`, { status: 'open' });
  await expect(resolve).toBeVisible();
  await context.setOffline(true);
  await offline.waitFor({ state: 'attached', timeout: 60_000 });
  await resolve.click();
  await expect(waiting).toBeVisible();
  await house.call('POST', `/api/v1/conversations/${id}/status`, { status: 'pending' });
  await context.setOffline(false);
  await live(page);
  await expect(refused).toContainText('It was changed meanwhile and is now: Pending.');
  await accessible(page);
  expect(await status()).toBe('pending');
  await refused.getByRole('button', { name: 'Do it anyway' }).click();
  await expect.poll(status).toBe('resolved');
  await expect(refused).toHaveCount(0);
});

test('nothing stays on the device of whoever signs out, or wants nothing kept', async ({ page }) => {
  house.say('447700900324', 'Samir Aziz', 'Hello');
  const id = await house.conversationOf('Samir Aziz');
  await signIn(page, house.url);
  await open(page, id);
  await isKept(page, 1);
  await page.goto(`${house.url}/settings/appearance`);
  await page.getByRole('radio', { name: 'Keep nothing' }).check();
  await expect.poll(() => kept(page)).toMatchObject({ shells: 0, threads: 0 });
  await page.getByRole('radio', { name: /^Keep what was read/ }).check();
  await page.goto(`${house.url}/inbox/${id}`);
  await live(page);
  await isKept(page, 1);
  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/signin/);
  expect(await kept(page)).toMatchObject({ shells: 0, threads: 0 });
});
