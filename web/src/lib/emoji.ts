/** Emoji: found by words, and the ones used last. */
import { emojiData } from '@/lib/emoji-data';
import { locale } from '@/lib/i18n';

export type Emoji = { emoji: string; name: string; words: string };
export type EmojiGroup = keyof typeof emojiData | 'flags';

/** Remembered, at most. */
const RECENT_MAX = 24;
const KEY = 'switchboard.emoji';

const of = (emoji: string, name: string, also = ''): Emoji => ({ emoji, name, words: ` ${name.toLowerCase()} ${also}`.replaceAll('-', ' ') });

/** Flags of regions that have a name here. */
function flags(): Emoji[] {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const found: Emoji[] = [];
  for (const first of letters) {
    for (const second of letters) {
      const name = names.of(first + second);
      // The user-assigned codes stand for no place.
      if (!name || /^(AC|CP|CQ|DG|EA|IC|TA|UN|XA|XB|ZZ)$/.test(first + second)) continue;
      const emoji = String.fromCodePoint(...[first, second].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 65));
      found.push(of(emoji, name, 'flag'));
    }
  }
  return found.sort((a, b) => a.name.localeCompare(b.name, locale));
}

function read(data: string): Emoji[] {
  return data.split('|').map((one) => {
    const [emoji = ''] = /^\P{L}+/u.exec(one) ?? [];
    const [name = '', also] = one.slice(emoji.length).split(';');
    return of(emoji, name, also);
  });
}

let known: { group: EmojiGroup; all: Emoji[] }[] | undefined;

/** All of them, in groups. */
export function emojiGroups(): { group: EmojiGroup; all: Emoji[] }[] {
  known ??= [
    ...Object.entries(emojiData).map(([group, data]) => ({ group: group as EmojiGroup, all: read(data) })),
    { group: 'flags', all: flags() },
  ];
  return known;
}

/** Those that have a word that begins with each of the words typed, the ones whose name begins so first. */
export function findEmoji(typed: string, most: number): Emoji[] {
  const words = typed.toLowerCase().replaceAll(/[-_]/g, ' ').split(' ').filter(Boolean);
  if (words.length === 0) return [];
  const fits = emojiGroups().flatMap(({ all }) => all).filter((one) => words.every((word) => one.words.includes(` ${word}`)));
  const exact = ` ${words.join(' ')} `;
  const rank = (one: Emoji) => (`${one.words} `.includes(exact) ? 0 : 1);
  return fits.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}

/** The ones used last, the newest first. */
export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string').slice(0, RECENT_MAX) : [];
  } catch {
    return [];
  }
}

export function noteEmoji(emoji: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([emoji, ...recentEmoji().filter((one) => one !== emoji)].slice(0, RECENT_MAX)));
  } catch {
    // Full or switched off: none is remembered.
  }
}
