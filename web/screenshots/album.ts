import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Page } from '@playwright/test';

/** Where the pictures are kept. */
const folder = join(import.meta.dirname, '../../docs/screenshots');

export const devices = {
  desktop: { viewport: { width: 1_440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;
export type Device = keyof typeof devices;

const schemes = ['light', 'dark'] as const;

/** In per cent: the folder stays below 8 MB. */
const quality = 70;

/** Letters and pictures are there, what the theme changes is drawn, and nothing has moved for some frames. */
async function still(): Promise<void> {
  await document.fonts.ready;
  let before = '';
  for (let frames = 0; frames < 6; ) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const animations = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    for (const one of animations) one.finish();
    const coming = [...document.images].some((one) => !one.complete && one.getBoundingClientRect().bottom > 0 && one.getBoundingClientRect().top < innerHeight);
    const now = [...document.querySelectorAll('.messages .row, [role="dialog"], [role="menu"], main')].map((one) => Object.values(one.getBoundingClientRect().toJSON() as object).join()).join(';');
    frames = now === before && !coming && animations.length === 0 ? frames + 1 : 0;
    before = now;
  }
}

/** What a screen is called, and what the gallery says of it. */
type Titled = { name: string; title: string };

/** The folder of pictures, begun anew. */
export class Album {
  private readonly taken = new Set<string>();
  private readonly cameras = new Map<Page, CDPSession>();

  constructor() {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** Takes what the page shows, light and dark. */
  async take(page: Page, name: string, device: Device): Promise<void> {
    const camera = this.cameras.get(page) ?? (await page.context().newCDPSession(page));
    this.cameras.set(page, camera);
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.evaluate(still);
      const file = `${name}-${device}-${scheme}.webp`;
      // The browser itself writes WebP.
      const { data } = await camera.send('Page.captureScreenshot', { format: 'webp', quality, optimizeForSpeed: true });
      writeFileSync(join(folder, file), data, 'base64');
      this.taken.add(file);
    }
  }

  /** The table of all of them. */
  gallery(screens: readonly Titled[]): void {
    const cell = (name: string, title: string, device: Device, scheme: string): string => {
      const file = `${name}-${device}-${scheme}.webp`;
      return this.taken.has(file) ? `[<img src="${file}" alt="${title}, ${device}, ${scheme}" width="${device === 'phone' ? '90' : '240'}">](${file})` : '';
    };
    const named = screens.filter(({ name }, nth) => screens.findIndex((one) => one.name === name) === nth);
    const rows = named.map(({ name, title }) => `| ${title} | ${(['desktop', 'phone'] as const).flatMap((device) => schemes.map((scheme) => cell(name, title, device, scheme))).join(' | ')} |`);
    writeFileSync(join(folder, 'README.md'), [
      '# Every screen',
      '',
      'Taken by `make screenshots` of an invented shop. Everything in this folder is made anew by it.',
      '',
      '| screen | desktop, light | desktop, dark | phone, light | phone, dark |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n'));
  }
}
