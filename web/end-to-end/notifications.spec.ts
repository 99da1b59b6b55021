import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test';
import { House, until } from './support/house';
import { accessible, live } from './support/page';

let house: House;
const contexts: BrowserContext[] = [];

// Two people, with a browser each.
test.setTimeout(90_000);

test.beforeAll(async () => { house = await House.open(); });
test.afterEach(async () => { for (const context of contexts.splice(0)) await context.close(); });
test.afterAll(async () => { await house.close(); });

/** What the page asked the browser for: tones by their pitch, and notifications of the desktop. */
type Heard = { tones: number[]; desktop: { title: string; body: string; tag: string }[] };

/** Notes every tone that a page plays and every notification of the desktop that it shows. */
function listen(): void {
  const heard: Heard = { tones: [], desktop: [] };
  (window as unknown as { heard: Heard }).heard = heard;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (this: OscillatorNode, at?: number) {
    heard.tones.push(Math.round(this.frequency.value));
    start.call(this, at);
  };
  const Real = Notification;
  window.Notification = class extends Real {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      heard.desktop.push({ title, body: options?.body ?? '', tag: options?.tag ?? '' });
    }
  };
}

const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: Heard }).heard);

const people = new Map<string, string>();

/** A colleague in a browser of their own, that shows notifications and says what it was asked for. */
async function colleague(browser: Browser, name: string): Promise<{ page: Page; id: string }> {
  const email = `${name.split(' ')[0]?.toLowerCase() ?? ''}@example.com`;
  const password = 'a long enough password';
  if (!people.has(name)) people.set(name, String((await house.call('POST', '/api/v1/users', { name, email, password, role: 'agent' }))['id']));
  const context = await browser.newContext({ permissions: ['notifications'] });
  contexts.push(context);
  await context.addInitScript(listen);
  const page = await context.newPage();
  await page.goto(house.url);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await live(page);
  return { page, id: people.get(name) ?? '' };
}

/** Another tab of the same browser. */
async function another(page: Page): Promise<Page> {
  const second = await page.context().newPage();
  await second.goto(house.url);
  await live(second);
  return second;
}

const bell = (page: Page) => page.getByRole('navigation', { name: 'Areas' }).getByRole('button', { name: /^Notifications/ });
const panel = (page: Page) => page.getByRole('dialog', { name: 'Notifications' });
const toast = (page: Page, words: string | RegExp) => page.locator('.notice', { hasText: words });
const give = (conversation: string, to: string) => house.call('POST', `/api/v1/conversations/${conversation}/assign`, { assignee_id: to });

test('who is given a conversation and is written to hears of it once, sees it behind the bell, and has read it on every tab', async ({ browser }) => {
  house.say('447700900401', 'Ana Prieto', 'Is it ready?');
  const id = await house.conversationOf('Ana Prieto');
  const { page, id: bens } = await colleague(browser, 'Ben Okafor');
  const second = await another(page);
  // Somebody did something on both, so that sounds are allowed.
  for (const tab of [page, second]) {
    await tab.bringToFront();
    await tab.locator('body').click({ position: { x: 5, y: 5 } });
  }
  await give(id, bens);
  for (const tab of [page, second]) {
    await expect(toast(tab, 'gave you the conversation with Ana Prieto')).toBeVisible();
    await expect(bell(tab)).toHaveAccessibleName(/^Notifications, \d+ unread$/);
    await expect(tab).toHaveTitle(/^\(\d+\) /);
    await expect(tab.locator('link[rel="icon"]')).toHaveAttribute('href', /^data:image\/svg/);
  }
  const tones = async () => (await Promise.all([page, second].map(heard))).map((one) => one.tones.length);
  await until('one tab to play', async () => (await tones()).some((count) => count > 0));
  expect((await tones()).filter((count) => count > 0), 'one tab of two').toHaveLength(1);

  house.say('447700900401', 'Ana Prieto', 'And when?');
  house.say('447700900401', 'Ana Prieto', 'Today?');
  await expect(toast(page, '2 new messages from Ana Prieto'), 'one that stands there counts on').toBeVisible();
  await accessible(page);

  await page.bringToFront();
  await page.keyboard.press('Alt+B');
  await expect(panel(page)).toBeVisible();
  const rows = panel(page).locator('[data-notice]');
  await expect(rows.first()).toContainText('2 new messages from Ana Prieto');
  await expect(rows.first()).toContainText('Today?');
  await accessible(page);
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(panel(page)).toHaveCount(0);
  await expect(page).toHaveURL(new RegExp(`/inbox/${id}`));
  await expect(page.locator('article', { hasText: 'Today?' })).toBeVisible();
  // All that was of this conversation is read, on the other tab as well.
  for (const tab of [page, second]) {
    await expect(bell(tab)).toHaveAccessibleName('Notifications');
    await expect(tab).not.toHaveTitle(/^\(/);
    await expect(tab.locator('link[rel="icon"]')).toHaveAttribute('href', '/icon.svg');
    await expect(toast(tab, 'Ana Prieto')).toHaveCount(0);
  }
  // What somebody looks at is not told.
  await page.bringToFront();
  const before = await tones();
  house.say('447700900401', 'Ana Prieto', 'Hello?');
  await expect(page.locator('article', { hasText: 'Hello?' })).toBeVisible();
  await until('it to be read', async () => {
    const { unread_count: unread } = await page.evaluate(async () => (await (await fetch('/api/v1/notifications')).json()) as { unread_count: number });
    return unread === 0;
  });
  await expect(toast(page, 'Ana Prieto')).toHaveCount(0);
  expect(await tones()).toEqual(before);
});

test('what comes while nobody looks at the page is shown by the desktop, without what was written', async ({ browser }) => {
  house.say('447700900402', 'Lena Sommer', 'Hello');
  const id = await house.conversationOf('Lena Sommer');
  const { page, id: bens } = await colleague(browser, 'Ben Okafor');
  await give(id, bens);
  await expect(toast(page, 'Lena Sommer').first()).toBeVisible();
  // The person is in another window.
  await page.evaluate(() => { document.hasFocus = () => false; });
  house.say('447700900402', 'Lena Sommer', 'my number is 1234');
  const shown = await until('the desktop to show it', async () => (await heard(page)).desktop.find((one) => one.title === 'Lena Sommer wrote'));
  expect(shown.body).toBe('');
  await page.evaluate(async () => {
    const settings = (await (await fetch('/api/v1/notifications/settings')).json()) as Record<string, unknown>;
    const me = (await (await fetch('/api/v1/me')).json()) as { csrf_token: string };
    await fetch('/api/v1/notifications/settings', { method: 'PUT', headers: { 'content-type': 'application/json', 'x-csrf-token': me.csrf_token }, body: JSON.stringify({ ...settings, show_text: true }) });
  });
  house.say('447700900405', 'Milo Brandt', 'in clear');
  await give(await house.conversationOf('Milo Brandt'), bens);
  house.say('447700900405', 'Milo Brandt', 'and this as well');
  await until('the desktop to show the words', async () => (await heard(page)).desktop.find((one) => one.title === 'Milo Brandt wrote' && one.body === 'and this as well'));
});

test('all are marked as read at once, and that is taken back', async ({ browser }) => {
  const { page, id: bens } = await colleague(browser, 'Ben Okafor');
  house.say('447700900403', 'Noor Aziz', 'Hello');
  const id = await house.conversationOf('Noor Aziz');
  await house.call('POST', `/api/v1/conversations/${id}/notes`, { body: 'look', mentions: [bens] });
  await expect(toast(page, 'mentioned you in a note on Noor Aziz')).toBeVisible();
  await bell(page).click();
  await panel(page).getByRole('button', { name: 'Mark all as read' }).click();
  await expect(panel(page).getByRole('button', { name: 'Mark all as read' })).toBeDisabled();
  await expect(bell(page).locator('.badge')).toHaveCount(0);
  await expect(toast(page, 'Noor Aziz')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.locator('.toast', { hasText: 'marked as read' }).getByRole('button', { name: 'Undo' }).click();
  await expect(bell(page)).toHaveAccessibleName(/unread/);
  // One by itself.
  await bell(page).click();
  await panel(page).getByRole('button', { name: /^Mark as read: .*mentioned you/ }).first().click();
  await panel(page).getByRole('button', { name: /^Unread( \d+)?$/ }).click();
  await expect(panel(page).locator('[data-notice]', { hasText: 'mentioned you in a note on Noor Aziz' })).toHaveCount(0);
});

test('how one is told of things is chosen, kept, and holds at once', async ({ browser }) => {
  const { page, id: bens } = await colleague(browser, 'Cleo Marsh');
  await page.goto(`${house.url}/settings/notifications`);
  await expect(page.getByRole('heading', { name: 'Notifications', level: 2 })).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Play the sound: Mentions of me' }).click();
  await until('the sound', async () => (await heard(page)).tones.length >= 3);
  await page.getByRole('checkbox', { name: 'Mentions of me: On the page' }).uncheck();
  await page.getByRole('checkbox', { name: 'Keep quiet at these hours' }).check();
  await page.getByRole('button', { name: 'Monday' }).click();
  await page.getByLabel('From').fill('21:30');
  await page.getByLabel('Until').click();
  await page.getByRole('button', { name: 'For an hour' }).click();
  await expect(page.getByText(/^Until /).first()).toBeVisible();
  await accessible(page);
  await until('it to be kept', async () => {
    const kept = await page.evaluate(async () => (await (await fetch('/api/v1/notifications/settings')).json()) as { ways: { mention: { page: boolean } }; quiet_hours?: { from: string; days: string[] }; paused_until?: string });
    return !kept.ways.mention.page && kept.quiet_hours?.from === '21:30' && !kept.quiet_hours.days.includes('monday') && kept.paused_until !== undefined;
  });
  await page.reload();
  await expect(page.getByRole('checkbox', { name: 'Mentions of me: On the page' })).not.toBeChecked();
  await expect(page.getByLabel('From')).toHaveValue('21:30');
  // Not to be disturbed: the bell counts, and nothing pops up.
  house.say('447700900404', 'Ola Lind', 'Hello');
  const id = await house.conversationOf('Ola Lind');
  await give(id, bens);
  await expect(bell(page)).toHaveAccessibleName(/unread/);
  await expect(page.locator('.notice')).toHaveCount(0);
  await page.getByRole('button', { name: 'End it now' }).click();
  await expect(page.getByText('Off', { exact: true })).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await accessible(page);
});

test('the worker shows what is pushed in the words of the page, and a click on it opens the message', async ({ browser }) => {
  house.say('447700900406', 'Pia Holm', 'Hello');
  const id = await house.conversationOf('Pia Holm');
  const { page } = await colleague(browser, 'Ben Okafor');
  // The worker has come, and the page has told it its words.
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/offline.js');
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  await live(page);
  await until('the words', () => page.evaluate(async () => (await caches.match('/notification-words')) !== undefined));
  const browserSession = await page.context().newCDPSession(page);
  const found = new Promise<string>((resolve) => {
    browserSession.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => { if (registrations[0]) resolve(registrations[0].registrationId); });
  });
  await browserSession.send('ServiceWorker.enable');
  const push = async (data: unknown) => browserSession.send('ServiceWorker.deliverPushMessage', { origin: house.url, registrationId: await found, data: typeof data === 'string' ? data : JSON.stringify(data) });
  const shown = () => page.evaluate(async () => {
    return (await (await navigator.serviceWorker.ready).getNotifications()).map((one) => ({ title: one.title, body: one.body, tag: one.tag, path: (one.data as { path: string }).path }));
  });
  await push({ id: 'ntf_1', class: 'new', conversation_id: id, seq: 1, contact: 'Pia Holm', count: 1, at: new Date().toISOString() });
  await expect.poll(shown).toEqual([{ title: 'Pia Holm wrote', body: '', tag: 'ntf_1', path: `/inbox/${id}?message=1` }]);
  // A later one about the same takes its place.
  await push({ id: 'ntf_1', class: 'new', conversation_id: id, seq: 1, contact: 'Pia Holm', count: 3, text: 'Hello?', at: new Date().toISOString() });
  await expect.poll(shown).toEqual([{ title: '3 new messages from Pia Holm', body: 'Hello?', tag: 'ntf_1', path: `/inbox/${id}?message=1` }]);
  // What does not read says that there is something, and leads nowhere else.
  const where = async () => (await shown()).map((one) => [one.title, one.path]);
  await push('nonsense');
  await expect.poll(where).toContainEqual(['Switchboard', '/inbox']);
  await push({ id: 'ntf_2', class: 'later', conversation_id: '//evil.example', contact: 'Eve', at: 'x' });
  await expect.poll(where).toContainEqual(['Eve', '/inbox']);
  // The browser gives no way to click: the worker is told what a click tells it.
  await page.evaluate((path) => { navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { goTo: path } })); }, `/inbox/${id}?message=1`);
  await expect(page).toHaveURL(new RegExp(`/inbox/${id}\\?message=1`));
});
