import { type Browser, type BrowserContext, expect, type Page, test } from '@playwright/test';
import { House } from '../end-to-end/support/house';
import { live, signIn } from '../end-to-end/support/page';
import { Album, type Device, devices } from './album';
import { type Screen, screens } from './screens';
import { named, open } from './story';

/** What WhatsApp's messages cost in the shop's country, so that prices stand where they do in a real one. */
const rates = `from,country,calling_code,category,currency,amount
2026-07-01,NL,31,marketing,EUR,0.1323
2026-07-01,NL,31,utility,EUR,0.0414
2026-07-01,NL,31,authentication,EUR,0.0414
2026-07-01,NL,31,service,EUR,0.0112
`;

const zone = { locale: 'en-GB', timezoneId: 'Europe/Amsterdam', reducedMotion: 'reduce' } as const;

/** What a page complains of. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') heard.push(`${message.text()} ${message.location().url}`); });
  return heard;
}

/** The pages that pictures are taken of: one for each house, language and device. */
class Pages {
  private readonly open = new Map<string, { page: Page; heard: string[]; context: BrowserContext }>();
  private readonly signedIn = new Map<House, Awaited<ReturnType<BrowserContext['storageState']>>>();

  constructor(private readonly browser: Browser) {}

  async of(screen: Screen, house: House, device: Device): Promise<{ page: Page; heard: string[] }> {
    const whose = screen.of ?? 'many';
    const key = `${whose} ${device}`;
    const there = this.open.get(key);
    if (there) return there;
    const state = whose === 'guest' ? undefined : this.signedIn.get(house);
    const context = await this.browser.newContext({ ...zone, ...devices[device], ...(whose === 'arabic' ? { locale: 'ar-EG' } : {}), ...(state ? { storageState: state } : {}) });
    const page = await context.newPage();
    if (whose !== 'guest' && state === undefined) {
      await signIn(page, house.url);
      this.signedIn.set(house, { ...(await context.storageState()), origins: [] });
    }
    const opened = { page, heard: complaints(page), context };
    this.open.set(key, opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const { context } of this.open.values()) await context.close();
  }
}

test('the picture of each screen', async ({ browser }) => {
  const [many, none] = await Promise.all([House.open({ outbox: true, rates }), House.open()]);
  const pages = new Pages(browser);
  try {
    await Promise.all([many, none].map(named));
    const shop = await open(many, browser);
    const looking = await browser.newPage(zone);
    await looking.goto(many.url);
    await looking.fill('input[type=email]', shop.colleague.email);
    await looking.fill('input[type=password]', shop.colleague.password);
    await looking.keyboard.press('Enter');
    await live(looking);
    const album = new Album();
    for (const screen of screens) {
      for (const device of screen.only ? [screen.only] : (['desktop', 'phone'] as const)) {
        await test.step(`${screen.name}, ${device}`, async () => {
          const place = { house: screen.of === 'none' ? none : many, shop, device };
          const { page, heard } = await pages.of(screen, place.house, device);
          const at = typeof screen.at === 'string' ? screen.at : screen.at(place);
          // Nothing of the screen before stays: not a menu, and not what was typed.
          await page.goto('about:blank');
          await page.goto(at.startsWith('http') ? at : `${place.house.url}${at}`);
          await screen.then(page, place);
          await album.take(page, screen.name, device);
          await screen.after?.(page, place);
          const faults = heard.splice(0).filter((one) => !(screen.offline && one.includes('net::ERR')) && !(screen.of === 'guest' && one.includes('401')));
          expect(faults, 'errors on the console').toEqual([]);
        });
      }
    }
    album.gallery(screens);
  } finally {
    await pages.close();
    await Promise.all([many.close(), none.close()]);
  }
});
