import i18next from 'i18next';
import { en } from '@/locales/en';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
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

/** The words for a key, in the viewer's language. */
export const t = i18n.t.bind(i18n);

/** The locale for dates and numbers; the time zone is the viewer's own. */
export const locale = 'en-GB';
