import { expect, type Page, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, live, signIn } from './support/page';

const PASSWORD = 'a long enough password';

let house: House;

test.beforeAll(async () => {
  house = await House.open({ outbox: true });
});

test.afterAll(async () => {
  await house.close();
});

/** The code of the newest mail to an address, as its reader finds it. */
async function codeFor(page: Page, address: string): Promise<string> {
  await page.goto(`${house.url}/outbox`);
  const mail = page.getByRole('listitem').filter({ hasText: `To ${address}` }).first();
  await expect(mail).toContainText(/\d{6}/);
  await accessible(page);
  return /\b\d{6}\b/.exec(await mail.innerText())?.[0] ?? '';
}

/** The name of the workspace the page is in. */
const workspace = (page: Page) => page.locator('.rail .tile');

/** Opens the menu of the account and goes to another workspace. */
async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('menuitemcheckbox', { name }).click();
  await expect(workspace(page)).toHaveAccessibleName(name);
  await live(page);
}

test('an owner invites somebody, who reads the mail, joins with a name and a password, and is here', async ({ page, browser }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/members`);
  await expect(page.getByText('Nobody is invited at the moment.')).toBeVisible();
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(dialog.getByText('This is needed')).toBeVisible();
  await dialog.getByLabel('Email').fill('ana@example.com');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('belongs here already')).toBeVisible();
  await dialog.getByLabel('Email').fill('ben@example.com');
  await dialog.getByLabel('Role').selectOption('supervisor');
  await accessible(page);
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('ben@example.com is invited')).toBeVisible();
  const link = await dialog.locator('code').innerText();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  const invited = page.getByRole('region', { name: 'Invited, not here yet' }).getByRole('row', { name: /ben@example.com/ });
  await expect(invited).toContainText('Supervisor');
  await expect(invited).toContainText('Mail sent');
  await accessible(page);

  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const theirs = await context.newPage();
  const asked: string[] = [];
  theirs.on('request', (request) => asked.push(request.url()));
  await theirs.goto(`${house.url}/outbox`);
  await accessible(theirs);
  await theirs.getByRole('link', { name: link }).click();
  await expect(theirs.getByRole('heading', { name: 'Join Vela Bikes' })).toBeVisible();
  await expect(theirs.getByText('asks you to join as a supervisor')).toBeVisible();
  await expect(theirs.getByLabel('Your name')).toBeFocused();
  await accessible(theirs);
  await theirs.getByRole('button', { name: 'Join' }).click();
  await expect(theirs.getByText('This is needed.')).toHaveCount(2);
  await theirs.getByLabel('Your name').fill('Ben Okafor');
  await theirs.getByLabel('Password').fill('short');
  await theirs.keyboard.press('Enter');
  await expect(theirs.getByText('must have at least 8 characters')).toBeVisible();
  await accessible(theirs);
  await theirs.getByLabel('Password').fill(PASSWORD);
  await theirs.keyboard.press('Enter');
  await live(theirs);
  const token = link.split('#')[1] ?? '';
  expect(token.length).toBeGreaterThan(80);
  expect(asked.filter((url) => url.includes(token) && !url.includes('#'))).toEqual([]);

  // Whoever looks on sees it happen.
  await expect(page.getByRole('row', { name: /Ben Okafor/ })).toContainText('Supervisor');
  await expect(page.getByText('Nobody is invited at the moment.')).toBeVisible();
  await theirs.goto(link);
  await expect(theirs.getByRole('heading', { name: 'This invitation cannot be used' })).toBeVisible();
  await accessible(theirs);
  await context.close();
});

test('an invitation is sent again and taken back', async ({ page }) => {
  await signIn(page, house.url);
  await house.call('POST', '/api/v1/invitations', { email: 'cara@example.com', role: 'agent' });
  await page.goto(`${house.url}/settings/members`);
  const row = page.getByRole('row', { name: /cara@example.com/ });
  const more = row.getByRole('button', { name: 'More about the invitation of cara@example.com' });
  // By keys alone, as well.
  await more.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Send again' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('The mail to cara@example.com is on its way again')).toBeVisible();
  await more.click();
  await page.getByRole('menuitem', { name: 'Take back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await expect(row).toHaveCount(0);
});

test('a stranger makes an account with the code of a mail, joins another workspace with it, and goes between the two in every tab', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(house.url);
  await accessible(page);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(page.getByLabel('Email')).toBeFocused();
  await accessible(page);
  await page.keyboard.press('Enter');
  await expect(page.getByText('This is needed.')).toBeVisible();
  await page.getByLabel('Email').fill('dana@example.com');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Code from the mail')).toBeFocused();
  const mails = await context.newPage();
  const code = await codeFor(mails, 'dana@example.com');
  await mails.close();
  await page.getByLabel('Code from the mail').fill(code === '000000' ? '000001' : '000000');
  await page.getByLabel('Name of the workspace').fill('Dana Cargo');
  await page.getByLabel('Your name').fill('Dana Petrov');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByText(/The code is wrong/)).toBeVisible();
  await accessible(page);
  await page.getByLabel('Code from the mail').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await page.keyboard.press('Enter');
  await live(page);
  await expect(workspace(page)).toHaveAccessibleName('Dana Cargo');

  const invitation = await house.call('POST', '/api/v1/invitations', { email: 'dana@example.com', role: 'agent' });
  await page.goto(String(invitation['link']));
  await expect(page.getByText('You are signed in as dana@example.com.')).toBeVisible();
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await accessible(page);
  await page.getByRole('button', { name: 'Join' }).click();
  await live(page);
  await expect(workspace(page)).toHaveAccessibleName('Vela Bikes');

  const other = await context.newPage();
  await other.goto(`${house.url}/settings/members`);
  await expect(other.getByRole('row', { name: /dana@example.com/ })).toContainText('Agent');
  await live(page);
  await goTo(page, 'Dana Cargo');
  // The other tab follows: nothing of the workspace before stays on it.
  await expect(workspace(other)).toHaveAccessibleName('Dana Cargo');
  await other.goto(`${house.url}/settings/members`);
  await expect(other.getByRole('row', { name: /dana@example.com/ })).toContainText('Owner');
  await expect(other.getByRole('row', { name: /ana@example.com/ })).toHaveCount(1);
  await goTo(other, 'Vela Bikes');
  await expect(workspace(page)).toHaveAccessibleName('Vela Bikes');
  house.say('491701112233', 'Ida Vogt', 'Is the bike ready?');
  await page.goto(`${house.url}/inbox?view=all`);
  await expect(page.getByText('Ida Vogt').first()).toBeVisible();
  await context.close();
});

test('a forgotten password is set anew, and where one was signed in before one is not any more', async ({ page, browser }) => {
  await house.call('POST', '/api/v1/users', { email: 'eve@example.com', name: 'Eve Lindqvist', password: PASSWORD, role: 'agent' });
  const context = await browser.newContext();
  const before = await context.newPage();
  await before.goto(house.url);
  await before.fill('input[type=email]', 'eve@example.com');
  await before.fill('input[type=password]', PASSWORD);
  await before.keyboard.press('Enter');
  await live(before);

  await page.goto(`${house.url}/signin`);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Email').fill('eve@example.com');
  await page.getByRole('button', { name: 'Mail me a code' }).click();
  await expect(page.getByText('If eve@example.com has an account')).toBeVisible();
  const mails = await context.newPage();
  const code = await codeFor(mails, 'eve@example.com');
  await page.getByLabel('Code from the mail').fill(code);
  await page.getByLabel('New password').fill('another long enough password');
  await accessible(page);
  await page.keyboard.press('Enter');
  await live(page);
  await expect(before).toHaveURL(/signin/);
  await context.close();
});

test('a server that sends no mail says so, and invites by link', async ({ page }) => {
  const alone = await House.open();
  await page.goto(`${alone.url}/forgot`);
  await expect(page.getByText('This server sends no mail.')).toBeVisible();
  await accessible(page);
  await page.goto(`${alone.url}/create-account`);
  await expect(page.getByText('Nobody signs up here by themselves.')).toBeVisible();
  await page.goto(`${alone.url}/outbox`);
  await expect(page.getByRole('heading', { name: 'Mail of this demo' })).toHaveCount(0);
  await signIn(page, alone.url);
  await page.goto(`${alone.url}/settings/members`);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('This server sends no mail')).toBeVisible();
  await dialog.getByLabel('Email').fill('ben@example.com');
  await page.keyboard.press('Enter');
  await expect(dialog.locator('code')).toContainText('/join#');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(page.getByRole('row', { name: /ben@example.com/ })).toContainText('Send the link by hand');
  await alone.close();
});
