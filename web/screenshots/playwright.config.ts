import { defineConfig } from '@playwright/test';
import usual from '../playwright.config';

/** Not a test: it takes the pictures of docs/screenshots, in the browser and with the server that the tests have. */
export default defineConfig({
  ...usual,
  testDir: '.',
  timeout: 900_000,
  expect: { timeout: 30_000 },
  outputDir: '../test-results',
  use: { ...usual.use, actionTimeout: 20_000, navigationTimeout: 20_000, screenshot: 'off' },
});
