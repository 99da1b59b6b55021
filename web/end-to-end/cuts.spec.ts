import { expect, test } from '@playwright/test';
import { Cutter } from './support/cutter';
import { House } from './support/house';
import { live, open, shown, signIn } from './support/page';

/** `CUTS=200` for a long run. */
const CUTS = Number(process.env['CUTS'] ?? 50);
const SEED = Number(process.env['CUT_SEED'] ?? Date.now() % 1_000_000);

test('a page whose connection is cut again and again at random bytes ends equal to the server', async ({ page }) => {
  test.info().annotations.push({ type: 'seed', description: `CUT_SEED=${SEED}` });
  const house = await House.open();
  const cutter = await Cutter.before(house.port, CUTS, SEED);
  try {
    house.say('447700900121', 'Ingrid Solheim', 'message 0');
    const id = await house.conversationOf('Ingrid Solheim');
    await signIn(page, `http://127.0.0.1:${cutter.port}`);
    await open(page, id);
    let said = 0;
    while (cutter.cuts < CUTS) {
      said += 1;
      house.say('447700900121', 'Ingrid Solheim', `message ${said}`);
      if (said % 7 === 0) {
        await house.call('POST', `/api/v1/conversations/${id}/messages`, {
          type: 'text',
          text: { body: `answer ${said}` },
        });
      }
      // The page must notice a cut and be back before the next: its pace is the test's.
      await page.waitForTimeout(60);
      expect(said, `${cutter.cuts} cuts after ${said} messages, CUT_SEED=${SEED}`).toBeLessThan(2_500);
    }
    await house.conversationOf('Ingrid Solheim', said + 1);
    await live(page);
    const server = await house.items(id);
    const last = server.at(-1);
    await expect(page.locator(`[data-message-id="${last?.id ?? ''}"]`)).toBeVisible({ timeout: 30_000 });
    // Scrolled back to the beginning, each item is there once, and in order.
    const seen = new Map<number, string>();
    for (let turn = 0; turn < 1_500 && !seen.has(1); turn += 1) {
      for (const item of await shown(page)) {
        expect(seen.get(item.seq) ?? item.id).toBe(item.id);
        seen.set(item.seq, item.id);
      }
      await page.locator('[data-message-id]').first().hover();
      await page.mouse.wheel(0, -300);
      await page.waitForTimeout(50);
    }
    expect([...seen].sort(([a], [b]) => a - b)).toEqual(server.map(({ id, seq }) => [seq, id]));
  } finally {
    cutter.close();
    await house.close();
  }
});
