/** Two writings of one draft. */

export type Words = { reply: string; note: string; mode: 'reply' | 'note'; reply_to: string | null };

export const nothing: Words = { reply: '', note: '', mode: 'reply', reply_to: null };

/** Says the same: which of the two was being written is no news by itself, nor is what nothing answers. */
export function sameWords(a: Words, b: Words): boolean {
  const about = (words: Words) => (words.reply.trim() === '' && words.note.trim() === '' ? null : words.reply_to);
  const text = (words: string) => (words.trim() === '' ? '' : words);
  return text(a.reply) === text(b.reply) && text(a.note) === text(b.note) && about(a) === about(b);
}

/** What to show: of each part what was typed here since `base`, and where nothing was, what is there. */
export function follow(here: Words, base: Words, there: Words): Words {
  const typed = here.reply !== base.reply;
  return {
    reply: typed ? here.reply : there.reply,
    note: here.note !== base.note ? here.note : there.note,
    mode: here.mode,
    reply_to: typed || here.reply_to !== base.reply_to ? here.reply_to : there.reply_to,
  };
}
