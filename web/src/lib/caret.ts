/** What is being typed at the caret, and putting something there. */

/** A word that calls something up: `sign` is what it begins with, `typed` what follows. */
export type Call = { sign: string; typed: string; from: number; to: number };

/** Longest word that is looked for, in characters. */
const MOST = 40;

/** The word at the caret, where it begins with one of `signs` at the start of a word; nothing while a stretch is selected. */
export function callAt(text: string, from: number, to: number, signs: string): Call | null {
  if (from !== to) return null;
  const before = text.slice(Math.max(0, to - MOST - 2), to);
  const word = /(?:^|\s)(\S)(\S*)$/.exec(before);
  const [, sign, typed] = word ?? [];
  if (sign === undefined || typed === undefined || !signs.includes(sign) || typed.length > MOST) return null;
  return { sign, typed, from: to - typed.length - sign.length, to };
}

/** Types a sign at the caret, at the start of a word. */
export function callUp(field: HTMLTextAreaElement, sign: string): void {
  const { selectionStart: from, selectionEnd: to, value } = field;
  put(field, from === 0 || /\s/.test(value.charAt(from - 1)) ? sign : ` ${sign}`, from, to);
}

/** Puts words in the place of a stretch, as if they were typed: whoever follows the field hears of it. */
export function put(field: HTMLTextAreaElement, words: string, from: number, to: number): void {
  field.focus();
  field.setRangeText(words, from, to, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: words }));
}
