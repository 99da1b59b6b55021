import { expect, test, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

/** A customer writes, and their conversation is open. */
async function begin(page: Page, phone: string, name: string): Promise<string> {
  house.say(phone, name, 'Hello?');
  const id = await house.conversationOf(name);
  await signIn(page, house.url);
  await open(page, id);
  return id;
}

async function insert(page: Page, what: string): Promise<void> {
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
}

const arrived = /sent|delivered|read/;

type Stored = { type: string; content: Record<string, unknown> };

async function stored(id: string, type: string): Promise<Stored | undefined> {
  return ((await house.items(id)) as unknown as Stored[]).find((one) => one.type === type);
}

test('reply buttons are made by keyboard, counted, previewed, checked and sent', async ({ page }) => {
  const id = await begin(page, '447700900151', 'Ella Brandt');
  await page.getByRole('button', { name: 'Insert' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Files' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Buttons, list or link' })).toBeFocused();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Message with buttons' });
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog.getByText('Fill this in.')).toHaveCount(3);
  await accessible(page);
  await dialog.getByLabel('Message', { exact: true }).fill('When shall we call?');
  await dialog.getByLabel('Button 1', { exact: true }).fill('twenty-two characters!');
  await expect(dialog.getByText('2 characters too many.')).toBeVisible();
  await dialog.getByLabel('Button 1', { exact: true }).fill('Morning');
  await dialog.getByLabel('Button 2', { exact: true }).fill('Morning');
  await expect(dialog.getByText('Another button says the same.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Button 2', { exact: true }).fill('Evening');
  await expect(dialog.getByRole('region', { name: 'As they see it' }).locator('.tap')).toHaveText(['Morning', 'Evening']);
  await dialog.getByRole('button', { name: 'Send' }).click();
  const sent = page.locator('article[data-direction="out"]', { hasText: 'When shall we call?' });
  await expect(sent).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(sent.locator('.tap')).toHaveText(['Morning', 'Evening']);
  expect((await stored(id, 'interactive'))?.content['action']).toMatchObject({ type: 'buttons' });
  await accessible(page);
});

test('a list has sections and rows up to the limit, and a link leads to a page', async ({ page }) => {
  await begin(page, '447700900152', 'Filip Novak');
  await insert(page, 'Buttons, list or link');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What they tap').selectOption('list');
  await dialog.getByLabel('Message', { exact: true }).fill('Pick a bike');
  await dialog.getByLabel('Button that opens the list').fill('Bikes');
  await dialog.getByLabel('Row 1', { exact: true }).fill('Blue');
  for (let row = 2; row <= 10; row += 1) {
    await dialog.getByRole('button', { name: 'Add a row' }).click();
    await dialog.getByLabel(`Row ${String(row)}`, { exact: true }).fill(`Bike ${String(row)}`);
  }
  await expect(dialog.getByText('A list has at most 10 rows.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Add a row' })).toHaveCount(0);
  await accessible(page);
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Pick a bike' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });

  await insert(page, 'Buttons, list or link');
  await dialog.getByLabel('What they tap').selectOption('cta_url');
  await dialog.getByLabel('Message', { exact: true }).fill('Your order');
  await dialog.getByLabel('Words on the button').fill('Track');
  await dialog.getByLabel('Page').fill('shop.example');
  await expect(dialog.getByText('Enter a whole address')).toBeVisible();
  await dialog.getByLabel('Page').fill('https://shop.example/1');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Your order' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
});

test('a location comes from a pasted link, from the device, or says why not; theirs is asked for', async ({ page, context }) => {
  const id = await begin(page, '447700900153', 'Gina Rossi');
  await insert(page, 'Location');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Use my position' }).click();
  await expect(dialog.getByText('The browser keeps your position to itself.')).toBeVisible();
  await accessible(page);
  await context.grantPermissions(['geolocation'], { origin: house.url });
  await context.setGeolocation({ latitude: 52.5, longitude: 13.25 });
  await dialog.getByRole('button', { name: 'Use my position' }).click();
  await expect(dialog.getByLabel('Latitude')).toHaveValue('52.5');
  await dialog.getByLabel('Map link or coordinates').fill('https://maps.app.goo.gl/abc');
  await expect(dialog.getByText('No coordinates are in this.')).toBeVisible();
  await dialog.getByLabel('Map link or coordinates').fill('https://www.google.com/maps/place/Vela+Bikes/@51.90,4.40,17z/data=!3d51.91!4d4.41');
  await expect(dialog.getByLabel('Name')).toHaveValue('Vela Bikes');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Vela Bikes' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  expect((await stored(id, 'location'))?.content).toMatchObject({ latitude: 51.91, longitude: 4.41, name: 'Vela Bikes' });

  await insert(page, 'Ask for their location');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Where shall we come to?' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
});

test('a contact card is chosen from ours or typed with several lines', async ({ page }) => {
  house.say('447700900155', 'Hugo Workshop', 'Hi');
  await house.conversationOf('Hugo Workshop');
  const id = await begin(page, '447700900154', 'Iris Meyer');
  await insert(page, 'Contact card');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Find a contact').fill('nobody');
  await expect(dialog.getByText('No contact matches.')).toBeVisible();
  await dialog.getByLabel('Find a contact').fill('hugo');
  await dialog.getByRole('radio', { name: /Hugo Workshop/ }).check();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Hugo Workshop' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });

  await insert(page, 'Contact card');
  await dialog.getByRole('button', { name: 'A new card' }).click();
  await dialog.getByLabel('Name').fill('Vela Service');
  await dialog.getByLabel('Phone 1', { exact: true }).fill('010 123');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(dialog.getByText('A number with its country code')).toBeVisible();
  await dialog.getByLabel('Phone 1', { exact: true }).fill('+31 10 123 4567');
  await dialog.getByRole('button', { name: 'Add a phone' }).click();
  await dialog.getByLabel('Phone 2', { exact: true }).fill('+31 10 123 4568');
  await dialog.getByLabel('Email 1', { exact: true }).fill('service@vela.example');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Vela Service' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  const cards = ((await house.items(id)) as unknown as Stored[]).filter((one) => one.type === 'contacts').at(-1)?.content['cards'];
  expect(cards).toMatchObject([{ name: 'Vela Service', phones: [{ phone: '+31 10 123 4567' }, { phone: '+31 10 123 4568' }], emails: [{ value: 'service@vela.example' }] }]);
});

test('a file that WhatsApp does not take is refused with what it takes', async ({ page }) => {
  await begin(page, '447700900156', 'Jan Kok');
  await page.locator('input[type=file]').setInputFiles({ name: 'photos.zip', mimeType: 'application/zip', buffer: Buffer.from('PK\u0003\u0004 photos') });
  await expect(page.locator('.attachments').getByRole('alert')).toContainText('WhatsApp takes no files like photos.zip');
  await expect(page.locator('.attachment')).toHaveCount(0);
  // What its name and type do not tell, its bytes do.
  await page.locator('input[type=file]').setInputFiles({ name: 'photos', mimeType: '', buffer: Buffer.from('PK\u0003\u0004 photos') });
  await expect(page.locator('.attachment.failed')).toContainText('WhatsApp takes PDF');
});

test('a microphone that is kept from the page says what to do', async ({ page }) => {
  house.say('447700900162', 'Mira Holt', 'Call me?');
  const id = await house.conversationOf('Mira Holt');
  await signIn(page, house.url);
  await open(page, id);
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Voice message' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Start recording' }).click();
  await expect(dialog.getByRole('alert')).toContainText(/The browser keeps the microphone|No microphone was found/);
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Insert' })).toBeFocused();
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('each message has a button for answering and reacting', async ({ page }) => {
    house.say('447700900157', 'Kim Lund', 'Is it ready?');
    const id = await house.conversationOf('Kim Lund');
    await signIn(page, house.url);
    await page.goto(`${house.url}/inbox/${id}`);
    const message = page.locator('article', { hasText: 'Is it ready?' }).first();
    await message.getByRole('button', { name: 'More for this message' }).tap();
    await page.getByRole('menuitem', { name: 'Reply to this' }).tap();
    await expect(page.locator('.replying')).toContainText('Is it ready?');
    await message.getByRole('button', { name: 'More for this message' }).tap();
    await page.getByRole('menuitem', { name: '👍' }).tap();
    await expect(message.locator('.reactions')).toContainText('👍');
    await accessible(page);
  });
});
