import { describe, expect, it } from 'vitest';
import { languageFor, LANGUAGES, type Language } from '@/lib/languages';
import { words as ar } from '@/locales/ar';
import { words as de } from '@/locales/de';
import { en } from '@/locales/en';
import { merged } from '@/locales/merged';

type Words = { readonly [key: string]: string | Words };

const files = import.meta.glob<Record<string, Words>>('./en-*.ts', { eager: true });
const english = merged(en, ...Object.values(files).flatMap((file) => Object.values(file)));
const languages: Record<Exclude<Language, 'en'>, Words> = { de, ar };

/** Every key with its words, `thread.today` for instance. */
function flat(words: Words, path = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') all.set(path + key, value);
    else for (const [inner, text] of flat(value, `${path}${key}.`)) all.set(inner, text);
  }
  return all;
}

/** English has a form for one and one for all else; a key that has both is one that counts. */
const known = flat(english);
const counts = (key: string) => known.has(`${key}_one`) && known.has(`${key}_other`);
const baseOf = (key: string) => {
  const base = key.replace(/_(zero|one|two|few|many|other)$/, '');
  return base !== key && counts(base) ? base : key;
};
const placeholders = (text: string) => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? ''))].sort();
const marks = (text: string) => [...text.matchAll(/<\/?[a-z]+>/g)].map(([mark]) => mark).sort();

describe.each(Object.entries(languages))('%s', (language, words) => {
  const theirs = flat(words);
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;

  it('has words for everything, and for nothing else', () => {
    const wanted = new Set([...known.keys()].flatMap((key) => (baseOf(key) === key ? [key] : forms.map((form) => `${baseOf(key)}_${form}`))));
    const lacks = [...wanted].filter((key) => !theirs.has(key)).map((key) => `${key}: ${known.get(key) ?? known.get(`${baseOf(key)}_other`) ?? ''}`);
    const extra = [...theirs.keys()].filter((key) => !wanted.has(key));
    expect(lacks, `src/locales/${language} lacks these; the English words stand beside each`).toEqual([]);
    expect(extra, `src/locales/${language} has these, which English has not`).toEqual([]);
  });

  it('has the same places to fill, and the same marks', () => {
    const wrong: string[] = [];
    for (const [key, text] of theirs) {
      const base = baseOf(key);
      const model = known.get(base === key ? key : `${base}_other`);
      if (model === undefined) continue;
      // A form for one or two may say the number in words.
      const spare = base !== key && /_(zero|one|two)$/.test(key) ? ['count'] : [];
      const want = placeholders(model).filter((name) => !spare.includes(name));
      const have = placeholders(text).filter((name) => !spare.includes(name));
      if (want.join() !== have.join()) wrong.push(`${key} has {{${have.join(', ')}}}, English {{${want.join(', ')}}}`);
      if (marks(model).join() !== marks(text).join()) wrong.push(`${key} has ${marks(text).join(' ')}, English ${marks(model).join(' ')}`);
    }
    expect(wrong, `src/locales/${language}`).toEqual([]);
  });

  it('is not English left as it was', () => {
    const same = [...theirs].filter(([key, text]) => text === known.get(key) && /[a-z]{4,} [a-z]{2,}/i.test(text.replaceAll(/\{\{\w+\}\}/g, ''))).map(([key]) => key);
    // What the customer gets from WhatsApp is shown as it is sent.
    expect(same.filter((key) => !/^templates\.code(Preview|Warning|Expires)$/.test(key))).toEqual([]);
  });
});

describe('the language of a page', () => {
  it('is the one that was chosen, else the first that the browser asks for and there is, else English', () => {
    expect(languageFor('de', ['ar'])).toBe('de');
    expect(languageFor('auto', ['fr-FR', 'ar-EG', 'de'])).toBe('ar');
    expect(languageFor(undefined, ['de-AT', 'en'])).toBe('de');
    expect(languageFor('xx', ['fr'])).toBe('en');
    expect(languageFor(undefined, [])).toBe('en');
    expect(LANGUAGES).toHaveLength(1 + Object.keys(languages).length);
  });
});
