import { test, type Page } from '@playwright/test';
import { House } from './support/house';
import { signIn } from './support/page';

let house: House;
test.beforeAll(async () => { house = await House.open(); await house.call('POST', '/api/v1/users', { email: 't@example.com', name: 'Tomás Vega', password: 'another long password', role: 'agent' }); });
test.afterAll(async () => { await house.close(); });
const shot = (page: Page, name: string) => page.screenshot({ path: `/tmp/shots/${name}.png` });

test('shots', async ({ browser }) => {
  house.say('447700900401', 'Elif Aydin', 'Hello, is my bike ready?');
  const id = await house.conversationOf('Elif Aydin');
  const users = (await house.call('GET', '/api/v1/users'))['users'] as { id: string; name: string }[];
  await house.call('POST', `/api/v1/conversations/${id}/notes`, { body: 'Look please, @Tomás Vega, is it the blue one?', mentions: [users.find((u) => u.name.startsWith('Tom'))?.id] });
  for (const scheme of ['light', 'dark'] as const) {
    for (const [w, h] of [[1280, 800], [390, 844]] as const) {
      const page = await (await browser.newContext({ viewport: { width: w, height: h }, colorScheme: scheme, locale: 'en-GB', timezoneId: 'Europe/Amsterdam' })).newPage();
      const n = (name: string) => `${name}-${scheme}-${w}`;
      await signIn(page, house.url);
      await page.goto(`${house.url}/settings/replies`);
      await page.getByRole('heading', { name: 'Saved replies' }).waitFor();
      await page.waitForTimeout(400);
      await shot(page, n(scheme === 'light' && w === 1280 ? 'replies-none' : 'replies'));
      if (scheme === 'light' && w === 1280) {
        for (let i = 0; i < 14; i += 1) await house.call('POST', '/api/v1/saved-replies', { shared: i % 3 !== 0, name: ['hours', 'return', 'ready', 'late', 'thanks', 'bye', 'invoice', 'deposit', 'address', 'parking', 'insurance', 'tyre-pressure', 'greet', 'price-list'][i], text: ['Hi {{contact.first_name|there}}, we are open Monday to Friday from 9 to 17.', 'You can bring it back within 14 days.\\nWe need the receipt.', 'Hi {{contact.first_name|there}}, your bike is ready. See you soon, {{agent.first_name}}'][i % 3] });
        await house.call('POST', `/api/v1/conversations/${id}/scheduled`, { send_at: new Date(Date.now() + 3_600_000).toISOString(), unless_reply: true, message: { type: 'text', text: { body: 'Good afternoon Elif, shall we keep it until tomorrow?' } } });
        await page.getByRole('button', { name: 'New reply' }).click();
        await page.waitForTimeout(300);
        await shot(page, n('reply-new'));
        await page.keyboard.press('Escape');
        await page.waitForTimeout(300);
        await shot(page, n('replies-many'));
      }
      await page.goto(`${house.url}/inbox/${id}?view=all`);
      const reply = page.getByRole('textbox', { name: 'Reply', exact: true });
      await reply.waitFor();
      await page.waitForTimeout(600);
      await reply.fill('');
      await reply.pressSequentially('/');
      await page.waitForTimeout(500);
      await shot(page, n('slash'));
      await page.keyboard.press('Escape');
      await reply.fill('Hi {{contact.username}}, hello');
      await page.waitForTimeout(400);
      await shot(page, n('unfilled'));
      await reply.fill('Good :ta');
      await page.keyboard.type('d');
      await page.waitForTimeout(500);
      await shot(page, n('emoji-inline'));
      await page.keyboard.press('Escape');
      if (w > 600) {
        await page.getByRole('button', { name: 'Emoji' }).click();
        await page.waitForTimeout(500);
        await shot(page, n('emoji'));
        await page.keyboard.press('Escape');
        await reply.fill('See you tomorrow');
        await page.getByRole('button', { name: 'More ways to send' }).click();
        await page.getByRole('menuitem', { name: 'Send at a time…' }).click();
      } else {
        await reply.fill('See you tomorrow');
        await page.getByRole('button', { name: 'Send at a time' }).click();
      }
      await page.waitForTimeout(400);
      await page.getByRole('radio', { name: 'Another time' }).check();
      await page.getByLabel('Day and time').fill('2026-12-24T10:00');
      await shot(page, n('schedule'));
      await page.keyboard.press('Escape');
      await reply.fill('');
      await page.getByRole('tab', { name: 'Note' }).click();
      const note = page.getByRole('textbox', { name: 'Note', exact: true });
      await note.pressSequentially('Ask @');
      await page.waitForTimeout(400);
      await shot(page, n('mention'));
      await note.fill('');
      await page.context().close();
    }
  }
});
