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

/** A picture of one pixel. */
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC', 'base64');

test('a picture is attached, uploaded with the words as its caption, and shown where it went', async ({ page }) => {
  house.say('447700900141', 'Marta Nowak', 'Do you have a photo of the blue one?');
  const id = await house.conversationOf('Marta Nowak');
  await signIn(page, house.url);
  await open(page, id);
  await page.locator('input[type=file]').setInputFiles([
    { name: 'blue.png', mimeType: 'image/png', buffer: png },
    { name: 'prices.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 prices') },
  ]);
  await expect(page.locator('.attachment.ready')).toHaveCount(2);
  await accessible(page);
  await page.getByLabel('Reply', { exact: true }).last().fill('This one');
  await page.keyboard.press('Enter');
  const picture = page.locator('article[data-direction="out"]', { hasText: 'This one' });
  await expect(picture).toHaveAttribute('data-state', /sent|delivered|read/, { timeout: 30_000 });
  await expect(picture.locator('img.picture')).toBeVisible();
  await expect.poll(() => picture.locator('img.picture').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  await expect(page.locator('article[data-direction="out"]', { hasText: 'prices.pdf' })).toHaveAttribute('data-state', /sent|delivered|read/, { timeout: 30_000 });
  await picture.getByRole('button', { name: /larger/ }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a file that is too large or empty says so before it leaves, and one can be taken out again', async ({ page }) => {
  house.say('447700900142', 'Piet Bos', 'Can you send the manual?');
  const id = await house.conversationOf('Piet Bos');
  await signIn(page, house.url);
  await open(page, id);
  await page.locator('input[type=file]').setInputFiles({ name: 'empty.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) });
  await expect(page.locator('.attachments [role=alert]')).toContainText('empty.pdf is empty');
  await page.locator('input[type=file]').setInputFiles({ name: 'manual.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 manual') });
  await expect(page.locator('.attachment.ready')).toHaveCount(1);
  await page.getByRole('button', { name: 'Remove manual.pdf' }).click();
  await expect(page.locator('.attachment')).toHaveCount(0);
});

test('a message in particular is answered, and gets an emoji', async ({ page }) => {
  house.say('447700900143', 'Ines Costa', 'Is the workshop open on Monday?');
  const id = await house.conversationOf('Ines Costa');
  house.say('447700900143', 'Ines Costa', 'And on Tuesday?');
  await house.conversationOf('Ines Costa', 2);
  await signIn(page, house.url);
  await open(page, id);
  const first = page.locator('article', { hasText: 'open on Monday' }).first();
  await first.hover();
  await first.getByRole('button', { name: 'Reply to this' }).click();
  await expect(page.locator('.replying')).toContainText('open on Monday');
  await page.keyboard.type('Yes, from nine');
  await page.keyboard.press('Enter');
  const answer = page.locator('article[data-direction="out"]', { hasText: 'Yes, from nine' });
  await expect(answer.locator('.quote')).toContainText('open on Monday');
  await expect(page.locator('.replying')).toHaveCount(0);
  await first.hover();
  await first.getByRole('button', { name: 'React' }).click();
  await page.getByRole('menuitem', { name: '👍' }).click();
  await expect(first.locator('.reactions')).toContainText('👍');
  await expect(page.locator(`[data-conversation-id="${id}"]`)).toContainText('Yes, from nine');
  await accessible(page);
});

test('who writes stop is written to no more, and what they said can be read and recorded', async ({ page }) => {
  house.say('447700900144', 'Jonas Weber', 'Ist mein Rad fertig?');
  const id = await house.conversationOf('Jonas Weber');
  await signIn(page, house.url);
  await open(page, id);
  house.say('447700900144', 'Jonas Weber', 'Bitte keine Nachrichten mehr');
  await expect(page.locator('.strip', { hasText: 'asked us to stop writing' })).toBeVisible();
  await expect(page.locator('textarea[aria-label="Reply"]')).toHaveCount(0);
  await expect(page.getByText('The customer asked to get no more messages')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Everything they said' }).click();
  await expect(page.getByText('wrote “Bitte keine Nachrichten mehr”')).toBeVisible();
  await page.getByRole('button', { name: 'Record what they said' }).click();
  // Nothing is recorded that nobody chose.
  const record = page.getByRole('button', { name: 'Record', exact: true });
  const dialog = page.getByRole('dialog');
  for (const label of ['About', 'They want it', 'How they said it']) await expect(page.getByLabel(label)).toHaveValue('');
  await expect(record).toBeDisabled();
  await expect(dialog.getByText('Still to choose: About, They want it, How they said it')).toBeVisible();
  await accessible(page);
  await expect(page.getByLabel('About')).toBeFocused();
  await page.keyboard.type('All');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Yes');
  await expect(page.getByLabel('About')).toHaveValue('everything');
  await expect(page.getByLabel('They want it')).toHaveValue('given');
  await expect(dialog.getByText('Still to choose: How they said it')).toBeVisible();
  await expect(record).toBeDisabled();
  // What came by a form is shown by that form, and was said before now.
  await page.getByLabel('How they said it').selectOption('form');
  await expect(dialog.getByText('Still to choose')).toHaveCount(0);
  await page.getByLabel('When they said it').fill('2099-01-01T10:00');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await expect(page.getByText('Say which form it was:')).toBeVisible();
  await expect(page.getByText('Choose a time that is not in the future.')).toBeVisible();
  await accessible(page);
  await page.getByLabel('When they said it').fill('2026-11-02T10:30');
  await page.getByLabel('What shows it').fill('Form 4711');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await expect(page.getByText('Form 4711')).toBeVisible();
  await expect(page.locator('time[datetime^="2026-11-02T"]').first()).toBeVisible();
  // It is older than their stop, which stays; what they say after that counts.
  await expect(page.locator('.strip', { hasText: 'asked us to stop writing' })).toBeVisible();
  await page.getByRole('button', { name: 'Record what they said' }).click();
  await page.getByLabel('About').selectOption('everything');
  await page.getByLabel('They want it').selectOption('given');
  await page.getByLabel('How they said it').selectOption('phone');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await expect(page.locator('textarea[aria-label="Reply"]')).toBeVisible();
  await expect(page.locator('.strip', { hasText: 'asked us to stop writing' })).toHaveCount(0);
});
