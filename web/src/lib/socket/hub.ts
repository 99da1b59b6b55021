/**
 * One socket for all the tabs of a browser, as a pure machine between them and the server. To the server it is one
 * client; to each tab it is a server of the same protocol, so that a tab does not know whether it has company. It keeps
 * the last events, so that a tab that comes, or comes back, goes on from where it was.
 */
import type { ClientFrame, ServerFrame, StreamEvent, StreamPosition } from '@/api/types';

/** Events that are kept for tabs which come back, at most. Whoever is further behind loads the snapshots. */
export const RING_MAX = 1_000;
/** How long tabs are waited for before the first subscription, so that it goes on from the one that is furthest behind, in milliseconds. */
export const GATHER_MS = 250;
/** A socket that says nothing this long after it was asked for is given up, in milliseconds. */
export const PATIENCE_MS = 10_000;

type Subscribe = Extract<ClientFrame, { type: 'subscribe' }>;
type Hello = Extract<ServerFrame, { type: 'hello' }>;

type Tab = {
  /** What it asked with; nothing as long as it has not subscribed. */
  asked: Subscribe | null;
  /** Events go to it. */
  subscribed: boolean;
};

export type Hub = {
  line: 'closed' | 'opening' | 'greeted' | 'subscribed';
  hello: Hello | null;
  /** The last event that came, or where the stream was begun. */
  position: StreamPosition | null;
  /** What the server said it has; up to there it is still catching up. */
  target: number;
  /** Every event after `base`, oldest first. */
  ring: readonly StreamEvent[];
  base: number;
  tabs: ReadonlyMap<string, Tab>;
  /** Tabs that wait to hear whether the server is there. */
  pings: readonly string[];
  heartbeatMs: number;
  heardAt: number;
  pingedAt: number;
  greetedAt: number;
  nextId: number;
};

export type HubInput =
  /** A tab wants a line. */
  | { type: 'tab_opened'; tab: string }
  | { type: 'tab_said'; tab: string; frame: ClientFrame }
  /** A tab let its line go, or is gone. */
  | { type: 'tab_closed'; tab: string }
  | { type: 'frames'; frames: readonly ServerFrame[] }
  | { type: 'closed'; code: number }
  | { type: 'tick' };

export type HubEffect =
  | { type: 'connect' }
  | { type: 'close' }
  | { type: 'send'; frame: ClientFrame }
  | { type: 'deliver'; tabs: readonly string[]; frames: readonly ServerFrame[] }
  /** The tab's line ends, with this code. */
  | { type: 'end'; tab: string; code: number };

export function initialHub(): Hub {
  return {
    line: 'closed',
    hello: null,
    position: null,
    target: 0,
    ring: [],
    base: 0,
    tabs: new Map(),
    pings: [],
    heartbeatMs: 25_000,
    heardAt: 0,
    pingedAt: 0,
    greetedAt: 0,
    nextId: 1,
  };
}

export function hubStep(hub: Hub, input: HubInput, now: number): [Hub, HubEffect[]] {
  const next: Hub = { ...hub, tabs: new Map(hub.tabs) };
  const effects: HubEffect[] = [];
  const tabs = next.tabs as Map<string, Tab>;

  switch (input.type) {
    case 'tab_opened':
      tabs.set(input.tab, { asked: null, subscribed: false });
      if (next.line === 'closed') {
        next.line = 'opening';
        next.heardAt = now;
        next.pingedAt = now;
        effects.push({ type: 'connect' });
      } else if (next.hello && next.line !== 'opening') effects.push({ type: 'deliver', tabs: [input.tab], frames: [next.hello] });
      break;

    case 'tab_said':
      if (tabs.has(input.tab)) said(next, effects, input.tab, input.frame, now);
      break;

    case 'tab_closed':
      tabs.delete(input.tab);
      if (tabs.size === 0 && next.line !== 'closed') {
        next.line = 'closed';
        effects.push({ type: 'close' });
      } else subscribe(next, effects, now);
      break;

    case 'frames':
      if (next.line === 'closed') break;
      next.heardAt = now;
      receive(next, effects, input.frames, now);
      break;

    case 'closed':
      if (next.line === 'closed') break;
      drop(next, effects, input.code);
      // Who signs in next begins anew, even if it is the same person.
      if (input.code === 4001) return [{ ...initialHub(), nextId: next.nextId }, effects];
      break;

    case 'tick': {
      if (next.line === 'closed') break;
      const silent = now - next.heardAt;
      if (silent > (next.line === 'opening' ? PATIENCE_MS : 2 * next.heartbeatMs)) {
        effects.push({ type: 'close' });
        drop(next, effects, 1006);
        break;
      }
      if (next.line === 'greeted') subscribe(next, effects, now);
      if (next.line !== 'opening' && now - next.pingedAt >= next.heartbeatMs) ping(next, effects, now);
      break;
    }
  }
  return [next, effects];
}

/** The line is gone: every tab hears so, and comes again by itself. */
function drop(next: Hub, effects: HubEffect[], code: number): void {
  next.line = 'closed';
  for (const tab of next.tabs.keys()) effects.push({ type: 'end', tab, code });
  next.tabs = new Map();
  next.pings = [];
}

function ping(next: Hub, effects: HubEffect[], now: number): void {
  next.pingedAt = now;
  effects.push({ type: 'send', frame: { type: 'ping' } });
}

function said(next: Hub, effects: HubEffect[], tab: string, frame: ClientFrame, now: number): void {
  switch (frame.type) {
    case 'subscribe':
      (next.tabs as Map<string, Tab>).set(tab, { asked: frame, subscribed: false });
      if (next.line === 'subscribed') admit(next, effects, tab);
      else subscribe(next, effects, now);
      break;
    case 'ping':
      if (next.line !== 'greeted' && next.line !== 'subscribed') break;
      if (now - next.heardAt <= next.heartbeatMs) effects.push({ type: 'deliver', tabs: [tab], frames: [{ type: 'pong' }] });
      else {
        next.pings = [...next.pings, tab];
        ping(next, effects, now);
      }
      break;
    case 'signal':
      if (next.line === 'subscribed') effects.push({ type: 'send', frame });
      break;
    default:
      // The server's own pings are answered here; commands go over HTTP.
      break;
  }
}

/** Subscribes once every tab has said where it is, or those that have not were waited for long enough. */
function subscribe(next: Hub, effects: HubEffect[], now: number): void {
  if (next.line !== 'greeted' || next.greetedAt === 0) return;
  const asked = [...next.tabs.values()].flatMap((tab) => (tab.asked ? [tab.asked] : []));
  if (asked.length === 0 || (asked.length < next.tabs.size && now - next.greetedAt <= GATHER_MS)) return;
  if (next.position === null) {
    const places = asked.flatMap((one) => (one.since ? [one.since] : []));
    const oldest = places.reduce<StreamPosition | null>((old, one) => (old === null || (one.epoch === old.epoch && one.offset < old.offset) ? one : old), null);
    next.position = oldest;
    next.base = oldest?.offset ?? 0;
    next.ring = [];
  }
  next.greetedAt = 0;
  const id = next.nextId;
  next.nextId += 1;
  const idle = asked.map((one) => one.idle_s ?? 0);
  effects.push({ type: 'send', frame: { type: 'subscribe', id, ...(next.position ? { since: next.position } : {}), batch: true, idle_s: Math.min(...idle) } });
}

/** Tells a tab where the stream stands, and what it missed, as the server would. */
function admit(next: Hub, effects: HubEffect[], tab: string): void {
  const asked = next.tabs.get(tab)?.asked;
  const at = next.position;
  if (!asked || !at) return;
  (next.tabs as Map<string, Tab>).set(tab, { asked, subscribed: true });
  const { since } = asked;
  if (since?.epoch === at.epoch && since.offset >= next.base) {
    const offset = Math.max(next.target, at.offset);
    const missed = next.ring.filter((event) => event.offset > since.offset);
    effects.push({ type: 'deliver', tabs: [tab], frames: [{ type: 'subscribed', id: asked.id, epoch: at.epoch, offset, resumed: true }, ...missed] });
  } else effects.push({ type: 'deliver', tabs: [tab], frames: [{ type: 'subscribed', id: asked.id, epoch: at.epoch, offset: at.offset, resumed: false }] });
}

function receive(next: Hub, effects: HubEffect[], frames: readonly ServerFrame[], now: number): void {
  let out: ServerFrame[] = [];
  const flush = () => {
    const tabs = [...next.tabs].flatMap(([tab, { subscribed }]) => (subscribed ? [tab] : []));
    if (out.length > 0 && tabs.length > 0) effects.push({ type: 'deliver', tabs, frames: out });
    out = [];
  };
  for (const frame of frames) {
    switch (frame.type) {
      case 'hello':
        next.hello = frame;
        next.heartbeatMs = Math.max(1, frame.heartbeat_s) * 1_000;
        next.line = 'greeted';
        next.greetedAt = now;
        effects.push({ type: 'deliver', tabs: [...next.tabs.keys()], frames: [frame] });
        break;

      case 'subscribed': {
        flush();
        const known = next.position;
        if (frame.resumed && known?.epoch === frame.epoch) next.target = frame.offset;
        else {
          next.position = { epoch: frame.epoch, offset: frame.offset };
          next.target = frame.offset;
          next.ring = [];
          next.base = frame.offset;
          // A new count on the same socket: those who listen begin anew.
          out.push({ ...frame, resumed: false });
          flush();
        }
        next.line = 'subscribed';
        for (const [tab, { asked, subscribed }] of next.tabs) if (asked && !subscribed) admit(next, effects, tab);
        break;
      }

      case 'event': {
        const known = next.position;
        if (!known || next.line !== 'subscribed' || frame.offset <= known.offset) break;
        if (frame.prev > known.offset) {
          // Something between was lost: come back and ask for it.
          flush();
          effects.push({ type: 'close' });
          drop(next, effects, 1006);
          return;
        }
        next.position = { epoch: known.epoch, offset: frame.offset };
        const ring = [...next.ring, frame];
        const oldest = ring.length > RING_MAX ? ring.shift() : undefined;
        if (oldest) next.base = oldest.offset;
        next.ring = ring;
        out.push(frame);
        break;
      }

      case 'ping':
        effects.push({ type: 'send', frame: { type: 'pong' } });
        // Tabs in the background count by what they hear, as their own clocks are slowed.
        out.push(frame);
        break;

      case 'pong':
        if (next.pings.length > 0) effects.push({ type: 'deliver', tabs: next.pings, frames: [frame] });
        next.pings = [];
        break;

      default:
        // Whoever comes later hears how the store does now.
        if (frame.type === 'signal' && frame.name === 'store.condition' && next.hello) next.hello = { ...next.hello, store: frame.data.condition };
        out.push(frame);
        break;
    }
  }
  flush();
}
