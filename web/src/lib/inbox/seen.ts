/** What of a thread I have read, as far as that can be told: it goes with what I send, so that a colleague's answer I did not see stops it. */

/** As long as something must have been in sight to count as read, in milliseconds. */
export const READ_AFTER_MS = 5_000;

/** Of one thread: the last place that was read, and the places that came into sight since, oldest first. */
export type Sight = { seen: number; shown: { seq: number; at: number }[] };

/** What is there when a conversation is opened is what it was opened for. */
export function opened(seq: number): Sight {
  return { seen: seq, shown: [] };
}

/** Something came into sight. */
export function shown(sight: Sight, seq: number, at: number): Sight {
  const now = settled(sight, at);
  return seq > Math.max(now.seen, now.shown.at(-1)?.seq ?? 0) ? { ...now, shown: [...now.shown, { seq, at }] } : now;
}

/** What was in sight for long enough is read. */
export function settled(sight: Sight, now: number): Sight {
  const read = sight.shown.findLast((one) => now - one.at >= READ_AFTER_MS);
  return read ? { seen: read.seq, shown: sight.shown.filter((one) => one.seq > read.seq) } : sight;
}

/** Nobody looks any more: what was not read by then is not. */
export function hidden(sight: Sight, at: number): Sight {
  return { seen: settled(sight, at).seen, shown: [] };
}

const sights = new Map<string, Sight>();

function change(id: string, by: (sight: Sight, now: number) => Sight, first = 0): void {
  sights.set(id, by(sights.get(id) ?? opened(first), Date.now()));
}

export const noteOpened = (id: string, seq: number): void => { change(id, (sight) => opened(Math.max(sight.seen, seq)), seq); };
export const noteShown = (id: string, seq: number): void => { change(id, (sight, now) => shown(sight, seq, now), seq); };
export const noteHidden = (id: string): void => { change(id, hidden); };

/** The last place of a thread that I have read; what is known of the conversation where it was never opened here. */
export function seenSeq(id: string, known: number | undefined): number | undefined {
  const sight = sights.get(id);
  return sight ? settled(sight, Date.now()).seen : known;
}
