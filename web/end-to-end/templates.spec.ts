import { expect, test, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

let house: House;
/** Where pictures of each state go, when somebody wants to look at them. */
const shots = process.env['SHOTS'];

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

test('an owner finds a template, makes one with a live preview, and deletes it', async ({ page }) => {
  const shot = async (name: string) => { if (shots) await page.screenshot({ path: `${shots}/${name}.png` }); };
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/templates`);
  const first = page.getByRole('button', { name: /Bike ready/ }).first();
  await expect(first).toContainText('Approved');
  await accessible(page);
  await shot('list');
  await page.getByRole('searchbox').fill('flash');
  await expect(page.getByRole('button', { name: /Flash sale/ })).toContainText('Paused');
  await expect(first).toHaveCount(0);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: /Order shipped/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('group', { name: 'Preview' })).toContainText('Track');
  await expect(dialog).toContainText('Charged as Utility');
  await dialog.getByLabel('Text first_name').selectOption('First name');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
  await accessible(page);
  await shot('detail');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'New template' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('Order late');
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('order_late');
  await dialog.getByLabel('Text', { exact: true }).fill('{{1}} is *late*, sorry');
  await dialog.getByLabel('Example for {{1}}').fill('Order 42');
  await dialog.getByRole('button', { name: 'Send for review' }).click();
  await expect(dialog.getByText('neither begins nor ends')).toBeVisible();
  await accessible(page);
  await dialog.getByLabel('Text', { exact: true }).fill('Your order {{1}} is *late*, and we are sorry.');
  await expect(dialog.getByRole('group', { name: 'Preview' })).toContainText('Your order Order 42 is late');
  await dialog.getByRole('button', { name: 'Add a button' }).click();
  await dialog.getByLabel('Words on it').fill('Thanks');
  await shot('editor');
  await dialog.getByRole('button', { name: 'Send for review' }).click();
  const made = page.getByRole('button', { name: /Order late/ });
  await expect(made).toContainText('In review');
  await made.click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(made).toHaveCount(0);

  if (!shots) return;
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await shot(`list-phone-${scheme}`);
    await page.getByRole('button', { name: /Spring service/ }).click();
    await shot(`detail-phone-${scheme}`);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
    await shot(`list-${scheme}`);
  }
});

/** A picture of one pixel. */
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const picture = (name: string) => ({ name, mimeType: 'image/png', buffer: pixel });

async function writesTo(page: Page, phone: string, name: string): Promise<string> {
  house.say(phone, name, 'Hello?');
  const id = await house.conversationOf(name);
  await signIn(page, house.url);
  await open(page, id);
  await page.locator('.composer').getByRole('button', { name: 'Template', exact: true }).click();
  return id;
}

test('a template with a picture above its words is filled in, sent from the composer and stands as it was sent', async ({ page }) => {
  const id = await writesTo(page, '447700900171', 'Mara Lind');
  await page.getByRole('option', { name: /Spring service/ }).click();
  const send = page.getByRole('button', { name: 'Send template' });
  await expect(send).toBeDisabled();
  await page.getByLabel('Picture', { exact: true }).setInputFiles(picture('spring.png'));
  const preview = page.getByRole('group', { name: 'Preview' });
  await expect(preview.getByRole('img', { name: 'Picture' })).toBeVisible();
  await page.getByLabel('Text 1').fill('Mara');
  await accessible(page);
  await send.click();
  const sent = page.locator('article[data-message-id]').getByText(/Hello Mara, winter is over/);
  await expect(sent).toBeVisible();
  await expect(page.locator('article[data-message-id]').getByRole('img', { name: 'Picture' })).toBeVisible();
  await expect.poll(async () => (await house.items(id)).at(-1)?.state).toMatch(/sent|delivered|read/);
});

test('an offer and cards are filled in card by card, checked, sent and shown', async ({ page }) => {
  const shot = async (name: string) => { if (shots) await page.screenshot({ path: `${shots}/${name}.png` }); };
  const id = await writesTo(page, '447700900172', 'Noor Haddad');
  const send = page.getByRole('button', { name: 'Send template' });
  await page.getByRole('option', { name: /Tyre week/ }).click();
  await page.getByLabel('Picture', { exact: true }).setInputFiles(picture('tyres.png'));
  await page.getByLabel('Text 1').fill('Noor');
  await page.getByLabel('When “This week only” ends').fill('2020-01-01T10:00');
  await expect(page.getByText('Choose a time to come.')).toBeVisible();
  await expect(send).toBeDisabled();
  await page.getByLabel('When “This week only” ends').fill('2099-01-01T10:00');
  await page.getByLabel('Button “Copy code”').fill('TYRES10');
  await page.getByLabel('Button “See the tyres”').fill('winter');
  await accessible(page);
  await shot('composer-offer');
  await send.click();
  const offer = page.locator('article[data-message-id] .wa-offer');
  await expect(offer).toContainText('This week only');
  await expect(offer).toContainText('Ends');

  await page.locator('.composer').getByRole('button', { name: 'Template', exact: true }).click();
  await page.getByRole('option', { name: /New bikes/ }).click();
  await page.getByLabel('Text 1', { exact: true }).fill('Noor');
  for (const card of ['1', '2']) {
    await page.getByLabel(`Card ${card}: Picture`).setInputFiles(picture(`bike-${card}.png`));
    await page.getByLabel(`Card ${card}: Text 1`).fill(`€ ${card}99`);
    await page.getByLabel(`Card ${card}: Button “Look”`).fill(card);
  }
  await accessible(page);
  await shot('composer-cards');
  await send.click();
  const cards = page.locator('article[data-message-id]').getByRole('group', { name: '2 cards' });
  await expect(cards).toContainText('The city one, from € 199.');
  await expect(cards).toContainText('The one for the forest, from € 299.');
  await expect.poll(async () => (await house.items(id)).at(-1)?.state).toMatch(/sent|delivered|read/);
  await accessible(page);
  await shot('thread-cards');
});

test('an owner makes a template with a code, and one with cards, and both are approved by themselves', async ({ page }) => {
  const shot = async (name: string) => { if (shots) await page.screenshot({ path: `${shots}/${name}.png` }); };
  const quick = await House.open({ reviewMs: 400 });
  try {
    await signIn(page, quick.url);
    await page.goto(`${quick.url}/settings/templates`);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'New template' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Door code');
    await dialog.getByLabel('Category').selectOption('AUTHENTICATION');
    await expect(dialog.getByRole('group', { name: 'Preview' })).toContainText('is your verification code. For your security');
    await dialog.getByLabel(/Minutes until/).fill('91');
    await dialog.getByRole('button', { name: 'Send for review' }).click();
    await expect(dialog.getByText('A code expires in 1 to 90 minutes')).toBeVisible();
    await dialog.getByLabel(/Minutes until/).fill('15');
    await expect(dialog.getByRole('group', { name: 'Preview' })).toContainText('This code expires in 15 minutes.');
    await accessible(page);
    await shot('editor-code');
    await dialog.getByRole('button', { name: 'Send for review' }).click();
    await expect(page.getByRole('button', { name: /Door code/ })).toContainText('Approved');
    // It is changed from what WhatsApp tells of it.
    await page.getByRole('button', { name: /Door code/ }).click();
    await dialog.getByRole('button', { name: 'Edit' }).click();
    await expect(dialog.getByLabel(/Minutes until/)).toHaveValue('15');
    await expect(dialog.getByRole('checkbox', { name: /not to be shared|share/ })).toBeChecked();
    await dialog.getByLabel(/Minutes until/).fill('5');
    await accessible(page);
    await shot('editor-code-again');
    await dialog.getByRole('button', { name: 'Send for review' }).click();
    await expect(dialog.getByText('This code expires in 5 minutes.')).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Send for review' })).toHaveCount(0);
    await page.keyboard.press('Escape');
    const changed = async () => {
      const list = await quick.call('GET', `/api/v1/templates?channel_id=${quick.channelId}`);
      return (list['templates'] as { name: string; status: string; footer?: string }[]).find((one) => one.name === 'door_code');
    };
    await expect.poll(changed).toMatchObject({ status: 'APPROVED', footer: 'This code expires in 5 minutes.' });

    await page.getByRole('button', { name: 'New template' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Two bells');
    await dialog.getByLabel('Category').selectOption('MARKETING');
    await dialog.getByLabel('Text', { exact: true }).fill('Two new bells stand in our shop.');
    await dialog.getByRole('button', { name: 'Add a card' }).click();
    for (const card of ['1', '2']) {
      const part = dialog.getByRole('group', { name: `Card ${card}`, exact: true });
      await part.getByLabel('Example for Picture').setInputFiles(picture(`bell-${card}.png`));
      await part.getByLabel('Its text', { exact: true }).fill(`Bell ${card} rings well.`);
      await part.getByLabel('Words on it').fill('Reserve');
    }
    await accessible(page);
    await shot('editor-cards');
    await dialog.getByRole('button', { name: 'Send for review' }).click();
    await expect(page.getByRole('button', { name: /Two bells/ })).toContainText('Approved');

    // Cards with products, which each send chooses.
    await page.getByRole('button', { name: 'New template' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Two locks');
    await dialog.getByLabel('Category').selectOption('MARKETING');
    await dialog.getByLabel('Text', { exact: true }).fill('Two new locks stand in our shop.');
    await dialog.getByRole('button', { name: 'Add a card' }).click();
    await dialog.getByRole('group', { name: 'Card 1', exact: true }).getByLabel('Above its text').selectOption('product');
    await expect(dialog.getByText('Which product it is is chosen with each send.')).toHaveCount(2);
    await accessible(page);
    await shot('editor-product-cards');
    await dialog.getByRole('button', { name: 'Send for review' }).click();
    await expect(page.getByRole('button', { name: /Two locks/ })).toContainText('Approved');
  } finally {
    await quick.close();
  }
});
