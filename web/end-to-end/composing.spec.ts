import { expect, test, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open({ rates: `from,country,calling_code,category,currency,amount\n2026-07-01,GB,44,service,GBP,0.0456\n2026-07-01,GB,44,utility,GBP,0.033\n` });
});

test.afterAll(async () => {
  await house.close();
});

/** A picture of one pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC', 'base64');

const arrived = /sent|delivered|read/;

async function begin(page: Page, phone: string, name: string): Promise<string> {
  house.say(phone, name, 'Hello?');
  const id = await house.conversationOf(name);
  await signIn(page, house.url);
  await open(page, id);
  return id;
}

/** The number's state at the provider, seen by us. */
async function numberIs(status: string): Promise<void> {
  house.order({ number: { status } });
  await expect.poll(async () => {
    const channel = await house.call('POST', `/api/v1/channels/${house.channelId}/check`, {});
    return (channel['facts'] as { status?: string }).status;
  }).toBe(status);
}

test('a number that breaks says so where one writes, holds back exactly what would be refused, and mends without a reload', async ({ page }) => {
  const id = await begin(page, '447700900171', 'Nora Lind');
  const reply = page.getByRole('textbox', { name: 'Reply' });
  await reply.fill('Half a sentence');
  await expect(page.getByText('Service, charged after the month’s free ones')).toBeVisible();
  await numberIs('BANNED');
  const strip = page.locator('#composer-refused');
  await expect(strip).toContainText("WhatsApp banned this number. Look at the channel's settings.");
  await expect(page.getByRole('button', { name: /^Send/ })).toBeDisabled();
  await reply.press('Control+Enter');
  await expect(reply).toHaveValue('Half a sentence');
  // The menu is walked with the keyboard: each item is reached, says why, and does nothing.
  await page.getByRole('button', { name: 'Insert' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: /WhatsApp banned this number/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  for (const name of ['Files', 'Buttons, list or link', 'Location', 'Ask for their location', 'Ask for their number', 'Contact card', 'Voice message']) {
    const item = page.getByRole('menuitem', { name, exact: true });
    await expect(item).toBeFocused();
    await expect(item).toHaveAttribute('aria-disabled', 'true');
    await expect(item).toHaveAccessibleDescription(/WhatsApp banned this number/);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Escape');
  await accessible(page);
  await numberIs('CONNECTED');
  await expect(strip).toHaveCount(0);
  await reply.press('Control+Enter');
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Half a sentence' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  expect((await house.items(id)).length).toBeGreaterThan(1);
});

test('a block and a stop arrive while one writes, in the words of a refused send', async ({ page }) => {
  await begin(page, '447700900172', 'Omar Haddad');
  await page.getByRole('textbox', { name: 'Reply' }).fill('I was about to say');
  house.say('447700900172', 'Omar Haddad', 'STOP');
  await expect(page.locator('#composer-refused')).toContainText('This contact asked us to stop writing.');
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveCount(0);
  await accessible(page);
  // WhatsApp tells times by the second: what is written within that of the stop does not come after it.
  const stopped = Math.floor(Date.now() / 1_000);
  await expect.poll(() => Math.floor(Date.now() / 1_000)).toBeGreaterThan(stopped);
  house.say('447700900172', 'Omar Haddad', 'One more question');
  await expect(page.locator('.strip', { hasText: 'and wrote again' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveValue('I was about to say');
  await page.getByRole('button', { name: 'Template', exact: true }).click();
  await expect(page.locator('.template-option').first()).toHaveAttribute('aria-disabled', 'true');
  // Why stands above, once.
  await expect(page.getByText('asked us to stop writing')).toHaveCount(1);
});

test('a window that closes while one looks closes the composer at that moment, also without the server', async ({ page }) => {
  await page.clock.install();
  await begin(page, '447700900173', 'Pia Holm');
  await page.getByRole('textbox', { name: 'Reply' }).fill('Too late');
  // What was told ahead must be enough.
  await page.route('**/permission', (route) => route.abort());
  await page.clock.fastForward('24:00:01');
  await expect(page.locator('#composer-refused')).toContainText(/The 24-hour window closed at .*Send a template/);
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveCount(0);
});

test('a full limit is told before a template is sent to somebody who has not written', async ({ page }) => {
  house.order({ number: { messaging_limit: 'TIER_1' } });
  await house.call('POST', `/api/v1/channels/${house.channelId}/check`, {});
  const start = (phone: string, message?: unknown) => house.call('POST', '/api/v1/conversations', { channel_id: house.channelId, phone, ...(message ? { message } : {}) });
  const quiet = String((await start('447700900175'))['id']);
  await signIn(page, house.url);
  await page.goto(`${house.url}/inbox/${quiet}`);
  await expect(page.locator('#composer-refused')).toContainText('The customer has not written yet.');
  await expect(page.locator('.template-option').first()).toHaveAttribute('aria-disabled', 'false');
  await start('447700900174', { type: 'template', template: { name: 'still_there', language: 'en_US' } });
  await expect(page.locator('.strip', { hasText: 'There is room again at' })).toBeVisible();
  await expect(page.locator('.template-option').first()).toHaveAttribute('aria-disabled', 'true');
  await accessible(page);
  await page.goto(`${house.url}/settings/channels?channel=${house.channelId}`);
  await expect(page.getByText('As many people were written to first as WhatsApp allows')).toBeVisible();
  house.order({ number: { messaging_limit: 'TIER_2K' } });
  await house.call('POST', `/api/v1/channels/${house.channelId}/check`, {});
});

test('what waits for a number that pauses says for how long, in the thread, the composer and the settings', async ({ page }) => {
  house.say('447700900177', 'Ruth Behr', 'Hi');
  const other = await house.conversationOf('Ruth Behr');
  await begin(page, '447700900176', 'Quentin Roy');
  for (let pause = 0; pause < 3; pause += 1) house.order({ refuse: { code: 130429 } });
  await house.call('POST', `/api/v1/conversations/${other}/messages`, { type: 'text', text: { body: 'too fast' } });
  await expect.poll(async () => ((await house.items(other)) as unknown as { attempts: number }[]).at(-1)?.attempts, { timeout: 20_000 }).toBe(3);
  await page.getByRole('textbox', { name: 'Reply' }).fill('In the queue');
  await page.getByRole('textbox', { name: 'Reply' }).press('Control+Enter');
  await expect(page.locator('article', { hasText: 'In the queue' })).toContainText(/Goes in about (\d+ min )?\d+ s: WhatsApp asked this number to pause/);
  await expect(page.locator('.strip', { hasText: 'What you send goes in about' })).toBeVisible();
  await accessible(page);
  await page.goto(`${house.url}/settings/channels?channel=${house.channelId}`);
  await expect(page.getByText(/One conversation waits to send\. The last message leaves in about \d+ s/)).toBeVisible();
});

test('to one person several go together, and the next says when it goes and why', async ({ page }) => {
  const id = await begin(page, '447700900195', 'Tess Pace');
  for (const words of ['One', 'Two', 'Three', 'Four', 'Five']) await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'text', text: { body: words } });
  const sent = page.locator('article[data-direction="out"]');
  for (const words of ['One', 'Two', 'Three', 'Four', 'Five']) await expect(sent.filter({ hasText: words })).toHaveAttribute('data-state', arrived);
  // Once six seconds have passed, they have to be paid for.
  await expect(page.locator('.composer .strip')).toContainText(/goes in about \d+ s: WhatsApp takes one message in 6 seconds to one person/, { timeout: 25_000 });
  await accessible(page);
  await page.getByLabel('Reply', { exact: true }).fill('Six');
  await page.keyboard.press('Control+Enter');
  await expect(sent.filter({ hasText: 'Six' })).toContainText(/in about \d+ s/);
  await page.getByLabel('Reply', { exact: true }).fill('Seven');
  await page.keyboard.press('Control+Enter');
  // Why is said once, when of each.
  await expect(sent.filter({ hasText: 'Seven' }).locator('.why')).toHaveText(/^Goes in about \d+ s\.Cancel$/);
  await expect(sent.filter({ hasText: 'Six' }).locator('.why')).toContainText('WhatsApp takes one message in 6 seconds to one person.');
  await sent.filter({ hasText: 'Seven' }).getByRole('button', { name: 'Cancel' }).click();
  await expect(sent.filter({ hasText: 'Six' })).toHaveAttribute('data-state', arrived, { timeout: 40_000 });
  const { messages } = (await house.call('GET', `/api/v1/conversations/${id}/messages?limit=10`)) as { messages: { attempts: number; direction: string }[] };
  expect(messages.filter((one) => one.direction === 'out').map((one) => one.attempts)).toEqual([1, 1, 1, 1, 1, 1, 0]);
});

test('buttons have a picture above them, chosen as any other file', async ({ page }) => {
  const id = await begin(page, '447700900178', 'Sara Blom');
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Buttons, list or link' }).click();
  const dialog = page.getByRole('dialog', { name: 'Message with buttons' });
  await dialog.getByLabel('Above the message').selectOption({ label: 'Picture' });
  await dialog.getByLabel('Message', { exact: true }).fill('This one?');
  await dialog.getByLabel('Button 1', { exact: true }).fill('Yes');
  await dialog.getByLabel('Button 2', { exact: true }).fill('No');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog.getByText('Choose a file, or words instead.')).toBeVisible();
  await dialog.locator('input[type=file]').setInputFiles({ name: 'bike.png', mimeType: 'image/png', buffer: PNG });
  await expect(dialog.getByText('bike.png')).toBeVisible();
  await expect(dialog.getByRole('region', { name: 'As they see it' }).getByRole('img', { name: 'Picture' })).toBeVisible();
  await accessible(page);
  // A list has only words above it: the choice is gone, and comes back.
  await dialog.getByLabel('What they tap').selectOption('list');
  await expect(dialog.getByLabel('Above the message')).toHaveCount(0);
  await dialog.getByLabel('What they tap').selectOption('buttons');
  await expect(dialog.getByText('bike.png')).toBeVisible();
  await dialog.getByRole('button', { name: 'Send' }).click();
  const sent = page.locator('article[data-direction="out"]', { hasText: 'This one?' });
  await expect(sent).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(sent.getByRole('img', { name: 'Picture' })).toBeVisible();
  const stored = ((await house.items(id)) as unknown as { type: string; content: { header?: { type: string } } }[]).find((one) => one.type === 'interactive');
  expect(stored?.content.header?.type).toBe('image');
});

test('a WebP goes as a sticker, one too large for that says so, and only a document stands where a document belongs', async ({ page }) => {
  const id = await begin(page, '447700900181', 'Stina Berg');
  const webp = (size: number) => Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0', 'latin1'), Buffer.alloc(size)]);
  const picker = page.locator('.composer input[type=file]');
  await picker.setInputFiles({ name: 'still.webp', mimeType: 'image/webp', buffer: webp(150 * 1_024) });
  await expect(page.locator('.attachment [role=alert]')).toContainText('WhatsApp takes a sticker that does not move up to 100 KB');
  await page.getByRole('button', { name: 'Remove still.webp' }).click();
  await picker.setInputFiles({ name: 'large.webp', mimeType: 'image/webp', buffer: webp(600 * 1_024) });
  await expect(page.locator('.attachments [role=alert]')).toContainText('large.webp is too large');
  await picker.setInputFiles({ name: 'hi.webp', mimeType: 'image/webp', buffer: webp(2_000) });
  await expect(page.locator('.attachment.ready')).toHaveCount(1);
  await page.getByRole('button', { name: /^Send/ }).click();
  await expect.poll(async () => ((await house.items(id)) as unknown as { type: string; state: string }[]).filter((one) => one.type === 'sticker').map((one) => one.state).join()).toMatch(arrived);

  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Buttons, list or link' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Above the message').selectOption({ label: 'File' });
  await dialog.locator('input[type=file]').setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) });
  await expect(dialog.getByText('photo.jpg cannot stand here: WhatsApp takes a PDF, TXT, Word, Excel or PowerPoint file.')).toBeVisible();
});

test('what an answer costs is told before it is sent, in as many words as there is room for', async ({ page }) => {
  await begin(page, '447700900190', 'Pia Price');
  const foot = page.locator('.composer .foot');
  await expect(foot.getByText('About £0.0456: Service, charged after the month’s free ones, by the rates of 1 Jul 2026')).toBeVisible();
  // How long the window stays open is read whole, with the details beside it and without: the price gives way first.
  const left = foot.locator('.window');
  const whole = async (words: RegExp) => {
    await expect(left.getByText(words).filter({ visible: true })).toBeInViewport({ ratio: 1 });
    expect(await left.evaluate((mark) => mark.scrollWidth <= mark.clientWidth)).toBe(true);
  };
  await expect(page.getByRole('button', { name: 'Record what they said' })).toBeVisible();
  await whole(/^23h \d+m left$/);
  await expect(foot.getByText('about £0.0456', { exact: true })).toBeInViewport({ ratio: 1 });
  await page.setViewportSize({ width: 1_280, height: 800 });
  await expect(foot.getByText('about £0.0456', { exact: true })).toBeInViewport({ ratio: 1 });
  await whole(/23h \d+m/);
  await accessible(page);
  await page.setViewportSize({ width: 1_800, height: 900 });
  await whole(/^Window open, 23h \d+m left$/);
  await page.setViewportSize({ width: 1_440, height: 900 });
  // What a template costs stands beside each, once on the button, and the rest of it in whole words below.
  await page.locator('.composer').getByRole('button', { name: 'Template', exact: true }).click();
  await expect(page.getByRole('option', { name: /Order shipped/ })).toContainText('about £0.033');
  await page.getByRole('option', { name: /Order shipped/ }).click();
  await expect(page.getByRole('button', { name: 'Send template' })).toContainText('about £0.033');
  for (const words of ['Utility, charged, by the rates of 1 Jul 2026', '3 fields are empty']) {
    const line = page.locator('.composer').getByText(words, { exact: true });
    await expect(line).toBeInViewport({ ratio: 1 });
    expect(await line.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
  }
  await expect(page.locator('.composer').getByText('about £0.033').filter({ visible: true })).toHaveCount(1);
  await accessible(page);
});

test('a customer is asked for their number', async ({ page }) => {
  await begin(page, '447700900182', 'Uma Sol');
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Ask for their number' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ask for their number' });
  await expect(dialog).toBeVisible();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Send' }).click();
  const sent = page.locator('article[data-direction="out"]', { hasText: 'Which number can we reach you on?' });
  await expect(sent).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(sent.locator('.tap')).toHaveText('Share phone number');
});

test('what a template is filled with and what becomes of it are seen together', async ({ page }) => {
  await page.setViewportSize({ width: 1_280, height: 800 });
  await begin(page, '447700900183', 'Vito Prek');
  await page.locator('.composer').getByRole('button', { name: 'Template', exact: true }).click();
  await page.getByRole('option', { name: /Order shipped/ }).click();
  await expect(page.getByLabel('Header Order')).toBeFocused();
  await expect(page.getByRole('group', { name: 'Preview' }).getByText('Good news')).toBeInViewport({ ratio: 1 });
  await expect(page.getByLabel('Header Order')).toBeInViewport({ ratio: 1 });
  const [preview, field] = await Promise.all([page.getByRole('group', { name: 'Preview' }).boundingBox(), page.getByLabel('Header Order').boundingBox()]);
  expect(field?.x ?? 0).toBeGreaterThan((preview?.x ?? 0) + (preview?.width ?? 0) - 1);
  await accessible(page);
  await expect(page.getByRole('group', { name: 'Preview' }).getByRole('link')).toHaveCount(0);
  await page.getByLabel('Button “Track”').fill('42');
  await expect(page.getByRole('group', { name: 'Preview' }).getByRole('link')).toHaveText('https://shop.example/track/42');
  await page.getByRole('button', { name: 'Templates', exact: true }).click();
  await expect(page.getByRole('combobox', { name: /Filter/ })).toBeFocused();
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('files and a quote stand above the words, which keep their room, and nothing leaves the screen', async ({ page }) => {
    house.say('447700900180', 'Rina Small', 'Which one?');
    const id = await house.conversationOf('Rina Small');
    await signIn(page, house.url);
    await page.goto(`${house.url}/inbox/${id}`);
    await expect(page.locator('.composer .modes').getByText('about £0.0456', { exact: true })).toBeInViewport({ ratio: 1 });
    const words = page.getByRole('textbox', { name: 'Reply' });
    const width = async () => (await words.boundingBox())?.width ?? 0;
    const alone = await width();
    expect(alone).toBeGreaterThan(150);
    await page.locator('.composer input[type=file]').setInputFiles([
      { name: 'blue.png', mimeType: 'image/png', buffer: PNG },
      { name: 'prices.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 prices') },
    ]);
    await expect(page.locator('.attachment.ready')).toHaveCount(2);
    await page.locator('article').first().getByRole('button', { name: 'More for this message' }).tap();
    await page.getByRole('menuitem', { name: 'Reply to this' }).tap();
    await expect(page.locator('.replying')).toBeVisible();
    expect(await width()).toBe(alone);
    for (const name of ['Attach files', 'Send', 'Insert']) await expect(page.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 });
    await accessible(page);
    await page.locator('.composer input[type=file]').setInputFiles(Array.from({ length: 8 }, (_, index) => ({ name: `${String(index)}.pdf`, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') })));
    await expect(page.locator('.attachment.ready')).toHaveCount(10);
    await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeInViewport({ ratio: 1 });
    expect(await width()).toBe(alone);
  });

  test('a long press on a bubble opens its menu, and scrolling does not', async ({ page }) => {
    house.say('447700900179', 'Tom Aker', 'Press me');
    const id = await house.conversationOf('Tom Aker');
    await signIn(page, house.url);
    await page.goto(`${house.url}/inbox/${id}`);
    const bubble = page.locator('article .bubble', { hasText: 'Press me' }).first();
    await expect(bubble).toHaveAttribute('data-pressable', '');
    const box = await bubble.boundingBox();
    if (!box) throw new Error('the bubble is not there');
    const finger = await page.context().newCDPSession(page);
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
    await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ ...at, y: at.y - 40 }] });
    await page.waitForTimeout(700);
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect(page.getByRole('menu')).toHaveCount(0);
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
    await expect(page.getByRole('menuitem', { name: 'Reply to this' })).toBeVisible();
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await page.getByRole('menuitem', { name: 'Reply to this' }).tap();
    await expect(page.locator('.replying')).toContainText('Press me');
  });
});
