import { deflateSync, crc32 } from 'node:zlib';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

const arrived = /sent|delivered|read/;

/** A grey picture of this size. */
function picture(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height, 0x80);
  for (let line = 0; line < height; line += 1) lines[line * (width + 1)] = 0;
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0))]);
}

async function begin(page: Page, phone: string, name: string, words = 'Hello?'): Promise<string> {
  house.say(phone, name, words);
  const id = await house.conversationOf(name);
  await signIn(page, house.url);
  await open(page, id);
  return id;
}

const lastSent = (page: Page, words: string): Locator => page.locator('article[data-direction="out"]', { hasText: words });

async function insert(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Buttons, list or link', exact: true }).click();
  return page.getByRole('dialog');
}

test('words show WhatsApp’s own signs and pages to open, whoever wrote them', async ({ page }) => {
  await begin(page, '447700900251', 'Lin Marks', 'Look at *https://vela.example/a_b_c*, _please_ <img src=x onerror=alert(1)> javascript:alert(1)');
  const theirs = page.locator('article[data-direction="in"] .bubble');
  await expect(theirs.getByRole('link')).toHaveCount(1);
  const link = theirs.getByRole('link', { name: 'https://vela.example/a_b_c' });
  await expect(link).toHaveAttribute('href', 'https://vela.example/a_b_c');
  await expect(link).toHaveAttribute('target', '_blank');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(theirs.locator('b')).toHaveText('https://vela.example/a_b_c');
  await expect(theirs.locator('i')).toHaveText('please');
  await expect(theirs).toContainText('<img src=x onerror=alert(1)> javascript:alert(1)');
  await page.getByRole('textbox', { name: 'Reply' }).fill('It is ~gone~ *here*');
  await page.keyboard.press('Enter');
  const ours = lastSent(page, 'It is');
  await expect(ours).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(ours.locator('s')).toHaveText('gone');
  await expect(ours.locator('b')).toHaveText('here');
  await accessible(page);
});

test('a template stands as the customer got it: header, words, footer, and where its buttons lead', async ({ page }) => {
  await house.call('GET', `/api/v1/templates?channel_id=${house.channelId}&fresh=true`);
  const id = await begin(page, '447700900252', 'Tess Whole');
  const template = { name: 'order_shipped', language: 'en_US', header: [{ text: '42' }], body: [{ text: 'Tess' }, { text: '42' }], buttons: [{ index: 0, value: '42' }] };
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'template', template });
  const sent = lastSent(page, 'Good news Tess');
  await expect(sent).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(sent.locator('b', { hasText: 'Order 42' })).toBeVisible();
  await expect(sent.getByRole('link', { name: 'https://shop.example/track/42' })).toBeVisible();
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'template', template: { name: 'sign_in_code', language: 'en_US', body: [{ text: '123456' }] } });
  const code = lastSent(page, 'is your verification code');
  await expect(code).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(code.locator('.tap .detail')).toHaveText('123456');
  await expect(code.locator('.tap')).not.toContainText('whatsapp.com');
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'template', template: { name: 'bike_ready', language: 'en_US', body: [{ text: 'Tess' }, { text: 'Vela 7' }, { text: 'noon' }] } });
  const ready = lastSent(page, 'Hi Tess, your Vela 7');
  await expect(ready).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(ready).toContainText('Spoke & Chain workshop');
  await accessible(page);
});

test('a list that was sent opens as it does for them, and a link shows its page', async ({ page }) => {
  await begin(page, '447700900253', 'Filip List');
  const dialog = await insert(page);
  await dialog.getByLabel('What they tap').selectOption('list');
  await dialog.getByLabel('Message', { exact: true }).fill('Pick a bike');
  await dialog.getByLabel('Button that opens the list').fill('Bikes');
  await dialog.getByLabel('Title of section 1 (optional)').fill('City');
  await dialog.getByLabel('Row 1', { exact: true }).fill('Blue');
  await dialog.getByLabel('Description of row 1', { exact: true }).fill('With a basket');
  await expect(dialog.getByRole('region', { name: 'As they see it' }).getByText('With a basket')).toBeVisible();
  await dialog.getByRole('button', { name: 'Send' }).click();
  const sent = lastSent(page, 'Pick a bike');
  await expect(sent).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  const button = sent.getByRole('button', { name: 'Bikes' });
  await expect(button).toHaveAttribute('aria-expanded', 'false');
  await expect(sent.getByText('With a basket')).toHaveCount(0);
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(sent.getByText('City')).toBeVisible();
  await expect(sent.getByRole('listitem')).toHaveText(['BlueWith a basket']);
  await accessible(page);
  await insert(page);
  await dialog.getByLabel('What they tap').selectOption('cta_url');
  await dialog.getByLabel('Message', { exact: true }).fill('Your order');
  await dialog.getByLabel('Words on the button').fill('Track');
  await dialog.getByLabel('Page').fill('https://shop.example/1');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(lastSent(page, 'Your order').getByRole('link', { name: 'https://shop.example/1' })).toBeVisible();
});

test('a film and a file above buttons are shown as those that go by themselves', async ({ page }) => {
  const id = await begin(page, '447700900254', 'Vera Above');
  const film = await house.upload('video', 'ride.mp4', Buffer.from('\0\0\0\x20ftypisom a film', 'latin1'));
  const file = await house.upload('document', 'prices.pdf', Buffer.from('%PDF-1.7 prices'));
  const asks = (header: unknown, body: string) => house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'interactive', interactive: { header, body, action: { type: 'buttons', buttons: [{ id: '1', title: 'Yes' }] } } });
  await asks({ type: 'video', video: { media_id: film } }, 'Seen it?');
  await asks({ type: 'document', document: { media_id: file, filename: 'prices.pdf' } }, 'Read it?');
  // It is none that a browser plays.
  await expect(lastSent(page, 'Seen it?')).toContainText('It can’t be shown here.');
  await expect(lastSent(page, 'Seen it?').getByRole('link', { name: 'Download' })).toHaveAttribute('href', `/api/v1/media/${film}`);
  const document = lastSent(page, 'Read it?').locator('.filebox');
  await expect(document).toContainText('prices.pdf');
  await expect(document).toContainText('PDF · 15 B');
  const [above, words] = await Promise.all([document.boundingBox(), lastSent(page, 'Read it?').getByText('Read it?').boundingBox()]);
  expect((words?.y ?? 0) - ((above?.y ?? 0) + (above?.height ?? 0))).toBeGreaterThanOrEqual(4);
  await accessible(page);
});

test('a bubble is as wide as its picture, and a picture that does not come says so and is asked for until it does', async ({ page }) => {
  const id = await begin(page, '447700900255', 'Wim Wide');
  const wide = await house.upload('image', 'wide.png', picture(1_600, 900));
  let down = true;
  await page.route(`**/api/v1/media/${wide}*`, (route) => (down ? route.abort() : route.continue()));
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'image', image: { media_id: wide, caption: 'These words are longer than the picture is wide, and take as many lines as they need.' } });
  const sent = page.locator('article[data-direction="out"]');
  await expect(sent.getByText('It can’t be loaded now. We keep trying.')).toBeVisible();
  await expect(sent.getByRole('button', { name: 'Try again' })).toBeVisible();
  await accessible(page);
  down = false;
  const image = sent.locator('img.picture');
  await expect.poll(() => image.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth)).toBeGreaterThan(0);
  const [bubble, shown] = await Promise.all([sent.locator('.bubble').boundingBox(), image.boundingBox()]);
  expect(shown?.width).toBe(320);
  expect((bubble?.width ?? 0) - (shown?.width ?? 0)).toBeLessThanOrEqual(12);
});

test('a file whose bytes are lost says so and is not asked for again', async ({ page }) => {
  const id = await begin(page, '447700900256', 'Lou Lost');
  const image = await house.upload('image', 'lost.png', picture(300, 200));
  const file = await house.upload('document', 'lost.pdf', Buffer.from('%PDF-1.7 lost'));
  house.loseFiles();
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'image', image: { media_id: image } });
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'document', document: { media_id: file, filename: 'lost.pdf' } });
  const sent = page.locator('article[data-direction="out"]');
  const lost = sent.getByText('It is lost: its bytes are not in our storage any more.');
  await expect(lost).toHaveCount(1);
  await sent.getByRole('link', { name: /lost\.pdf/ }).click();
  await expect(lost).toHaveCount(2);
  await expect(sent.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await accessible(page);
});
