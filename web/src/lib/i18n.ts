import i18next from 'i18next';
import { directionOf, languageFor, locales, type Language } from '@/lib/languages';
import { en } from '@/locales/en';
import type { enAccount } from '@/locales/en-account';
import type { enAutomation } from '@/locales/en-automation';
import type { enDoors } from '@/locales/en-doors';
import type { enLists } from '@/locales/en-lists';
import type { enReports } from '@/locales/en-reports';
import type { enNotify } from '@/locales/en-notify';
import type { enSettings } from '@/locales/en-settings';
import type { enWriting } from '@/locales/en-writing';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en & typeof enAccount & typeof enAutomation & typeof enDoors & typeof enLists & typeof enNotify & typeof enReports & typeof enSettings & typeof enWriting };
  }
}

function chosen(): unknown {
  try {
    return (JSON.parse(localStorage.getItem('switchboard.preferences') ?? '{}') as { language?: unknown }).language;
  } catch {
    // Switched off, or not there at all.
    return undefined;
  }
}

/** The language that the page would be in if it were loaded now. */
export function nextLanguage(): Language {
  return languageFor(chosen(), typeof document === 'undefined' ? [] : navigator.languages);
}

/** The language of this page. Another one that is chosen holds from the next load on. */
export const language: Language = nextLanguage();

const i18n = i18next.createInstance();
void i18n.init({
  lng: language,
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
  returnNull: false,
});

/** Adds words that came later than the first ones. */
export function addWords(words: Record<string, unknown>): void {
  i18n.addResourceBundle('en', 'translation', words, true, true);
}

const others: Record<Exclude<Language, 'en'>, () => Promise<{ words: Record<string, unknown> }>> = {
  de: () => import('@/locales/de'),
  ar: () => import('@/locales/ar'),
};

/** Brings the words of the page's language, before anything is shown. Where they do not come the page is in English. */
export async function speak(): Promise<void> {
  document.documentElement.lang = 'en';
  if (language === 'en') return;
  try {
    const { words } = await others[language]();
    i18n.addResourceBundle(language, 'translation', words, true, true);
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  } catch {
    // The line is down: English is here.
  }
}

/** The words for a key, in the viewer's language. */
export const t = i18n.t.bind(i18n);

/** The locale for dates and numbers. */
export const locale = locales[language];

const numbers = new Intl.NumberFormat(locale);

/** A number as it is written in the viewer's language. */
export function written(number: number | undefined): string {
  return number === undefined ? '' : numbers.format(number);
}
