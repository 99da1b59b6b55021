/** A thread as rows: days, the unread line, messages in groups, and folded runs of system lines. */
import type { Message } from '@/api/types';
import { isPlan, isUndone } from '@/lib/inbox/held';
import type { Pending, Thread } from '@/lib/inbox/state';
import { dayKey } from '@/lib/time';
import { isLate, shownAt } from '@/lib/words';

export type Row =
  | { kind: 'start'; key: string }
  | { kind: 'older'; key: string }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Message; grouped: boolean; byline: boolean; /** It was written on another day than it stands under. */ dated: boolean }
  | { kind: 'note'; key: string; message: Message }
  | { kind: 'system'; key: string; messages: Message[] }
  | { kind: 'pending'; key: string; pending: Pending; grouped: boolean };

const GROUP_MS = 5 * 60_000;
const FOLD_FROM = 3;

type Options = {
  thread: Thread;
  pending: readonly Pending[];
  keys: Record<string, string>;
  meId: string;
  /** The first message that was unread when the conversation was opened. */
  newFromSeq: number | null;
};

/** Filled is a person, outlined is a machine. */
export function isMachine(message: Message): boolean {
  const { kind } = message.sent_by;
  return message.direction === 'out' && (kind !== 'agent' && kind !== 'phone_app' || message.type === 'template');
}

function sameGroup(a: Message | null, b: Message): boolean {
  return (
    a !== null &&
    a.direction === b.direction &&
    a.sent_by.kind === b.sent_by.kind &&
    (a.sent_by.id ?? '') === (b.sent_by.id ?? '') &&
    isMachine(a) === isMachine(b) &&
    Math.abs(Date.parse(shownAt(b)) - Date.parse(shownAt(a))) < GROUP_MS
  );
}

export function buildRows({ thread, pending, keys, meId, newFromSeq }: Options): Row[] {
  const rows: Row[] = [];
  const { messages } = thread;
  const first = messages[0];
  if (first) rows.push(thread.hasMore ? { kind: 'older', key: 'older' } : { kind: 'start', key: 'start' });
  let day: number | null = null;
  let before: Message | null = null;
  let run: Message[] = [];
  let newShown = false;

  const flushRun = () => {
    if (run.length >= FOLD_FROM) {
      rows.push({ kind: 'system', key: `fold-${run[0]?.id ?? ''}`, messages: run });
    } else {
      for (const message of run) rows.push({ kind: 'system', key: message.id, messages: [message] });
    }
    run = [];
  };

  for (const message of messages) {
    const written = dayKey(shownAt(message));
    // What came late stands where it was committed: the days go on below it, and never back.
    const today: number = day !== null && isLate(message) ? Math.max(day, written) : written;
    if (today !== day) {
      flushRun();
      rows.push({ kind: 'day', key: `day-${String(today)}`, at: shownAt(message) });
      day = today;
      before = null;
    }
    if (!newShown && newFromSeq !== null && message.seq >= newFromSeq) {
      flushRun();
      rows.push({ kind: 'new', key: 'new' });
      newShown = true;
      before = null;
    }
    // What was taken back while it was held was never said.
    if (isUndone(message) || isPlan(message)) continue;
    // It stands on the message it is for; what went wrong with it is told in its own row.
    if (message.type === 'reaction' && message.state !== 'failed') continue;
    if (message.type === 'system') {
      run.push(message);
      before = null;
      continue;
    }
    flushRun();
    const key = keys[message.id] ?? message.id;
    if (message.type === 'note') {
      rows.push({ kind: 'note', key, message });
      before = null;
      continue;
    }
    const grouped = sameGroup(before, message);
    const mine = message.sent_by.kind === 'agent' && message.sent_by.id === meId && message.type !== 'template';
    rows.push({ kind: 'message', key, message, grouped, byline: message.direction === 'out' && !mine && !grouped, dated: today !== written });
    before = message;
  }
  flushRun();

  const shown = new Set(messages.map((message) => message.id));
  let ownBefore = before?.sent_by.id === meId && before.direction === 'out' && !isMachine(before) ? before.at : null;
  for (const one of pending) {
    if (one.bound && shown.has(one.bound)) continue;
    if (one.act.type === 'send' && one.act.request.type === 'reaction' && one.state !== 'refused') continue;
    // What is done at once needs no word.
    if (one.act.type === 'change' && one.state !== 'refused' && !one.kept) continue;
    const today = dayKey(one.at);
    if (today !== day) {
      rows.push({ kind: 'day', key: `day-${String(today)}`, at: one.at });
      day = today;
      ownBefore = null;
    }
    const plain = one.act.type === 'send' && one.act.request.type === 'text';
    const grouped = plain && ownBefore !== null && Date.parse(one.at) - Date.parse(ownBefore) < GROUP_MS;
    rows.push({ kind: 'pending', key: one.id, pending: one, grouped });
    ownBefore = plain ? one.at : null;
  }
  return rows;
}

const lastSeqOf = (row: Row): number | null => (row.kind === 'system' ? row.messages.at(-1)?.seq : 'message' in row ? row.message.seq : null) ?? null;

/** The row that shows what has this `seq`; -1 where it is not here, or is shown nowhere. */
export function rowOf(rows: readonly Row[], seq: number): number {
  return rows.findIndex((row) => (row.kind === 'system' ? row.messages.some((one) => one.seq === seq) : lastSeqOf(row) === seq));
}

/** The last row that stands before it. */
export function rowBefore(rows: readonly Row[], seq: number): number {
  return rows.findLastIndex((row) => (lastSeqOf(row) ?? Infinity) < seq);
}

/**
 * The `seq` of the first of the last `unread` messages of the customer; `null` while it is in an older page
 * that is not loaded.
 */
export function firstUnread(messages: readonly Message[], unread: number, hasMore: boolean): number | null {
  let left = unread;
  let seq: number | null = null;
  for (let index = messages.length - 1; index >= 0 && left > 0; index -= 1) {
    const message = messages[index];
    if (message?.direction !== 'in' || message.imported || message.type === 'system' || message.type === 'note') continue;
    seq = message.seq;
    left -= 1;
  }
  return left > 0 && hasMore ? null : seq;
}
