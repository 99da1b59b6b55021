/** Words with WhatsApp's own signs in them (`*bold*`, `_italic_`, `~struck~`, `` ```fixed``` ``) and pages to open. */

export type MarkStyle = 'bold' | 'italic' | 'struck' | 'fixed';
/** A piece of words: as it is, a page, or pieces in a style. */
export type Mark = { text: string; href?: string } | { style: MarkStyle; inside: Mark[] };

const STYLES: Record<string, MarkStyle> = { '*': 'bold', _: 'italic', '~': 'struck' };
const FENCE = '```';
/** Only pages: whatever else an address could make a browser do begins differently. */
const PAGE = /(?<![\p{L}\p{N}])https?:\/\/[^\s<>"`{}]+/giu;
const WORDLIKE = /[\p{L}\p{N}]/u;

/** The pieces of words, in order: their texts together are what was written, without the signs. */
export function marksOf(words: string): Mark[] {
  if (!/[*_~`]|:\/\//.test(words)) return words ? [{ text: words }] : [];
  const pages = pagesIn(words);
  const begins = new Map(pages.map((page) => [page.start, page]));
  const within = new Set(pages.flatMap(({ start, end }) => Array.from({ length: end - start - 1 }, (_, index) => start + 1 + index)));
  const inPage = (at: number) => within.has(at);
  const found: Mark[] = [];
  // Up to where no sign of a kind ends anything: it is not looked for again.
  const endless: Record<string, number> = {};
  let plain = 0;
  const until = (at: number) => { if (at > plain) found.push({ text: words.slice(plain, at) }); };
  for (let at = 0; at < words.length; ) {
    const page = begins.get(at);
    const styled = page ? null : styledAt(words, at, inPage, endless);
    if (!page && !styled) {
      at += 1;
      continue;
    }
    until(at);
    if (page) found.push({ text: page.text, href: page.href });
    else if (styled) found.push({ style: styled.style, inside: styled.style === 'fixed' ? [{ text: styled.text }] : marksOf(styled.text) });
    at = page?.end ?? styled?.end ?? at;
    plain = at;
  }
  until(words.length);
  return found;
}

/** Words without the signs, for one line that has no styles. */
export function plainOf(words: string): string {
  return textOf(marksOf(words));
}

const textOf = (marks: Mark[]): string => marks.map((mark) => ('style' in mark ? textOf(mark.inside) : mark.text)).join('');

type Page = { start: number; end: number; text: string; href: string };

function pagesIn(words: string): Page[] {
  return [...words.matchAll(PAGE)].flatMap((match): Page[] => {
    const text = withoutEnd(match[0]);
    const href = pageOf(text);
    return href ? [{ start: match.index, end: match.index + text.length, text, href }] : [];
  });
}

/** An address without what ends the sentence or the style that it stands in; a bracket that it opens itself stays. */
function withoutEnd(address: string): string {
  let text = address;
  for (;;) {
    const last = text.at(-1) ?? '';
    const opening = { ')': '(', ']': '[' }[last];
    const ends = opening ? text.split(last).length > text.split(opening).length : /[.,;:!?*_~'’”»]/.test(last);
    if (!ends) return text;
    text = text.slice(0, -1);
  }
}

/** Where an address leads, if that is a page; `null` for whatever is none, as of one with a place that is not filled yet. */
export function pageOf(address: string): string | null {
  if (/[\s<>"`{}]/.test(address)) return null;
  try {
    const { protocol, href } = new URL(address);
    return protocol === 'https:' || protocol === 'http:' ? href : null;
  } catch {
    return null;
  }
}

/** What is in a style from here on, as WhatsApp reads its signs: around words and not within one, on one line. */
function styledAt(words: string, at: number, inPage: (at: number) => boolean, endless: Record<string, number>): { style: MarkStyle; text: string; end: number } | null {
  if (words.startsWith(FENCE, at)) {
    const close = words.indexOf(FENCE, at + FENCE.length);
    return close > at + FENCE.length ? { style: 'fixed', text: words.slice(at + FENCE.length, close), end: close + FENCE.length } : null;
  }
  const sign = words[at] ?? '';
  const style = STYLES[sign];
  if (!style || at < (endless[sign] ?? 0) || inPage(at) || WORDLIKE.test(words[at - 1] ?? '') || /^(\s|$)/.test(words[at + 1] ?? '')) return null;
  const line = words.indexOf('\n', at);
  const end = line < 0 ? words.length : line;
  for (let close = words.indexOf(sign, at + 2); close >= 0 && close < end; close = words.indexOf(sign, close + 1)) {
    const closes = !/\s/.test(words[close - 1] ?? '') && !WORDLIKE.test(words[close + 1] ?? '') && !inPage(close);
    if (closes) return { style, text: words.slice(at + 1, close), end: close + 1 };
  }
  endless[sign] = end;
  return null;
}
