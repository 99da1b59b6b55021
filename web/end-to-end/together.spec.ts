import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, signIn } from './support/page';

let house: House;
const contexts: BrowserContext[] = [];

// Two people, one after the other.
test.setTimeout(90_000);

test.beforeAll(async () => {
  house = await House.open();
});

test.afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

test.afterAll(async () => {
  await house.close();
});

const colleagues = new Set<string>();

/** A colleague, signed in in a browser of their own. */
async function colleague(browser: Browser, name: string): Promise<Page> {
  const email = `${name.split(' ')[0]?.toLowerCase() ?? ''}@example.com`;
  const password = 'a long enough password';
  if (!colleagues.has(email)) await house.call('POST', '/api/v1/users', { name, email, password, role: 'agent' });
  colleagues.add(email);
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(house.url);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await live(page);
  return page;
}

async function at(page: Page, conversation: string): Promise<void> {
  await page.goto(`${house.url}/inbox/${conversation}?view=all`);
  await live(page);
  await expect(page.locator('article[data-message-id]').first()).toBeVisible();
}

/** The last place of a conversation, as the server has it. */
async function words(id: string): Promise<string[]> {
  const items = (await house.items(id)) as unknown as { type: string; direction: string; content: { body?: string } }[];
  return items.filter((one) => one.type === 'text' && one.direction === 'out').map((one) => one.content.body ?? '');
}

const field = (page: Page) => page.getByRole('textbox', { name: 'Reply' });
const conflict = (page: Page) => page.getByRole('group', { name: 'Somebody answered meanwhile' });

test('who sends while a colleague answers is stopped, reads it, and keeps, sends or discards what they wrote', async ({ page, browser }) => {
  house.say('491701112233', 'Ida Vogt', 'Is the bike ready?');
  const id = await house.conversationOf('Ida Vogt');
  const tomas = await colleague(browser, 'Tomás Reyes');
  await signIn(page, house.url);
  await at(page, id);
  await at(tomas, id);

  await field(page).fill('No, it takes until Friday.');
  await field(tomas).fill('Yes, come and collect it.');
  await field(tomas).press('Enter');
  await expect(page.locator('.messages').getByText('Yes, come and collect it.')).toBeVisible();
  await field(page).press('Enter');

  await expect(conflict(page)).toBeVisible();
  await expect(conflict(page)).toContainText(/Tomás Reyes answered \d+ seconds? ago. Read it before you send./);
  await expect(conflict(page)).toContainText('Yes, come and collect it.');
  await expect(field(page)).toHaveValue('No, it takes until Friday.');
  await expect(field(page)).toBeFocused();
  // Until it is decided nothing goes.
  await field(page).press('Enter');
  await expect(page.getByRole('button', { name: /^Send(?! anyway)/ })).toBeDisabled();
  await accessible(page);
  await conflict(page).getByRole('button', { name: 'Keep as draft' }).click();
  await expect(conflict(page)).toHaveCount(0);
  await expect(field(page)).toHaveValue('No, it takes until Friday.');
  expect(await words(id)).toEqual(['Yes, come and collect it.']);

  // Read and written anew, it goes.
  await field(page).fill('As Tomás says.');
  await field(page).press('Enter');
  await expect.poll(() => words(id)).toEqual(['Yes, come and collect it.', 'As Tomás says.']);

  // The other is stopped as well, and sends it all the same; with it goes what the field says by then.
  await field(tomas).fill('Bring the receipt');
  await field(tomas).press('Enter');
  await expect(conflict(tomas)).toContainText('As Tomás says.');
  await field(tomas).fill('Bring the receipt, please.');
  await conflict(tomas).getByRole('button', { name: 'Send anyway' }).click();
  await expect.poll(() => words(id)).toContain('Bring the receipt, please.');
  await expect(field(tomas)).toHaveValue('');
  await expect(conflict(tomas)).toHaveCount(0);

  // Discarded it is not sent; the last word of that is Undo's.
  await field(page).fill('Never mind');
  await field(page).press('Enter');
  await conflict(page).getByRole('button', { name: 'Discard' }).click();
  await expect(field(page)).toHaveValue('');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(field(page)).toHaveValue('Never mind');
  expect(await words(id)).not.toContain('Never mind');
});

test('what was written offline is stopped on return where a colleague answered meanwhile, and the customer stops nothing', async ({ page }) => {
  house.say('491701112244', 'Olga Prentice', 'My chain came off.');
  const id = await house.conversationOf('Olga Prentice');
  await signIn(page, house.url);
  await at(page, id);

  house.say('491701112244', 'Olga Prentice', 'Hello?');
  await house.conversationOf('Olga Prentice', 2);
  await field(page).fill('On which bike?');
  await field(page).press('Enter');
  await expect.poll(() => words(id)).toEqual(['On which bike?']);

  await page.context().setOffline(true);
  await expect(page.locator('[data-connection="offline"]').first()).toBeAttached({ timeout: 30_000 });
  await field(page).fill('We close at six.');
  await page.getByRole('button', { name: /^Queue/ }).click();
  // A program counts as a colleague.
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'text', text: { body: 'We close at seven today.' } });
  await page.context().setOffline(false);
  await expect(conflict(page)).toContainText('We close at seven today.', { timeout: 30_000 });
  await expect(field(page)).toHaveValue('We close at six.');
  expect(await words(id)).not.toContain('We close at six.');
});

test('a bot that talks is seen, an agent steps in, and gives it back', async ({ page }) => {
  house.say('491701112255', 'Pia Quist', 'Opening hours?');
  const id = await house.conversationOf('Pia Quist');
  const taken = await house.call('POST', `/api/v1/conversations/${id}/ownership`, { to: 'bot' });
  const token = (taken['handled_by'] as { token: number; bot: { name: string } }).token;
  const bot = (taken['handled_by'] as { bot: { name: string } }).bot.name;
  await house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'text', text: { body: 'From nine to six.' }, ownership_token: token });
  await signIn(page, house.url);
  await at(page, id);
  await expect(page.locator('.composer').getByText(`${bot} is talking.`)).toBeVisible();
  await expect(page.locator(`[data-conversation-id="${id}"]`)).toContainText(bot);
  await accessible(page);
  await page.locator('.composer').getByRole('button', { name: 'Step in' }).click();
  await expect(page.locator('.composer').getByText('is talking.')).toHaveCount(0);
  await expect(page.locator('.messages').getByText('stepped in')).toBeVisible();
  const late = house.call('POST', `/api/v1/conversations/${id}/messages`, { type: 'text', text: { body: 'Anything else?' }, ownership_token: token });
  await expect(late).rejects.toThrow('ownership_lost');

  await page.getByRole('button', { name: /^Assignee/ }).click();
  await page.getByRole('menuitem', { name: `Give back to ${bot}` }).click();
  await expect(page.locator('.composer').getByText(`${bot} is talking.`)).toBeVisible();
  // An answer takes it, too.
  await field(page).fill('I am a person.');
  await field(page).press('Enter');
  await expect(page.locator('.composer').getByText('is talking.')).toHaveCount(0);
  await accessible(page);
});
