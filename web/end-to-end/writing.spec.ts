import { expect, test, type Browser, type Page } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, open, signIn } from './support/page';

let house: House;
const colleague = { email: 'tomas@example.com', name: 'Tomás Vega', password: 'another long password' };

test.beforeAll(async () => {
  house = await House.open();
  await house.call('POST', '/api/v1/users', { ...colleague, role: 'agent' });
});

test.afterAll(async () => {
  await house.close();
});

const reply = (page: Page) => page.getByRole('textbox', { name: 'Reply', exact: true });
const note = (page: Page) => page.getByRole('textbox', { name: 'Note', exact: true });
const arrived = /sent|delivered|read/;

async function customer(phone: string, name: string): Promise<string> {
  house.say(phone, name, 'Hello?');
  return house.conversationOf(name);
}

/** A colleague's browser, signed in. */
async function other(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Amsterdam' })).newPage();
  await page.goto(house.url);
  await page.fill('input[type=email]', colleague.email);
  await page.fill('input[type=password]', colleague.password);
  await page.keyboard.press('Enter');
  await live(page);
  return page;
}

test('a reply is saved in the settings, found by a slash, and goes with the customer’s name in it', async ({ page }) => {
  const id = await customer('447700900301', 'Nora Lind');
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/replies`);
  await expect(page.getByText('No reply is saved')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'New reply' }).click();
  const dialog = page.getByRole('dialog', { name: 'New reply' });
  await dialog.getByLabel('Short name').fill('hours');
  await dialog.getByLabel('Words').fill('Hi ');
  await dialog.getByRole('button', { name: 'Their first name' }).click();
  await expect(dialog.getByLabel('Words')).toHaveValue('Hi {{contact.first_name}}');
  await dialog.getByLabel('Words').pressSequentially(', we open at 9 o’clock.');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('/hours')).toBeVisible();
  // A wrong name is said at its field, and what was written stays.
  await page.getByRole('button', { name: 'New reply' }).click();
  await dialog.getByLabel('Short name').fill('HOURS');
  await dialog.getByLabel('Words').fill('Another');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('there is one called HOURS already')).toBeVisible();
  await dialog.getByLabel('Short name').fill('holidays');
  await dialog.getByRole('checkbox', { name: 'For everybody in the workspace' }).uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Only you')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find a reply' }).fill('nine');
  await expect(page.getByText('No reply has “nine” in its name or its words.')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find a reply' }).fill('clock');
  await expect(page.getByText('/holidays')).toHaveCount(0);

  await page.goto(house.url);
  await live(page);
  await open(page, id);
  await reply(page).pressSequentially('/h');
  const list = page.getByRole('listbox', { name: 'Saved replies' });
  await expect(list.getByRole('option')).toHaveCount(2);
  await expect(reply(page)).toHaveAttribute('aria-activedescendant', /-0$/);
  await page.keyboard.press('ArrowDown');
  await expect(list.getByRole('option', { name: /hours/ })).toHaveAttribute('aria-selected', 'true');
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await expect(reply(page)).toBeFocused();
  await reply(page).pressSequentially('ou');
  await expect(list).toHaveCount(0);
  await reply(page).fill('');
  await reply(page).pressSequentially('/hou');
  await page.keyboard.press('Enter');
  await expect(reply(page)).toHaveValue('Hi Nora, we open at 9 o’clock.');
  await page.keyboard.press('Enter');
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Hi Nora, we open' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  expect((await house.items(id)).length).toBe(2);
});

test('a place that cannot be filled is marked and is not sent without a word', async ({ page }) => {
  await house.call('POST', '/api/v1/saved-replies', { shared: true, name: 'greet', text: 'Dear {{contact.username}}, hello' });
  const id = await customer('447700900302', 'Omar Haddad');
  await signIn(page, house.url);
  await open(page, id);
  await page.getByRole('button', { name: 'Saved replies' }).click();
  await page.getByRole('listbox', { name: 'Saved replies' }).getByRole('option', { name: /greet/ }).click();
  await expect(reply(page)).toHaveValue('Dear {{contact.username}}, hello');
  await expect(page.locator('.strip', { hasText: 'Fill in {{contact.username}}.' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Send(?! as)/ })).toBeDisabled();
  await reply(page).press('Control+Enter');
  await expect(reply(page)).toHaveValue('Dear {{contact.username}}, hello');
  await accessible(page);
  // The open place is what is selected: typing takes its place.
  await page.getByRole('button', { name: 'Go to it' }).click();
  await page.keyboard.type('Omar');
  await expect(reply(page)).toHaveValue('Dear Omar, hello');
  await expect(page.getByRole('button', { name: /^Send(?! as)/ })).toBeEnabled();
  await reply(page).fill('Write {{contact.name}} for the name');
  await page.getByRole('button', { name: 'Send as it is' }).click();
  await page.getByRole('button', { name: /^Send(?! as)/ }).click();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Write {{contact.name}}' })).toBeVisible();
});

test('a colleague who is mentioned in a note hears of it, sees it in the list, and has it read', async ({ page, browser }) => {
  const id = await customer('447700900303', 'Pia Holm');
  const theirs = await other(browser);
  await signIn(page, house.url);
  await open(page, id);
  await page.keyboard.press('Alt+P');
  await note(page).pressSequentially('Can you look, @tom');
  const people = page.getByRole('listbox', { name: 'Colleagues' });
  await expect(people.getByRole('option')).toHaveText([/Tomás Vega/]);
  await accessible(page);
  await page.keyboard.press('Tab');
  await expect(note(page)).toHaveValue('Can you look, @Tomás Vega ');
  await expect(note(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.note-row .mention', { hasText: '@Tomás Vega' })).toBeVisible();
  const toast = theirs.locator('.notice', { hasText: 'mentioned you in a note on Pia Holm' });
  await expect(toast).toBeVisible();
  const card = theirs.locator(`[data-conversation-id="${id}"]`);
  await theirs.locator('#tab-all').click();
  await expect(card.getByRole('img', { name: 'You are mentioned' })).toBeVisible();
  await accessible(theirs);
  await toast.getByRole('button', { name: /mentioned you/ }).first().click();
  await expect(theirs.locator('.note-row', { hasText: 'Can you look' })).toBeVisible();
  await theirs.bringToFront();
  await expect(card.getByRole('img', { name: 'You are mentioned' })).toHaveCount(0);
  const shown = await house.call('GET', `/api/v1/conversations/${id}`);
  expect(shown['mentions']).toBeUndefined();
  await theirs.context().close();
});

test('emoji are found by words at the caret and in the picker, which remembers the last', async ({ page }) => {
  const id = await customer('447700900304', 'Quinn Ode');
  await signIn(page, house.url);
  await open(page, id);
  await reply(page).pressSequentially('Great :tada');
  await expect(page.getByRole('listbox', { name: 'Emoji' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(reply(page)).toHaveValue('Great 🎉');
  await page.getByRole('button', { name: 'Emoji' }).click();
  const picker = page.getByRole('dialog', { name: 'Emoji' });
  await expect(picker.getByRole('region', { name: 'Used last' }).getByRole('button')).toHaveText(['🎉']);
  await accessible(page);
  await page.keyboard.type('thumbs up');
  await page.keyboard.press('ArrowDown');
  await expect(picker.getByRole('button', { name: 'thumbs up sign' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(picker).toHaveCount(0);
  await expect(reply(page)).toHaveValue('Great 🎉👍');
  await expect(reply(page)).toBeFocused();
  await page.getByRole('button', { name: 'Emoji' }).click();
  await page.keyboard.press('Escape');
  await expect(picker).toHaveCount(0);
  await expect(reply(page)).toBeFocused();
});

test('a draft follows to another browser, and neither overwrites what is typed in the other', async ({ page, browser }) => {
  const id = await customer('447700900305', 'Ruth Behr');
  const elsewhere = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  await signIn(page, house.url);
  await signIn(elsewhere, house.url);
  await open(page, id);
  await reply(page).pressSequentially('Half a sen');
  await elsewhere.locator('#tab-all').click();
  await expect(elsewhere.locator(`[data-conversation-id="${id}"]`)).toContainText('Draft Half a sen');
  await open(elsewhere, id);
  await expect(reply(elsewhere)).toHaveValue('Half a sen');
  await reply(elsewhere).press('End');
  await reply(elsewhere).pressSequentially('tence');
  await expect(reply(page)).toHaveValue('Half a sentence');
  // Typed in both before either heard of the other: nobody loses what is under their hands.
  await page.route('**/draft', (route) => route.abort());
  await reply(page).press('End');
  await reply(page).pressSequentially(' from here');
  await reply(elsewhere).press('End');
  await reply(elsewhere).pressSequentially(' from there');
  await expect.poll(async () => (await house.call('GET', `/api/v1/conversations/${id}/draft`))['reply']).toBe('Half a sentence from there');
  await expect(reply(page)).toHaveValue('Half a sentence from here');
  await page.unroute('**/draft');
  await expect(reply(elsewhere)).toHaveValue('Half a sentence from here', { timeout: 20_000 });
  await reply(page).press('Control+Enter');
  await expect(reply(elsewhere)).toHaveValue('');
  await expect.poll(async () => (await house.call('GET', `/api/v1/conversations/${id}/draft`))['version']).toBe(0);
  await elsewhere.context().close();
});

test('a send is taken back within its grace by button and key, and goes by itself when the browser closes', async ({ page, browser }) => {
  const id = await customer('447700900306', 'Sam Okoro');
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/appearance`);
  await page.getByRole('group', { name: 'Take back a send' }).getByRole('radio', { name: 'Within 10 seconds' }).check();
  await page.goto(house.url);
  await live(page);
  await open(page, id);
  await reply(page).fill('Too early');
  await reply(page).press('Control+Enter');
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Too early' })).toBeVisible();
  await accessible(page);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect(reply(page)).toHaveValue('Too early');
  await expect(reply(page)).toBeFocused();
  await expect(page.locator('article[data-direction="out"]', { hasText: 'Too early' })).toHaveCount(0);
  await reply(page).fill('Again too early');
  await reply(page).press('Control+Enter');
  await expect(page.locator('article[data-message-id]', { hasText: 'Again too early' })).toBeVisible();
  await reply(page).press('Control+z');
  await expect(reply(page)).toHaveValue('Again too early');
  // The list shows what was there before.
  const someone = await other(browser);
  await someone.locator('#tab-all').click();
  await expect(someone.locator(`[data-conversation-id="${id}"]`)).toContainText('Hello?');
  await reply(page).fill('Now it may go');
  await reply(page).press('Control+Enter');
  await expect(page.locator('article[data-message-id]', { hasText: 'Now it may go' })).toBeVisible();
  await page.close();
  await open(someone, id);
  await expect(someone.locator('article[data-direction="out"]', { hasText: 'Now it may go' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(someone.locator('article', { hasText: 'early' })).toHaveCount(0);
  await someone.context().close();
});

test('a message is planned for a time, both see it, it is changed, sent, deleted, and says why it did not go', async ({ page, browser }) => {
  const id = await customer('447700900307', 'Tara Voss');
  const theirs = await other(browser);
  await signIn(page, house.url);
  await open(page, id);
  await open(theirs, id);
  const plan = async (words: string) => {
    await reply(page).fill(words);
    await page.getByRole('button', { name: 'More ways to send' }).click();
    await page.getByRole('menuitem', { name: 'Send at a time…' }).click();
    return page.getByRole('dialog', { name: 'Send at a time' });
  };
  const dialog = await plan('Good morning');
  await expect(dialog.getByText('In your time: Europe/Amsterdam')).toBeVisible();
  await accessible(page);
  await dialog.getByRole('radio', { name: 'Another time' }).check();
  await dialog.getByLabel('Day and time').fill('2020-01-01T09:00');
  await dialog.getByRole('button', { name: 'Plan it' }).click();
  await expect(dialog.getByText('Choose a time to come.')).toBeVisible();
  await dialog.getByRole('radio', { name: /^Tomorrow/ }).check();
  await dialog.getByRole('button', { name: 'Plan it' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(reply(page)).toHaveValue('');
  await expect(reply(page)).toBeFocused();
  const mine = page.getByRole('region', { name: 'To go at a time' }).getByRole('listitem');
  const other_ = theirs.getByRole('region', { name: 'To go at a time' }).getByRole('listitem');
  await expect(mine).toHaveCount(1);
  await expect(other_).toContainText('Good morning');
  await accessible(page);
  await expect(page.locator('article', { hasText: 'Good morning' })).toHaveCount(0);
  // A colleague changes the words, the writer sees them, and sends it now.
  await other_.getByRole('button', { name: 'Change' }).click();
  const change = theirs.getByRole('dialog', { name: 'Change what is to go' });
  await change.getByLabel('Words').fill('Good morning, Tara');
  await accessible(theirs);
  await change.getByRole('button', { name: 'Save' }).click();
  await expect(mine).toContainText('Good morning, Tara');
  await mine.getByRole('button', { name: 'Send now' }).click();
  await expect(mine).toHaveCount(0);
  await expect(theirs.locator('article[data-direction="out"]', { hasText: 'Good morning, Tara' })).toHaveAttribute('data-state', arrived, { timeout: 30_000 });
  await expect(other_).toHaveCount(0);
  const second = await plan('Never mind');
  await second.getByRole('button', { name: 'Plan it' }).click();
  await mine.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete what was to go?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(mine).toHaveCount(0);
  // One that may not go when its time comes.
  const send_at = new Date(Date.now() + 4_000).toISOString();
  await house.call('POST', `/api/v1/conversations/${id}/scheduled`, { send_at, unless_reply: true, message: { type: 'text', text: { body: 'Still there?' } } });
  await expect(mine).toContainText('not if Tara writes before');
  house.say('447700900307', 'Tara Voss', 'Yes, here');
  const refused = page.locator('article[data-state="failed"]', { hasText: 'Still there?' });
  await expect(refused).toContainText('The customer wrote before its time', { timeout: 30_000 });
  await expect(mine).toHaveCount(0);
  expect((await house.items(id)).filter((one) => one.state === 'failed').length).toBe(1);
  await theirs.context().close();
});

test('on a phone and in the dark all of it is there and fits', async ({ browser }) => {
  const id = await customer('447700900308', 'Uma Rahn');
  await house.call('POST', `/api/v1/conversations/${id}/scheduled`, { send_at: new Date(Date.now() + 3_600_000).toISOString(), message: { type: 'text', text: { body: 'In an hour' } } });
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', locale: 'en-GB', timezoneId: 'Europe/Amsterdam' })).newPage();
  await signIn(page, house.url);
  await page.goto(`${house.url}/inbox/${id}`);
  await expect(page.getByRole('region', { name: 'To go at a time' })).toContainText('In an hour');
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Saved replies' }).click();
  await expect(page.getByRole('listbox', { name: 'Saved replies' })).toBeVisible();
  await accessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page.keyboard.press('Escape');
  await reply(page).fill('Later');
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Send at a time…' }).click();
  await expect(page.getByRole('dialog', { name: 'Send at a time' })).toBeVisible();
  await accessible(page);
  await page.goto(`${house.url}/settings/replies`);
  await expect(page.getByRole('heading', { name: 'Saved replies' })).toBeVisible();
  await accessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page.context().close();
});
