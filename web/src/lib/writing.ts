/** What of a text was left to be filled in. */

/** A placeholder of a saved reply, as the server writes it. */
const PLACE = /\{\{\s*(?:contact|agent|workspace)\.[a-z_]+\s*(?:\|[^{}]*)?\}\}/;

/** The first place that is open, and where it stands. */
export function placeOf(text: string): { words: string; from: number; to: number } | null {
  const found = PLACE.exec(text);
  return found && { words: found[0], from: found.index, to: found.index + found[0].length };
}
