import { test } from '@playwright/test';
import { House } from './support/house';
import { signIn, live } from './support/page';
test('shots', async ({ page }) => {
  const house = await House.open();
  const ids: string[] = [];
  for (let n = 0; n < 9; n++) ids.push(String((await house.call('POST', '/api/v1/users', { name: `Person ${'ABCDEFGHI'[n]} Longname`, email: `p${n}@example.com`, password: 'a long enough password', role: n % 4 ? 'agent' : 'analyst' }))['id']));
  const teams: string[] = [];
  await signIn(page, house.url);
  await page.goto(`${house.url}/settings/teams`); await page.waitForTimeout(500);
  await page.screenshot({ path: '/tmp/teams-none.png' });
  for (let n = 0; n < 12; n++) teams.push(String((await house.call('POST', '/api/v1/teams', { name: n === 3 ? 'A team with a name that is long, as people write whole sentences there' : `Team ${n}`, members: ids.slice(0, n % 9) }))['id']));
  for (let n = 0; n < 6; n++) { house.say(`49170111220${n}`, `Customer ${n}`, 'Is the bike ready?'); const c = await house.conversationOf(`Customer ${n}`); await house.call('POST', `/api/v1/conversations/${c}/team`, { team_id: teams[n % 4] }); }
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 850 });
      await page.goto(`${house.url}/settings/teams`); await page.waitForTimeout(700);
      await page.screenshot({ path: `/tmp/teams-${theme}-${width}.png` });
      await page.goto(`${house.url}/inbox?view=team:${teams[3]}`); await live(page); await page.waitForTimeout(700);
      await page.screenshot({ path: `/tmp/teamlist-${theme}-${width}.png` });
    }
  }
  await page.setViewportSize({ width: 390, height: 850 });
  await page.goto(`${house.url}/settings/teams`);
  await page.getByRole('button', { name: 'Make a team' }).click(); await page.waitForTimeout(400);
  await page.screenshot({ path: `/tmp/teams-make-390.png` });
  await house.close();
});
