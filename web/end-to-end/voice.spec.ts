import { expect, test } from '@playwright/test';
import { House } from './support/house';
import { accessible, open, signIn } from './support/page';

test.use({
  launchOptions: {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  },
});

let house: House;

test.beforeAll(async () => {
  house = await House.open();
});

test.afterAll(async () => {
  await house.close();
});

test('a voice message is recorded, paused, listened to, and goes as Ogg with Opus', async ({ page }) => {
  house.say('447700900161', 'Lena Vogt', 'Call me?');
  const id = await house.conversationOf('Lena Vogt');
  await signIn(page, house.url);
  await open(page, id);
  await page.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('menuitem', { name: 'Voice message' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Start recording' }).click();
  await expect(dialog.getByText('Recording', { exact: true })).toBeVisible();
  await expect(dialog.getByText('0:02 of 15:00')).toBeVisible();
  await expect.poll(() => dialog.locator('meter').evaluate((meter: HTMLMeterElement) => meter.value)).toBeGreaterThan(0);
  await accessible(page);
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await expect(dialog.getByText('Paused', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByRole('button', { name: 'Stop and listen' }).click();
  const sound = dialog.locator('audio');
  // The browser itself plays what was put together.
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration)).toBeGreaterThan(1.5);
  await accessible(page);
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.locator('article[data-direction="out"]').last()).toHaveAttribute('data-state', /sent|delivered|read/, { timeout: 30_000 });
  const items = (await house.items(id)) as unknown as { type: string; content: { voice?: boolean; mime_type: string; media_id: string } }[];
  const content = items.find((one) => one.type === 'audio')?.content;
  expect(content).toMatchObject({ voice: true, mime_type: 'audio/ogg' });
  const kept = await fetch(`${house.url}/api/v1/media/${content?.media_id ?? ''}`, { headers: { authorization: `Bearer ${house.apiKey}` } });
  const bytes = Buffer.from(await kept.arrayBuffer());
  expect([bytes.toString('latin1', 0, 4), bytes.toString('latin1', 28, 36)]).toEqual(['OggS', 'OpusHead']);
});
