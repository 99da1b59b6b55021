import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

/** How fast the page is under a load beyond that of a day, beside a bare page of the same markup: figures, which pass or fail nothing. */
export default defineConfig({
  ...tests,
  testDir: '.',
  testMatch: '*.measure.ts',
  timeout: 45 * 60_000,
  outputDir: '../test-results',
  use: {
    ...tests.use,
    actionTimeout: 60_000,
    launchOptions: {
      ...tests.use?.launchOptions,
      // The heap is read after what is not needed was collected.
      args: [...(tests.use?.launchOptions?.args ?? []), '--enable-precise-memory-info', '--js-flags=--expose-gc'],
    },
  },
});
