/**
 * The socket's protocol as a pure machine: what is known, what happened, and what to do about it. It opens
 * nothing and reads no clock, so every order of events can be tried in a test. `connection.ts` is its hands.
 */
import type { BulkJob, ClientFrame, DraftChanged, NotificationsChanged, ServerFrame, StoreCondition, StreamEvent, StreamPosition, Typing, Viewing } from '@/api/types';

export type Phase =
  /** Not started, or stopped. */
  | 'idle'
  /** A socket is being opened, or waits for `hello` or `subscribed`. */
  | 'connecting'
  /** Subscribed; missed events are coming in. */
  | 'catching_up'
  /** Subscribed; the snapshots are being loaded again. */
  | 'reloading'
  /** Everything that happened is here. */
  | 'live'
  /** Between two attempts. */
  | 'waiting'
  /** The device says there is no network. */
  | 'offline'
  /** Nobody is signed in. */
  | 'signed_out';

export type Machine = {
  phase: Phase;
  /** The last event seen, or the snapshot the stream goes on from. */
  position: StreamPosition | null;
  /** The offset at which catching up ends. */
  target: number;
  /** The snapshots must still be loaded again; outlives a broken line. */
  owed: boolean;
  /** Attempts since the last time a subscription stood. */
  attempt: number;
  /** When the next attempt is made. */
  retryAt: number;
  heartbeatMs: number;
  /** When the server was last heard. */
  heardAt: number;
  /** When a ping was last sent. */
  pingedAt: number;
  nextId: number;
  subscribeId: number;
};

export type Input =
  /** Begin, going on from a snapshot where there is one. */
  | { type: 'start'; online: boolean }
  | { type: 'stop' }
  /** A snapshot was loaded over HTTP. */
  | { type: 'snapshot'; as_of: StreamPosition }
  | { type: 'opened' }
  | { type: 'frames'; frames: readonly ServerFrame[] }
  | { type: 'closed'; code: number }
  /** What `reload` asked for is done. */
  | { type: 'reloaded' }
  | { type: 'online' }
  | { type: 'offline' }
  /** The page came to the front. */
  | { type: 'visible' }
  | { type: 'tick' };

export type Effect =
  | { type: 'connect' }
  | { type: 'close' }
  | { type: 'send'; frame: ClientFrame }
  /** In order, none twice. */
  | { type: 'apply'; epoch: string; events: StreamEvent[] }
  /** The stream cannot tell what was missed: load the snapshots. */
  | { type: 'reload' }
  | { type: 'typing'; data: Typing }
  /** Who looks at the conversation that is open here. */
  | { type: 'viewing'; data: Viewing }
  /** A draft of somebody's was kept elsewhere. */
  | { type: 'draft'; data: DraftChanged }
  /** A change of many conversations got further. */
  | { type: 'bulk'; data: BulkJob }
  /** Something of my notifications changed. */
  | { type: 'notified'; data: NotificationsChanged }
  /** How the server's store does now. */
  | { type: 'store'; condition: StoreCondition }
  | { type: 'sign_in' };

/** The world beside the input. */
export type Surroundings = { now: number; random: number };

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** How many attempts a refusal (too many, protocol error) counts for. */
const REFUSAL_ATTEMPTS = 4;
/** A socket that says nothing this long after it was asked for is given up. */
const PATIENCE_MS = 10_000;
/** A subscription with nothing more to say after this long has said everything. */
const QUIET_MS = 1_000;

export function initialMachine(): Machine {
  return {
    phase: 'idle',
    position: null,
    target: 0,
    owed: false,
    attempt: 0,
    retryAt: 0,
    heartbeatMs: 25_000,
    heardAt: 0,
    pingedAt: 0,
    nextId: 1,
    subscribeId: 0,
  };
}

/** Half of the doubled delay is certain, half is chance, so that many clients do not come back together. */
export function delay(attempt: number, random: number): number {
  const whole = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.max(FIRST_DELAY_MS, Math.round(whole / 2 + (whole / 2) * random));
}

/** Changes still to come while catching up; `null` where the number cannot be known. */
export function missing(machine: Machine): number | null {
  if (machine.phase !== 'catching_up' || !machine.position) return null;
  return Math.max(0, machine.target - machine.position.offset);
}

export function step(machine: Machine, input: Input, around: Surroundings): [Machine, Effect[]] {
  const next: Machine = { ...machine };
  const effects: Effect[] = [];
  const connect = () => {
    next.phase = 'connecting';
    next.heardAt = around.now;
    next.pingedAt = around.now;
    effects.push({ type: 'connect' });
  };
  const wait = () => {
    next.phase = 'waiting';
    next.retryAt = around.now + delay(next.attempt, around.random);
    next.attempt += 1;
  };
  const open = isOpen(machine.phase);

  switch (input.type) {
    case 'start':
      if (machine.phase !== 'idle' && machine.phase !== 'signed_out') break;
      next.attempt = 0;
      if (input.online) connect();
      else next.phase = 'offline';
      break;

    case 'stop':
      if (open) effects.push({ type: 'close' });
      return [{ ...initialMachine(), nextId: machine.nextId }, effects];

    case 'snapshot':
      // Before the first subscription the stream goes on from the oldest snapshot that was loaded.
      if (machine.position === null) next.position = input.as_of;
      else if (
        machine.subscribeId === 0 &&
        machine.position.epoch === input.as_of.epoch &&
        input.as_of.offset < machine.position.offset
      )
        next.position = input.as_of;
      break;

    case 'opened':
      next.heardAt = around.now;
      break;

    case 'frames':
      if (!open) break;
      next.heardAt = around.now;
      receive(next, effects, input.frames, around);
      break;

    case 'closed':
      if (!open) break;
      if (input.code === 4001) {
        next.phase = 'signed_out';
        effects.push({ type: 'sign_in' });
        break;
      }
      if (input.code === 4029 || input.code === 4009 || input.code === 4003)
        next.attempt = Math.max(next.attempt, REFUSAL_ATTEMPTS);
      wait();
      break;

    case 'reloaded':
      next.owed = false;
      if (machine.phase === 'reloading') next.phase = 'live';
      break;

    case 'online':
      if (machine.phase === 'offline' || machine.phase === 'waiting') {
        next.attempt = 0;
        connect();
      }
      break;

    case 'offline':
      if (machine.phase === 'idle' || machine.phase === 'signed_out') break;
      if (open) effects.push({ type: 'close' });
      next.phase = 'offline';
      break;

    case 'visible':
      if (machine.phase === 'waiting') connect();
      else if (open && machine.phase !== 'connecting' && around.now - machine.heardAt > machine.heartbeatMs) {
        // The device slept: a socket that outlived it answers within a moment or is dead.
        next.pingedAt = around.now;
        next.heardAt = Math.max(machine.heardAt, around.now - 2 * machine.heartbeatMs + 3_000);
        effects.push({ type: 'send', frame: { type: 'ping' } });
      }
      break;

    case 'tick':
      if (machine.phase === 'waiting') {
        if (around.now >= machine.retryAt) connect();
      } else if (machine.phase === 'connecting') {
        if (around.now - machine.heardAt > PATIENCE_MS) {
          effects.push({ type: 'close' });
          wait();
        }
      } else if (open) {
        if (around.now - machine.heardAt > 2 * machine.heartbeatMs) {
          effects.push({ type: 'close' });
          wait();
          break;
        }
        if (around.now - machine.pingedAt >= machine.heartbeatMs) {
          next.pingedAt = around.now;
          effects.push({ type: 'send', frame: { type: 'ping' } });
        }
        if (machine.phase === 'catching_up' && around.now - machine.heardAt > QUIET_MS) next.phase = 'live';
      }
      break;
  }
  return [next, effects];
}

function isOpen(phase: Phase): boolean {
  return phase === 'connecting' || phase === 'catching_up' || phase === 'reloading' || phase === 'live';
}

function receive(
  next: Machine,
  effects: Effect[],
  frames: readonly ServerFrame[],
  around: Surroundings,
): void {
  let events: StreamEvent[] = [];
  const flush = () => {
    if (events.length > 0 && next.position) effects.push({ type: 'apply', epoch: next.position.epoch, events });
    events = [];
  };

  for (const frame of frames) {
    switch (frame.type) {
      case 'hello':
        next.heartbeatMs = Math.max(1, frame.heartbeat_s) * 1_000;
        effects.push({ type: 'store', condition: frame.store });
        next.subscribeId = next.nextId;
        next.nextId += 1;
        effects.push({
          type: 'send',
          frame: {
            type: 'subscribe',
            id: next.subscribeId,
            ...(next.position ? { since: next.position } : {}),
            batch: true,
          },
        });
        break;

      case 'subscribed': {
        flush();
        next.attempt = 0;
        const known = next.position;
        if (frame.resumed && known && known.epoch === frame.epoch) {
          next.target = frame.offset;
          next.phase = next.owed ? 'reloading' : frame.offset > known.offset ? 'catching_up' : 'live';
        } else {
          next.position = { epoch: frame.epoch, offset: frame.offset };
          next.target = frame.offset;
          next.phase = 'reloading';
          next.owed = true;
          effects.push({ type: 'reload' });
        }
        break;
      }

      case 'event': {
        const known = next.position;
        if (!known || next.phase === 'connecting') break;
        if (frame.offset <= known.offset) break;
        if (frame.prev > known.offset) {
          // Something between was lost: come back and ask for it.
          flush();
          effects.push({ type: 'close' });
          next.phase = 'waiting';
          next.retryAt = around.now + delay(next.attempt, around.random);
          next.attempt += 1;
          return;
        }
        next.position = { epoch: known.epoch, offset: frame.offset };
        events.push(frame);
        if (next.phase === 'catching_up' && frame.offset >= next.target) next.phase = 'live';
        break;
      }

      case 'signal':
        if (frame.name === 'typing') effects.push({ type: 'typing', data: frame.data });
        else if (frame.name === 'viewing') effects.push({ type: 'viewing', data: frame.data });
        else if (frame.name === 'draft.changed') effects.push({ type: 'draft', data: frame.data });
        else if (frame.name === 'bulk.progress') effects.push({ type: 'bulk', data: frame.data });
        else if (frame.name === 'notifications.changed') effects.push({ type: 'notified', data: frame.data });
        else if (frame.name === 'store.condition') effects.push({ type: 'store', condition: frame.data.condition });
        break;

      case 'ping':
        effects.push({ type: 'send', frame: { type: 'pong' } });
        break;

      default:
        break;
    }
  }
  flush();
}
