import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

test('while the server cannot write, a banner says so, and what is sent waits until it can', async ({ page }) => {
  const house = await House.open();
  try {
    house.say('447700900121', 'Ingrid Solheim', 'Is it ready?');
    const id = await house.conversationOf('Ingrid Solheim');
    await signIn(page, house.url);
    await open(page, id);
    const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(house.pid), `--fsize=${bytes}:`]);
    const banner = page.locator('[data-store]');
    await expect(banner).toHaveAttribute('data-store', 'ok');

    limit('4096');
    await page.fill('#composer textarea', 'Tomorrow at nine.');
    await page.keyboard.press('Enter');
    await expect(banner).toHaveAttribute('data-store', 'failed');
    await expect(banner).toContainText('New messages are refused and providers will retry');
    await accessible(page);
    // Who comes now is told, too.
    await page.reload();
    await expect(banner).toHaveAttribute('data-store', 'failed');
    expect((await house.items(id)).length).toBe(1);

    limit('unlimited');
    await expect(banner).toHaveAttribute('data-store', 'ok');
    // In the thread: the list shows it, too, once it was taken.
    await expect(page.getByRole('main').getByText('Tomorrow at nine.')).toHaveCount(1);
    await expect.poll(async () => (await house.items(id)).at(-1)?.state, { timeout: 30_000 }).toMatch(/sent|delivered|read/);
    expect((await house.items(id)).length).toBe(2);
  } finally {
    await house.close();
  }
});
