import { expect, test } from '@playwright/test';
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

test('whatever a customer sends is shown for what it is', async ({ page }) => {
  for (const thing of things) house.send('447700900151', 'Sanne Vos', thing);
  const id = await house.conversationOf('Sanne Vos', things.length);
  await signIn(page, house.url);
  await open(page, id);
  const rows = page.locator('article.message[data-direction="in"]');
  for (const words of ['bill-2041.pdf', 'Joris de Wit', 'brake-pads', 'Vela 7', 'Thursday', 'Full service', 'pick it up', 'Shop closes early', 'Spring service, 20% off', '(“poll”)', 'Missed call', '1:02'])
    await expect(rows.filter({ hasText: words }).first()).toBeAttached();
  const sticker = rows.locator('img.sticker');
  await expect.poll(() => sticker.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(192);
  await expect(rows.filter({ hasText: 'bill-2041.pdf' }).getByRole('link')).toHaveAttribute('download', 'bill-2041.pdf');
  await accessible(page);
});

test('what the business wrote on its phone stands as its own, and what the phone kept as old', async ({ page }) => {
  house.history('447700900152', ['is it ready?', 'on Friday', 'thanks'], 60);
  house.say('447700900152', 'Tomas Hill', 'hello again');
  const id = await house.conversationOf('Tomas Hill');
  house.echo('447700900152', 'Come in at noon');
  await signIn(page, house.url);
  await open(page, id);
  const echo = page.locator('article[data-direction="out"]', { hasText: 'Come in at noon' });
  await expect(echo).toContainText('business phone');
  const old = page.locator('article.message', { hasText: 'thanks' });
  await expect(old).toContainText('From the phone');
  await expect(page.locator('article[data-direction="out"]', { hasText: 'on Friday' })).toHaveAttribute('data-state', 'read');
  await accessible(page);
});
