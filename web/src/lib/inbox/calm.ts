/** An order that does not change under the pointer. */

/** What is shown stays where it is; what came below (older pages) is added at the end. */
export function calmOrder(shown: readonly string[], live: readonly string[], exists: (id: string) => boolean): string[] {
  if (shown.length === 0) return [...live];
  const kept = shown.filter(exists);
  const known = new Set(kept);
  const lastLive = live.findLastIndex((id) => known.has(id));
  const below = lastLive < 0 ? [] : live.slice(lastLive + 1).filter((id) => !known.has(id));
  return kept.length === 0 ? [...live] : [...kept, ...below];
}

/** How many stand above the first shown one in the live order: new ones and ones that moved up. */
export function freshAbove(shown: readonly string[], live: readonly string[]): number {
  const known = new Set(live);
  const first = shown.find((id) => known.has(id));
  return first === undefined ? 0 : live.indexOf(first);
}
