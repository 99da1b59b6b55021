/** The languages that the app speaks. */

export const LANGUAGES = ['en', 'de', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];
/** What may be chosen: one of them, or what the browser asks for. */
export type LanguageChoice = Language | 'auto';

/** Each by its own name, so that whoever is lost finds theirs. */
export const languageNames: Record<Language, string> = { en: 'English', de: 'Deutsch', ar: 'العربية' };

/** For dates and numbers. Digits stay the same in all of them, as they do in what is counted. */
export const locales: Record<Language, string> = { en: 'en-GB', de: 'de', ar: 'ar-u-nu-latn' };

export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');

/** The one that was chosen, else the first of the browser's that there is, else English. */
export function languageFor(chosen: unknown, wanted: readonly string[]): Language {
  const known = LANGUAGES.find((one) => one === chosen);
  if (known) return known;
  for (const tag of wanted) {
    const found = LANGUAGES.find((one) => one === tag.toLowerCase().split('-')[0]);
    if (found) return found;
  }
  return 'en';
}
