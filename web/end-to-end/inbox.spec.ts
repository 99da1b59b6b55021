import { expect, test } from '@playwright/test';
import { House, until } from './support/house';
import { accessible, live, open, shown, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

test('two agents see the same conversation live, and the customer’s phone ticks it', async ({ browser }) => {
  house.say('447700900111', 'Elif Kaya', 'My Vela 7 clicks loudly in the lowest gears');
  const id = await house.conversationOf('Elif Kaya');
  const [one, two] = await Promise.all([browser.newPage(), browser.newPage()]);
  for (const page of [one, two]) {
    await signIn(page, house.url);
    await open(page, id);
  }
  await accessible(one);

  await one.getByLabel('Reply', { exact: true }).last().fill('Bring it in tomorrow, it is a 20 minute job.');
  await one.keyboard.press('Enter');
  const there = two.locator('article[data-message-id]', { hasText: 'Bring it in tomorrow' });
  await expect(there).toBeVisible();
  await expect(there).toHaveAttribute('data-state', /delivered|read/, { timeout: 30_000 });

  house.say('447700900111', 'Elif Kaya', 'Great. Is it covered by the warranty?');
  for (const page of [one, two]) await expect(page.locator('article', { hasText: 'covered by the warranty' })).toBeVisible();

  const server = await house.items(id);
  for (const page of [one, two]) {
    await expect.poll(() => shown(page)).toEqual(server.map(({ id, seq, state }) => ({ id, seq, state })));
  }
  await one.close();
  await two.close();
});

test('with two numbers each conversation says through which it came, and with one none does', async ({ page }) => {
  const two = await House.open();
  try {
    two.say('447700900119', 'Two Ways', 'Hello?');
    const first = await two.conversationOf('Two Ways');
    await signIn(page, two.url);
    await open(page, first);
    const cards = page.locator('[data-conversation-id]');
    await expect(cards.first()).not.toContainText('Shop');
    const other = await two.call('POST', '/api/v1/channels', { kind: 'whatsapp', name: 'Amsterdam', ...two.number, phone_number_id: '206540352242921' });
    await two.call('POST', '/api/v1/conversations', { channel_id: other['id'], phone: '447700900119' });
    await page.reload();
    await page.locator('#tab-all').click();
    await expect(cards).toHaveCount(2);
    await expect(cards.filter({ hasText: 'Shop' })).toHaveCount(1);
    await expect(cards.filter({ hasText: 'Amsterdam' })).toHaveCount(1);
    await expect(page.getByRole('option', { name: /^Two Ways, Amsterdam/ })).toBeVisible();
    await accessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    const header = page.locator('.thread .head');
    await expect(header).toContainText('Shop');
    await expect(header).toContainText('Closes in 23h');
    await accessible(page);
  } finally {
    await two.close();
  }
});

test('a note stays inside, an assignment and a resolved conversation show to the other agent', async ({ browser }) => {
  house.say('447700900112', 'Daniel Okafor', 'The rear light fell off');
  const id = await house.conversationOf('Daniel Okafor');
  const [one, two] = await Promise.all([browser.newPage(), browser.newPage()]);
  for (const page of [one, two]) {
    await signIn(page, house.url);
    await open(page, id);
  }
  await one.getByRole('tab', { name: 'Note' }).or(one.getByRole('button', { name: 'Note', exact: true })).first().click();
  await one.keyboard.type('Two left in stock');
  await one.keyboard.press('Enter');
  await expect(two.locator('article', { hasText: 'Two left in stock' })).toBeVisible();
  await house.call('POST', `/api/v1/conversations/${id}/status`, { status: 'resolved' });
  await expect(two.getByText('WhatsApp · Shop · Resolved')).toBeVisible();
  house.say('447700900112', 'Daniel Okafor', 'Found it again');
  await expect(two.locator('article', { hasText: 'Found it again' })).toBeVisible();
  await expect(two.getByText('WhatsApp · Shop · Resolved')).toHaveCount(0);
  await one.close();
  await two.close();
});

test('after 24 hours only a template goes, and the page says so before anybody tries', async ({ page }) => {
  house.say('447700900113', 'Lucas Almeida', 'Posso levar a bicicleta hoje?', 25);
  const id = await house.conversationOf('Lucas Almeida');
  await signIn(page, house.url);
  await open(page, id);
  await expect(page.locator('.strip', { hasText: 'The 24-hour window closed at' })).toBeVisible();
  await expect(page.locator('textarea[aria-label="Reply"]')).toHaveCount(0);
  // It came long after it was written, and stands under the day and with the time of its writing.
  const late = page.locator('article[data-message-id]', { hasText: 'Posso levar' });
  const mark = late.getByRole('button', { name: 'Arrived late' });
  await expect(page.locator('.rule').first()).toHaveText(/Yesterday|day \d/);
  const { provider_at } = (await house.items(id))[0] as unknown as { provider_at: string };
  await expect(late.locator('time')).toHaveAttribute('datetime', provider_at);
  await mark.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveText(/^Written .+, arrived \d\d:\d\d\.$/);
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(mark).toBeFocused();
  await expect(
    house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'text', text: { body: 'too late' } }),
  ).rejects.toThrow(/window_closed/);
});

test('a message that WhatsApp refuses for good says what to do instead, and goes when it is tried again all the same', async ({ page }) => {
  house.say('447700900114', 'Hannah Osei', 'Is this the right hanger?');
  const id = await house.conversationOf('Hannah Osei');
  await signIn(page, house.url);
  await open(page, id);
  house.order({ refuse: { code: 131026 } });
  const reply = page.locator('textarea[aria-label="Reply"]');
  await reply.fill('Yes, it is');
  await reply.press('Enter');
  const bubble = page.locator('article[data-message-id]', { hasText: 'Yes, it is' });
  await expect(bubble).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
  // One word for it in the thread, in the list, and where it is told how it got there.
  await expect(bubble).toContainText('Not sent: the number is not on WhatsApp');
  await expect(page.locator(`[data-conversation-id="${id}"]`)).toContainText('Not sent · the number is not on WhatsApp');
  await expect(bubble.getByRole('button', { name: 'Retry' })).toHaveCount(0);
  await bubble.getByRole('button', { name: /How it got there/ }).click();
  await expect(page.getByRole('dialog')).toContainText('The number is not on WhatsApp');
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await expect(bubble).toHaveAttribute('data-state', /sent|delivered|read/, { timeout: 30_000 });
  house.order({ refuse: { code: 131047 } });
  await reply.fill('And one for the mountain');
  await reply.press('Enter');
  const closed = page.locator('article[data-message-id]', { hasText: 'And one for the mountain' });
  await expect(closed.locator('.why span')).toHaveText(/^Not sent: [^.]+\.$/, { timeout: 30_000 });
  await closed.getByRole('button', { name: 'Use a template' }).click();
  await expect(page.getByRole('combobox', { name: /Filter/ })).toBeVisible();
});

test('a message whose fate is unknown is sent again only by choice, and each request says what became of it', async ({ page }) => {
  house.say('31688888888', 'Unsure Ursula', 'Are you open?');
  const id = await house.conversationOf('Unsure Ursula');
  await signIn(page, house.url);
  await open(page, id);
  house.order('close');
  await page.getByRole('textbox', { name: 'Reply' }).fill('Until six');
  await page.keyboard.press('Enter');
  const message = page.locator('article[data-message-id]', { hasText: 'Until six' });
  await expect(message).toHaveAttribute('data-state', 'unknown');
  await expect(message).toContainText('It may have arrived, so it is not sent twice by itself.');
  const dialog = page.getByRole('dialog');
  await message.getByRole('button', { name: 'Send again' }).click();
  await expect(dialog).toContainText('Unsure Ursula gets it twice');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(message).toHaveAttribute('data-state', 'unknown');
  await message.getByRole('button', { name: 'Send again' }).click();
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await expect(message).toHaveAttribute('data-state', /sent|delivered|read/);
  await message.getByRole('button', { name: /How it got there/ }).click();
  await expect(dialog).toContainText('outcome_unknown');
  await expect(dialog).toContainText('2 requests to WhatsApp');
  await expect(dialog).not.toContainText(/\d{4}-\d\d-\d\dT/);
  await accessible(page);
});

test('a blocked contact cannot be written to until the block is lifted', async ({ page }) => {
  house.say('447700900115', 'Ravi Menon', 'Hello?');
  const id = await house.conversationOf('Ravi Menon');
  await signIn(page, house.url);
  await open(page, id);
  const detail = await house.call('GET', `/api/v1/conversations/${id}`);
  const contact = (detail['contact'] as { id: string }).id;
  await house.call('PATCH', `/api/v1/contacts/${contact}`, { blocked: true });
  await expect(page.locator('textarea[aria-label="Reply"]')).toHaveCount(0);
  await house.call('PATCH', `/api/v1/contacts/${contact}`, { blocked: false });
  await expect(page.locator('textarea[aria-label="Reply"]')).toBeVisible();
});

test('a page that lost the server comes back by itself with everything', async ({ page, context }) => {
  house.say('447700900116', 'Marta Kowalczyk', 'Dzień dobry');
  const id = await house.conversationOf('Marta Kowalczyk');
  await signIn(page, house.url);
  await open(page, id);
  await context.setOffline(true);
  for (let n = 1; n <= 5; n += 1) house.say('447700900116', 'Marta Kowalczyk', `while you were away ${n}`);
  await house.conversationOf('Marta Kowalczyk', 6);
  await context.setOffline(false);
  await live(page);
  await expect(page.locator('article', { hasText: 'while you were away 5' })).toBeVisible({ timeout: 60_000 });
  const server = await until('all six', async () => {
    const items = await house.items(id);
    return items.length >= 6 && items;
  });
  await expect.poll(() => shown(page)).toEqual(server.map(({ id, seq, state }) => ({ id, seq, state })));
});
