import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { House, until } from './support/house';
import { accessible, live, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

type Row = { id: string; title: string };
type Asked = { rating?: { part: string }; state: string; content: { action?: { sections: { rows: Row[] }[] } } };

/** What the reports have counted by now. */
async function counted(name: string, wanted: number): Promise<void> {
  await until(`${name} to be ${String(wanted)}`, async () => {
    const history = await house.call('GET', '/api/v1/reports/history?from=2026-01-01&to=2027-01-31&grain=month');
    return (history['total'] as Record<string, unknown>)[name] === wanted;
  });
}

test('what happens is on the wall at once, and what happened opens its rows and is taken away as it is shown', async ({ page }) => {
  await signIn(page, house.url);
  await page.getByRole('link', { name: 'Reports' }).click();
  await expect(page.getByRole('heading', { name: 'Live' })).toBeVisible();
  await expect(page.getByText('Nothing is open.')).toBeVisible();
  await accessible(page);

  house.say('491701112233', 'Ida Vogt', 'Is the bike ready?');
  house.say('491701112244', 'Jan Bos', 'Do you have tubes?');
  const ida = await house.conversationOf('Ida Vogt');
  await house.conversationOf('Jan Bos');
  const tile = (name: string) => page.locator('.report-tile', { hasText: name }).locator('dd').first();
  await expect(tile('Waiting for an answer')).toHaveText('2');
  await expect(tile('Open')).toHaveText('2');
  await accessible(page);

  // On a wall it is all there is.
  await page.getByRole('button', { name: 'Show on a wall' }).click();
  await expect(page.locator('.report-wall')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Leave' }).click();
  await expect(page.locator('.report-wall')).toHaveCount(0);

  // Somebody answers and resolves.
  await page.goto(`${house.url}/inbox/${ida}?view=all`);
  await live(page);
  await page.getByRole('textbox', { name: 'Reply' }).fill('Yes, it is.');
  await page.getByRole('textbox', { name: 'Reply' }).press('Enter');
  await counted('sent', 1);
  await house.call('POST', `/api/v1/conversations/${ida}/status`, { status: 'resolved' });
  await counted('resolved', 1);

  await page.keyboard.press('Alt+KeyR');
  await page.getByRole('link', { name: 'History' }).click();
  const opened = page.getByRole('region', { name: 'Opened', exact: true });
  await expect(opened.getByRole('button').first()).toHaveText('2');
  await accessible(page);
  await opened.getByRole('button', { name: /show the rows/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await accessible(page);
  const [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('link', { name: 'Export these rows' }).click()]);
  const lines = readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain('contact');
  expect(lines.slice(1).map((line) => line.split(',')[1]).sort()).toEqual(['Ida Vogt', 'Jan Bos']);

  // A row leads to the message.
  await dialog.getByRole('link', { name: 'Open the conversation with Ida Vogt' }).click();
  await expect(page.locator('article', { hasText: 'Is the bike ready?' }).first()).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/reports\/history/);

  // Every picture can be read as a table, and walked by keys.
  const volume = page.getByRole('figure', { name: /^Opened 2/ });
  await volume.getByRole('button', { name: 'As a table' }).click();
  await expect(volume.getByRole('row')).toHaveCount(8);
  await accessible(page);
  await volume.getByRole('button', { name: 'As a picture' }).click();
  const line = volume.getByRole('slider');
  await line.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(line).toHaveAttribute('aria-valuetext', /0 opened, 0 resolved/);
  await page.keyboard.press('End');
  await expect(line).toHaveAttribute('aria-valuetext', /2 opened, 1 resolved/);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await page.keyboard.press('Escape');
  const busiest = page.getByRole('figure', { name: /^Busiest on/ });
  await busiest.getByRole('gridcell').getByRole('button', { name: /2 opened/ }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await page.keyboard.press('Escape');

  // The days are in the address.
  await page.getByRole('combobox', { name: 'Days' }).selectOption('yesterday');
  await expect(page.getByText('Nothing happened in these days.')).toBeVisible();
  await expect(page).toHaveURL(/range=yesterday/);
  await accessible(page);
});

test('customers are asked for a rating as it was set, and what they say is in the thread, the details and the report', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/reports/ratings`);
  await page.getByRole('link', { name: 'Set up ratings' }).click();
  await expect(page.getByText('Customers are not asked')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Change: Workspace' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Customers are asked' }).check();
  await dialog.getByLabel('Minutes until they are asked').fill('2000');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('From 0 to 720 minutes.')).toBeVisible();
  await accessible(page);
  await dialog.getByLabel('Minutes until they are asked').fill('0');
  await dialog.getByLabel('Question').fill('How was it, in one tap?');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Customers are asked 0 min after it is resolved, each once in 30 days')).toBeVisible();

  const [phone, name] = ['491701112255', 'Lea Kern'];
  house.say(phone, name, 'Thanks for the repair');
  const id = await house.conversationOf(name);
  await house.call('POST', `/api/v1/conversations/${id}/status`, { status: 'resolved' });
  const rows = await until('the customer is asked', async () => {
    const page = await house.call('GET', `/api/v1/conversations/${id}/messages`);
    const asked = (page['messages'] as Asked[]).find((one) => one.rating?.part === 'ask' && one.state !== 'queued' && one.state !== 'sending');
    return asked?.content.action?.sections[0]?.rows;
  });
  const best = rows[0];
  expect(best?.title).toBe('5 ★★★★★');
  house.tap(phone, name, best?.id ?? '', best?.title ?? '');
  await counted('asked_rated', 1);
  house.say(phone, name, 'Quick and friendly');

  await page.goto(`${house.url}/inbox/${id}?view=all&status=resolved`);
  await live(page);
  await expect(page.getByText('The customer rated this 5 of 5')).toBeVisible();
  await expect(page.getByText('Quick and friendly').first()).toBeVisible();
  await expect(page.getByText(/^5 of 5 · /)).toBeVisible();
  const conversation = await house.call('GET', `/api/v1/conversations/${id}`);
  expect(conversation['status']).toBe('resolved');

  await page.goto(`${house.url}/reports/ratings`);
  await expect(page.getByRole('region', { name: 'Satisfied' })).toContainText('100');
  await expect(page.getByRole('region', { name: 'In their words' })).toContainText('Quick and friendly');
  await accessible(page);
  await page.getByRole('button', { name: '5 of 5: 1' }).click();
  await dialog.getByRole('link', { name: `Open the conversation with ${name}` }).click();
  await expect(page).toHaveURL(new RegExp(id));
});
