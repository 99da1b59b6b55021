import { expect, type Page, test } from '@playwright/test';
import { House, until } from './support/house';
import { accessible, signIn } from './support/page';

let house: House;

test.beforeAll(async () => {
  house = await House.open({ signUp: true });
});

test.afterAll(async () => {
  await house.close();
});

const light = (page: Page, subject: string) => page.locator(`[data-light="${subject}"]`);

/** A picture, where somebody wants to look at it. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

test('an owner sees how a number stands, and what to do when the token is refused', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/channels`);
  await accessible(page);
  await shot(page, 'channels');
  await page.getByRole('link', { name: /Shop/ }).click();
  await expect(page.getByRole('heading', { name: 'Shop' })).toBeVisible();
  await expect(light(page, 'token')).toContainText('In order');
  await expect(light(page, 'limit')).toContainText('2,000 people');
  await accessible(page);
  await shot(page, 'channel');

  // A customer writes: the webhook's light changes by itself.
  await expect(light(page, 'webhook')).toContainText('Not known');
  house.say('31612345678', 'Lucas', 'hello');
  await expect(light(page, 'webhook')).toContainText('In order');

  // What WhatsApp tells of the account comes by itself, too.
  house.order({ number: { quality_rating: 'RED', messaging_limit: 'TIER_10K', status: 'CONNECTED' } });
  house.order({ account: { field: 'phone_number_quality_update', value: { display_phone_number: '12125550199', event: 'ONBOARDING', current_limit: 'TIER_10K' } } });
  await expect(light(page, 'quality')).toContainText('Act now');
  await expect(light(page, 'limit')).toContainText('10,000 people');

  // The token is revoked; a new one is checked before it is taken.
  house.order({ number: { access_token: 'token-of-tomorrow' } });
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(light(page, 'token')).toContainText('Act now');
  await expect(light(page, 'token')).toContainText('Enter the new one here');
  await accessible(page);
  await shot(page, 'channel-broken');
  await page.getByLabel('New access token').fill('token-of-yesterday');
  await page.getByRole('button', { name: 'Check and replace' }).click();
  await expect(page.getByText('does not take this access token').last()).toBeVisible();
  await page.getByLabel('New access token').fill('token-of-tomorrow');
  await page.getByRole('button', { name: 'Check and replace' }).click();
  await expect(light(page, 'token')).toContainText('In order');

  await page.getByLabel('Name for colleagues').fill('Front desk');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Front desk' })).toBeVisible();

  // Read receipts are switched off, and stay so.
  const receipts = page.getByRole('checkbox', { name: /Customers see when we have read/ });
  await expect(receipts).toBeChecked();
  await receipts.click();
  await expect(receipts).not.toBeChecked();
  await until('the switch to be stored', async () => (await house.call('GET', `/api/v1/channels/${house.channelId}`))['read_receipts'] === false);
  await receipts.focus();
  await page.keyboard.press('Space');
  await expect(receipts).toBeChecked();

  // WhatsApp restricts the account: it is told with its end, and goes away when it is lifted.
  house.order({ account: { field: 'account_update', value: { event: 'ACCOUNT_RESTRICTION', restriction_info: [{ restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: Math.floor(Date.now() / 1000) + 86_400 }] } } });
  await expect(light(page, 'number')).toContainText('may not write to people first, until');
  await expect(light(page, 'number')).toContainText('Act now');
  // Its phone tells what it kept, and how far that is.
  house.history('31612345678', ['Is it ready?', 'Not yet', 'Thanks'], 400);
  await expect(light(page, 'phone_history')).toContainText('50 % of the phone’s messages are here');
  await expect(light(page, 'phone_history').getByRole('progressbar')).toHaveAttribute('value', '50');
  await page.getByRole('heading', { name: 'Front desk' }).scrollIntoViewIfNeeded();
  await accessible(page);
  await shot(page, 'channel-restricted');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('heading', { name: 'Front desk' }).scrollIntoViewIfNeeded();
  await accessible(page);
  await shot(page, 'channel-restricted-phone');
  await light(page, 'phone_history').scrollIntoViewIfNeeded();
  await shot(page, 'channel-progress-phone');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
  house.order({ account: { field: 'account_update', value: { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } } } });
  await expect(light(page, 'number')).toContainText('In order');

  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page);
  await shot(page, 'channel-dark');
  await page.setViewportSize({ width: 390, height: 844 });
  await accessible(page);
  await shot(page, 'channel-phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

test('a number is deleted for good, and connected again step by step with what WhatsApp says', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/channels?channel=${house.channelId}`);
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await accessible(page);
  await shot(page, 'erase');
  await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await dialog.getByRole('textbox').fill('Front desk');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No number is connected.')).toBeVisible();

  await page.getByRole('button', { name: 'Connect a number' }).click();
  await page.getByRole('button', { name: 'Connect by hand' }).click();
  await page.getByRole('button', { name: 'Check with WhatsApp' }).click();
  await expect(dialog.getByText('This is needed.').first()).toBeVisible();
  await dialog.getByLabel('Name for colleagues').fill('Workshop');
  await dialog.getByLabel('Phone number ID').fill('999');
  await dialog.getByLabel('WhatsApp Business Account ID').fill(house.number.waba_id);
  await dialog.getByLabel('Access token').fill('token-of-tomorrow');
  await dialog.getByLabel(/App secret/).fill(house.number.app_secret);
  await page.getByRole('button', { name: 'Check with WhatsApp' }).click();
  await expect(dialog.getByText('does not know this number')).toBeVisible();
  await accessible(page);
  await shot(page, 'connect-wrong');
  await dialog.getByLabel('Phone number ID').fill(house.number.phone_number_id);
  await page.getByRole('button', { name: 'Check with WhatsApp' }).click();
  await expect(dialog.getByText('Spoke & Chain')).toBeVisible();
  await accessible(page);
  await shot(page, 'connect-checked');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await expect(dialog.getByText('Workshop is connected.')).toBeVisible();
  await expect(dialog.getByText('Waiting for the first webhook')).toBeVisible();
  house.say('31612345678', 'Lucas', 'are you there?');
  await expect(dialog.getByText('The first webhook has come')).toBeVisible();
  await accessible(page);
  await shot(page, 'connect-done');
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const [edge, copy] = await Promise.all([dialog.boundingBox(), dialog.getByRole('button', { name: /Verify token/ }).boundingBox()]);
    expect((copy?.x ?? 0) + (copy?.width ?? width), 'what is copied is whole').toBeLessThanOrEqual((edge?.x ?? 0) + (edge?.width ?? 0));
  }
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('link', { name: /Workshop/ })).toContainText('many people blocked or reported');

  // Disconnected, so that the next may sign up for it.
  await page.getByRole('link', { name: /Workshop/ }).click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('No number is connected.')).toBeVisible();
});

test('the first number is connected from the inbox, where its verify token stays until it was noted', async ({ page }) => {
  await signIn(page, house.url);
  await page.getByRole('button', { name: 'Connect by hand' }).click();
  await page.getByLabel('Name for colleagues').fill('First');
  await page.getByLabel('Phone number ID').fill(house.number.phone_number_id);
  await page.getByLabel('WhatsApp Business Account ID').fill(house.number.waba_id);
  await page.getByLabel('Access token').fill('token-of-tomorrow');
  await page.getByLabel(/App secret/).fill(house.number.app_secret);
  await page.getByRole('button', { name: 'Check with WhatsApp' }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('The token is shown only now.')).toBeVisible();
  // Everybody has heard of the number by now.
  house.say('31612345678', 'Lucas', 'the first word');
  await expect(page.getByText('The first webhook has come')).toBeVisible();
  await expect(page.getByText('The token is shown only now.')).toBeVisible();
  await accessible(page);
  await shot(page, 'first-connected');
  // Whoever turns the phone, or looks into a conversation meanwhile, finds it again.
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByText('The token is shown only now.')).toBeVisible();
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator('[data-conversation-id]').first().click();
  await expect(page.locator('article[data-message-id]').first()).toBeVisible();
  await page.goBack();
  await expect(page.getByText('The token is shown only now.')).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('Pick a conversation')).toBeVisible();
  await page.goto(`${house.url}/settings/channels`);
  await page.getByRole('link', { name: /First/ }).click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('No number is connected.')).toBeVisible();
});

test('a number is connected through Meta’s sign-up, in a window of its own', async ({ page }) => {
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/channels`);
  await page.getByRole('button', { name: 'Connect a number' }).click();
  const dialog = page.getByRole('dialog');
  await accessible(page);
  await shot(page, 'sign-up');
  const open = async () => {
    const popup = page.waitForEvent('popup');
    await dialog.getByRole('button', { name: 'Sign up with Meta' }).click();
    return popup;
  };
  // Refused there, nothing is connected here.
  await (await open()).locator('#refuse').click();
  await expect(dialog.getByText('Nothing was connected.')).toBeVisible();
  await (await open()).locator('#agree').click();
  await expect(dialog.getByText('Which number?')).toBeVisible();
  await accessible(page);
  await shot(page, 'sign-up-choose');
  await dialog.getByLabel('Name for colleagues').fill('Signed up');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await expect(dialog.getByText('Signed up is connected.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('link', { name: /Signed up/ })).toBeVisible();
});

/** Instead of the number that is connected, one that stays in the app of a phone. */
async function signUpWithPhone(page: Page, before: RegExp, name: string, keepsHistory: boolean): Promise<void> {
  await page.goto(`${house.url}/settings/channels`);
  await page.getByRole('link', { name: before }).click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('No number is connected.')).toBeVisible();
  house.order({ phone: { phone: '31687654321', name: 'Lucas of the phone', texts: ['Is it ready?', 'Yes', 'Thanks'], keeps_history: keepsHistory } });
  await page.getByRole('button', { name: 'Connect a number' }).click();
  await dialog.getByRole('checkbox', { name: /stays in the WhatsApp Business app/ }).check();
  await accessible(page);
  await shot(page, 'sign-up-phone');
  const popup = page.waitForEvent('popup');
  await dialog.getByRole('button', { name: 'Sign up with Meta' }).click();
  await (await popup).locator('#agree').click();
  await expect(dialog.getByText('Which number?')).toBeVisible();
  // Its phone has registered it.
  await expect(dialog.getByLabel(/Two-step code/)).toHaveCount(0);
  await dialog.getByLabel('Name for colleagues').fill(name);
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: new RegExp(name) }).click();
}

test('a number stays in the phone’s app, and what the phone keeps comes over', async ({ page }) => {
  await signIn(page, house.url);
  await signUpWithPhone(page, /Signed up/, 'Shop and phone', false);
  await expect(light(page, 'phone_contacts')).toContainText('contacts are here');
  await expect(light(page, 'phone_history')).toContainText('All of the phone’s messages are here');
  await accessible(page);
  await shot(page, 'channel-phone-app');
});

test('a phone that keeps what it has is over and done with, and calls for nothing', async ({ page }) => {
  await signIn(page, house.url);
  await signUpWithPhone(page, /Shop and phone/, 'Phone alone', true);
  await expect(light(page, 'phone_history')).toContainText('does not share the phone’s messages');
  await expect(light(page, 'phone_history')).toContainText('Over');
  await expect(light(page, 'phone_history')).not.toContainText('Act now');
  await accessible(page);
});

test('where the master key was lost a number takes its token anew, and gives the word for its webhook', async ({ page }) => {
  await house.loseKey();
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/channels`);
  await page.getByRole('link', { name: /Phone alone/ }).click();
  await expect(light(page, 'token')).toContainText('cannot be read with this server’s master key');
  await accessible(page);
  await page.getByLabel('New access token').fill('token-of-tomorrow');
  await page.getByLabel('New app secret').fill(house.number.app_secret);
  await page.getByRole('button', { name: 'Check and replace' }).click();
  await expect(light(page, 'token')).toContainText('In order');
  await expect(page.getByRole('status').filter({ hasText: 'Verify token' }).locator('code')).toHaveText(/.{16,}/);
  await accessible(page);
  await page.reload();
  await expect(light(page, 'token')).toContainText('In order');
  await expect(page.getByRole('status').filter({ hasText: 'Verify token' })).toHaveCount(0);
});
