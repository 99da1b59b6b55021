import i18next from 'i18next';
import { en } from '@/locales/en';
import type { enAccount } from '@/locales/en-account';
import type { enDoors } from '@/locales/en-doors';
import type { enLists } from '@/locales/en-lists';
import type { enSettings } from '@/locales/en-settings';
import type { enWriting } from '@/locales/en-writing';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en & typeof enAccount & typeof enDoors & typeof enLists & typeof enSettings & typeof enWriting };
  }
}

const i18n = i18next.createInstance();
void i18n.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
  returnNull: false,
});

/** Adds words that came later than the first ones. */
export function addWords(words: Record<string, unknown>): void {
  i18n.addResourceBundle('en', 'translation', words, true, true);
}

/** The words for a key, in the viewer's language. */
export const t = i18n.t.bind(i18n);

/** The locale for dates and numbers; the time zone is the viewer's own. */
export const locale = 'en-GB';
