import { expect, type Locator, type Page } from '@playwright/test';
import type { House } from '../end-to-end/support/house';
import { live } from '../end-to-end/support/page';
import type { Device } from './album';
import { cases, hero, type Shop } from './story';

/** What a screen is shown of. */
export type Place = { house: House; shop: Shop; device: Device };

export type Screen = {
  name: string;
  title: string;
  /** In the full house, in the empty one, to somebody who is not signed in, or in Arabic. */
  of?: 'many' | 'none' | 'guest' | 'arabic';
  /** Only there. */
  only?: Device;
  at: string | ((place: Place) => string);
  /** What is done there; it ends when everything stands that is to be seen. */
  then: (page: Page, place: Place) => Promise<unknown>;
  /** What is put right before anything else is shown. */
  after?: (page: Page, place: Place) => Promise<unknown>;
  /** The server is away by then: that it does not answer is no fault. */
  offline?: boolean;
};

const conversation = (name: string) => ({ shop }: Place): string => `/inbox/${shop.ids.get(name) ?? ''}?view=all`;

const reply = (page: Page): Locator => page.locator('#composer textarea');
const dialog = (page: Page): Locator => page.getByRole('dialog');

/** A conversation is open and was read to its end. */
async function thread(page: Page): Promise<void> {
  await live(page);
  await expect(page.locator('article[data-message-id]').last()).toBeVisible();
  await expect(page.locator('#composer')).toBeVisible();
  // Opened at a message the thread has the focus, which is drawn around all of it.
  await page.evaluate(() => { if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); });
}

/** Reads back to where it began, and sees the picture there. */
async function back(page: Page): Promise<void> {
  await expect(async () => {
    await page.locator('.messages').evaluate((one) => { one.scrollTop = 0; });
    await expect(page.locator('img.picture').first()).toBeInViewport({ timeout: 500 });
  }).toPass();
}

async function list(page: Page): Promise<void> {
  await live(page);
  await expect(page.locator('[data-conversation-id]').nth(6)).toBeVisible();
}

/** It says so, somewhere. */
const says = (words: string | RegExp) => async (page: Page): Promise<void> => {
  await expect(page.getByText(words).first()).toBeVisible();
};

/** What the composer's menu has. */
async function insert(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

/** What has a key on a desktop has a button everywhere. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).first().click();
}

/** Nothing that was written for a picture stands in the next. */
const cleared = (name: string) => async (page: Page, { house, shop }: Place): Promise<void> => {
  await page.keyboard.press('Escape');
  await reply(page).fill('');
  await expect.poll(async () => (await house.call('GET', `/api/v1/conversations/${shop.ids.get(name) ?? ''}/draft`))['version']).toBe(0);
};

async function writeOffline(page: Page, words: string): Promise<void> {
  const queue = page.getByRole('button', { name: /^Queue/ });
  await expect(queue).toBeVisible({ timeout: 60_000 });
  await reply(page).fill(words);
  await queue.click();
  await expect(page.locator('article', { hasText: words })).toContainText('Goes when you’re back online');
}

const inbox: Screen[] = [
  { name: 'inbox', title: 'Inbox with an open conversation', only: 'desktop', at: conversation(hero), then: thread },
  { name: 'inbox', title: 'Inbox', only: 'phone', at: '/inbox?view=all', then: list },
  { name: 'thread', title: 'A conversation', only: 'phone', at: conversation(hero), then: thread },
  { name: 'inbox-mine', title: 'Mine, next up', at: '/inbox?view=mine', then: list },
  { name: 'inbox-nothing-chosen', title: 'Nothing chosen', only: 'desktop', at: '/inbox?view=all', then: list },
  { name: 'inbox-none', title: 'Nobody has written', of: 'none', at: '/inbox?view=all', then: live },
  { name: 'inbox-arabic', title: 'In Arabic', of: 'arabic', only: 'desktop', at: conversation(cases.arabic), then: thread },
  { name: 'inbox-arabic', title: 'The list, in Arabic', of: 'arabic', only: 'phone', at: '/inbox?view=all', then: list },
  { name: 'thread-arabic', title: 'A conversation, in Arabic', of: 'arabic', only: 'phone', at: conversation(cases.arabic), then: thread },
];

const threads: Screen[] = [
  { name: 'received', title: 'What customers send', at: conversation(cases.received), then: thread },
  {
    name: 'received-files', title: 'Pictures, sound and places', at: conversation(cases.received), then: async (page) => { await thread(page); await back(page); },
  },
  { name: 'sent', title: 'What is sent', at: conversation(cases.sent), then: thread },
  { name: 'sent-files', title: 'Files that are sent', at: conversation(cases.sent), then: async (page) => { await thread(page); await back(page); } },
  { name: 'trouble', title: 'Refused, unknown, planned, noted', at: conversation(cases.trouble), then: thread },
  {
    name: 'long', title: 'A long conversation, scrolled back', at: (place) => `${conversation(cases.long)(place)}&message=60`, then: async (page) => {
      await thread(page);
      await expect(page.locator('[data-seq="60"]')).toBeVisible();
      await expect(page.getByRole('button', { name: 'Jump to the newest message' })).toBeVisible();
    },
  },
  { name: 'closed', title: 'The window is closed: templates', at: conversation(cases.closed), then: async (page) => { await thread(page); await expect(page.locator('.template-option').first()).toBeVisible(); } },
  {
    name: 'closed-template', title: 'A template is filled in', at: conversation(cases.closed), then: async (page) => {
      await thread(page);
      await page.getByRole('option', { name: /Bike ready/ }).first().click();
      await expect(page.getByRole('group', { name: 'Preview' })).toBeVisible();
    },
  },
  {
    name: 'details', title: 'Details and consent', at: conversation(hero), then: async (page, { device }) => {
      await thread(page);
      if (device === 'phone') {
        await page.locator('main.thread .head').getByRole('button', { name: 'More' }).click();
        await page.getByRole('menuitem', { name: 'Details' }).click();
      }
      await press(page, 'Everything they said');
      await page.getByRole('button', { name: 'Record what they said' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'viewer', title: 'A picture, large', at: conversation(hero), then: async (page) => {
      await thread(page);
      await page.locator('img.picture').first().scrollIntoViewIfNeeded();
      await press(page, /larger/);
      await expect.poll(() => dialog(page).locator('img').evaluate((one: HTMLImageElement) => one.naturalWidth)).toBeGreaterThan(1);
    },
  },
];

const writing: Screen[] = [
  {
    name: 'buttons', title: 'A message with buttons', at: conversation(hero), then: async (page) => {
      await thread(page);
      await insert(page, 'Buttons, list or link');
      await dialog(page).getByLabel('Message', { exact: true }).fill('Shall we keep the old hanger for you?');
      await dialog(page).getByLabel('Button 1', { exact: true }).fill('Yes, please');
      await dialog(page).getByLabel('Button 2', { exact: true }).fill('No, recycle it');
    },
  },
  { name: 'insert', title: 'What can be sent', at: conversation(hero), then: async (page) => { await thread(page); await press(page, 'Insert'); await expect(page.getByRole('menu')).toBeVisible(); } },
  {
    name: 'emoji', title: 'Emoji', only: 'desktop', at: conversation(hero), then: async (page) => {
      await thread(page);
      await press(page, 'Emoji');
      await expect(page.getByRole('dialog', { name: 'Emoji' })).toBeVisible();
    },
  },
  {
    name: 'saved-replies', title: 'Saved replies', at: conversation(hero), after: cleared(hero), then: async (page, { device }) => {
      await thread(page);
      await (device === 'phone' ? insert(page, 'Saved replies') : press(page, 'Saved replies'));
      await expect(page.getByRole('listbox', { name: 'Saved replies' }).getByRole('option').first()).toBeVisible();
    },
  },
  {
    name: 'schedule', title: 'Send at a time', at: conversation(hero), after: cleared(hero), then: async (page, { device }) => {
      await thread(page);
      await reply(page).fill('Good morning Elif, see you at ten. The coffee is on.');
      if (device === 'phone') await insert(page, 'Send at a time…');
      else {
        await press(page, 'More ways to send');
        await page.getByRole('menuitem', { name: 'Send at a time…' }).click();
      }
      await expect(page.getByRole('dialog', { name: 'Send at a time' })).toBeVisible();
    },
  },
];

const finding: Screen[] = [
  {
    name: 'filter', title: 'A filter is built', at: '/inbox?view=all', then: async (page) => {
      await list(page);
      const filter = page.getByRole('button', { name: 'Filter', exact: true });
      await filter.first().click();
      await page.getByRole('menuitem', { name: 'Label' }).click();
      await page.getByRole('menuitemcheckbox', { name: 'Repair' }).click();
      await page.keyboard.press('Escape');
      await expect(page.getByRole('button', { name: 'Change: Label is Repair' })).toBeVisible();
      await filter.last().click();
      await expect(page.getByRole('menuitem', { name: 'Priority' })).toBeVisible();
    },
  },
  {
    name: 'bulk', title: 'Several at once', at: '/inbox?view=all', then: async (page) => {
      await list(page);
      await press(page, /^Order/);
      await page.getByRole('menuitem', { name: 'Select several' }).click();
      const cards = page.locator('.card[data-conversation-id]');
      for (const nth of [0, 1, 2]) {
        await cards.nth(nth).click();
        await expect(page.getByRole('toolbar', { name: 'Selected conversations' })).toContainText(`${String(nth + 1)} selected`);
      }
    },
  },
  { name: 'command-menu', title: 'Command menu', only: 'desktop', at: conversation(hero), then: async (page) => { await thread(page); await page.keyboard.press('Control+k'); await expect(page.locator('[cmdk-input]')).toBeFocused(); } },
  { name: 'keys', title: 'Keys', only: 'desktop', at: conversation(hero), then: async (page) => { await thread(page); await page.keyboard.press('Control+/'); await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible(); } },
  {
    name: 'search', title: 'Search', at: '/inbox?view=all', then: async (page) => {
      await list(page);
      await press(page, 'Search');
      await page.getByRole('combobox', { name: 'Search messages, people and numbers' }).fill('vela 7');
      await expect(page.getByRole('dialog', { name: 'Search' }).getByRole('option').nth(3)).toBeVisible();
    },
  },
  {
    name: 'search-none', title: 'Search, nothing found', at: '/inbox?view=all', then: async (page) => {
      await list(page);
      await press(page, 'Search');
      await page.getByRole('combobox', { name: 'Search messages, people and numbers' }).fill('tandem with a sail');
      await says(/^Nothing fits/)(page);
    },
  },
  {
    name: 'notifications', title: 'Notifications', at: '/inbox?view=all', then: async (page) => {
      await list(page);
      await press(page, /^Notifications/);
      await expect(page.getByRole('dialog', { name: 'Notifications' }).locator('[data-notice]').first()).toBeVisible();
    },
  },
  { name: 'notifications-none', title: 'No notifications', of: 'none', at: '/inbox?view=all', then: async (page) => { await live(page); await press(page, /^Notifications/); await expect(page.getByRole('dialog', { name: 'Notifications' })).toBeVisible(); } },
  { name: 'start', title: 'Start a conversation', at: '/inbox?view=all', then: async (page) => { await list(page); await press(page, 'New conversation'); await expect(dialog(page)).toBeVisible(); } },
];

const chart = async (page: Page): Promise<void> => { await expect(page.getByRole('figure').first()).toBeVisible(); };

const reports: Screen[] = [
  { name: 'reports-live', title: 'Reports: live', at: '/reports/live', then: async (page) => { await expect(page.locator('.report-tile').first()).toBeVisible(); } },
  { name: 'reports-live-none', title: 'Reports: live, none', of: 'none', at: '/reports/live', then: says('Nothing is open.') },
  { name: 'reports-history', title: 'Reports: history', at: '/reports/history', then: chart },
  { name: 'reports-history-none', title: 'Reports: history, none', of: 'none', at: '/reports/history', then: says('Nothing happened in these days.') },
  { name: 'reports-ratings', title: 'Reports: ratings', at: '/reports/ratings', then: chart },
  { name: 'reports-ratings-none', title: 'Reports: ratings, none', of: 'none', at: '/reports/ratings', then: async (page) => { await expect(page.getByRole('link', { name: 'Set up ratings' })).toBeVisible(); } },
];

/** The sections of the settings: their title, what stands there when there is much, and when there is nothing. */
const sections: readonly (readonly [id: string, title: string, many: string | RegExp, none?: string | RegExp])[] = [
  ['channels', 'Channels', 'Shop'],
  ['templates', 'Templates', 'Order shipped'],
  ['replies', 'Saved replies', '/tune-up', 'No reply is saved'],
  ['members', 'Members', 'Clara Weiss', 'Nobody is invited at the moment.'],
  ['teams', 'Teams', 'Workshop', 'There is no team yet'],
  ['labels', 'Labels', 'Warranty', 'There is no label yet'],
  ['hours', 'Business hours', 'Everybody else', 'There are no targets yet.'],
  ['rules', 'Rules', 'Label what asks for a refund', 'There is no rule yet'],
  ['macros', 'Macros', 'Over to the workshop', 'There is no macro yet'],
  ['ratings', 'Ratings', /^Customers are asked 0 min/, 'Customers are not asked'],
  ['api-keys', 'API keys', 'Webshop'],
  ['audit', 'Audit trail', 'Today'],
  ['dead-letters', 'Deliveries', /./],
  ['notifications', 'Notifications', 'Mentions of me'],
  ['availability', 'Availability', 'Away'],
  ['appearance', 'Appearance', 'Deutsch'],
];

const settled = (words: string | RegExp) => async (page: Page): Promise<void> => {
  await expect(page.getByRole('main').getByText(words).first()).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Settings' }).getByRole('link'), 'each section has its pictures').toHaveCount(sections.length);
};

const settings: Screen[] = [
  ...sections.flatMap(([id, title, many, none]): Screen[] => [
    { name: `settings-${id}`, title: `Settings: ${title}`, at: `/settings/${id}`, then: settled(many) },
    ...(none === undefined ? [] : [{ name: `settings-${id}-none`, title: `Settings: ${title}, none`, of: 'none' as const, at: `/settings/${id}`, then: settled(none) }]),
  ]),
  { name: 'settings-channel', title: 'Settings: a number', at: ({ house }) => `/settings/channels?channel=${house.channelId}`, then: async (page) => { await expect(page.locator('[data-light="token"]')).toContainText('In order'); } },
];

const doors: Screen[] = [
  { name: 'sign-in', title: 'Sign in', of: 'guest', at: '/signin', then: async (page) => { await expect(page.getByRole('link', { name: 'Create an account' })).toBeVisible(); } },
  { name: 'create-account', title: 'Create an account', of: 'guest', at: '/create-account', then: async (page) => { await expect(page.getByLabel('Email')).toBeVisible(); } },
  {
    name: 'create-account-code', title: 'Create an account, with the code of the mail', of: 'guest', at: '/create-account', then: async (page, { device }) => {
      await page.getByLabel('Email').fill(`dana.${device}@example.com`);
      await page.keyboard.press('Enter');
      await expect(page.getByLabel('Code from the mail')).toBeVisible();
    },
  },
  { name: 'forgot', title: 'Forgotten password', of: 'guest', at: '/forgot', then: async (page) => { await expect(page.getByLabel('Email')).toBeVisible(); } },
  { name: 'join', title: 'Join by an invitation', of: 'guest', at: ({ shop }) => shop.invitation, then: async (page) => { await expect(page.getByLabel('Your name')).toBeVisible(); } },
  { name: 'outbox', title: 'Mail of a server to try', of: 'guest', at: '/outbox', then: async (page) => { await expect(page.getByRole('listitem').first()).toBeVisible(); } },
];

/** Those after which a house is not what it was. */
const last: Screen[] = [
  {
    name: 'first-run', title: 'No number is connected yet', of: 'none', at: '/inbox', then: async (page, { house }) => {
      const { channels } = (await house.call('GET', '/api/v1/channels')) as { channels: { id: string }[] };
      for (const { id } of channels) await house.call('DELETE', `/api/v1/channels/${id}`);
      await says('Connect a WhatsApp number')(page);
    },
  },
  {
    name: 'offline', title: 'Without a line: read on, and queue', at: conversation(cases.quiet), offline: true, then: async (page, { house, device }) => {
      await thread(page);
      await house.down();
      if (device === 'desktop') await expect(page.locator('[data-as-of]').first()).toBeVisible();
      await writeOffline(page, device === 'desktop' ? 'It does, with the longer screw. We have it here.' : 'Shall we put one aside for you?');
    },
    // The phone reads it before the server is away; after that it stays so.
    after: async (_page, { house, device }) => { if (device === 'desktop') await house.up(); },
  },
  { name: 'offline-list', title: 'Without a line: the list that was kept', only: 'phone', at: '/inbox?view=all', offline: true, then: async (page) => { await expect(page.locator('[data-conversation-id]').nth(6)).toBeVisible(); await expect(page.locator('[data-as-of]').first()).toBeVisible(); } },
];

export const screens: readonly Screen[] = [...inbox, ...threads, ...writing, ...finding, ...reports, ...settings, ...doors, ...last];
