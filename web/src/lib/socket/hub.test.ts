import { describe, expect, it } from 'vitest';
import type { ClientFrame, ServerFrame, StreamEvent, StreamPosition } from '@/api/types';
import { GATHER_MS, hubStep, initialHub, PATIENCE_MS, RING_MAX, type Hub, type HubEffect, type HubInput } from '@/lib/socket/hub';
import { initialMachine, step, type Effect, type Input, type Machine } from '@/lib/socket/machine';

const T = 1_000_000;

function run(hub: Hub, ...inputs: (HubInput & { at?: number })[]): [Hub, HubEffect[]] {
  let state = hub;
  const all: HubEffect[] = [];
  for (const input of inputs) {
    const [next, effects] = hubStep(state, input, input.at ?? T);
    state = next;
    all.push(...effects);
  }
  return [state, all];
}

const event = (offset: number, prev = offset - 1): StreamEvent => ({ type: 'event', offset, prev, name: 'conversation.updated', at: '2026-11-23T09:00:00Z', data: {} });
const hello: ServerFrame = { type: 'hello', session: 'soc_1', workspace_id: 'wsp_1', heartbeat_s: 25, store: 'ok' };
const subscribed = (offset: number, resumed = true, epoch = 'a'): ServerFrame => ({ type: 'subscribed', id: 1, epoch, offset, resumed });
const frames = (...list: ServerFrame[]): HubInput => ({ type: 'frames', frames: list });
const opens = (tab: string): HubInput => ({ type: 'tab_opened', tab });
const asks = (tab: string, offset?: number, idle_s = 0): HubInput => ({
  type: 'tab_said',
  tab,
  frame: { type: 'subscribe', id: 7, batch: true, idle_s, ...(offset === undefined ? {} : { since: { epoch: 'a', offset } }) },
});
const toServer = (effects: HubEffect[]) => effects.flatMap((effect) => (effect.type === 'send' ? [effect.frame] : []));
const toTab = (effects: HubEffect[], tab: string) => effects.flatMap((effect) => (effect.type === 'deliver' && effect.tabs.includes(tab) ? effect.frames : []));

/** Two tabs that listen, at offset 10. */
function two(): Hub {
  const [hub] = run(initialHub(), opens('x'), opens('y'), frames(hello), asks('x', 10), asks('y', 10), frames(subscribed(10)));
  return hub;
}

describe('tabs share one socket', () => {
  it('which is opened once, and goes on from the tab that is furthest behind', () => {
    const [, effects] = run(initialHub(), opens('x'), opens('y'), frames(hello), asks('x', 12, 90), asks('y', 10, 40));
    expect(effects.filter((effect) => effect.type === 'connect')).toHaveLength(1);
    expect(toServer(effects)).toEqual([{ type: 'subscribe', id: 1, since: { epoch: 'a', offset: 10 }, batch: true, idle_s: 40 }]);
  });

  it('waits for a tab that says nothing only so long', () => {
    const [hub, effects] = run(initialHub(), opens('x'), opens('y'), frames(hello), asks('x', 12));
    expect(toServer(effects)).toEqual([]);
    expect(toServer(run(hub, { type: 'tick', at: T + GATHER_MS + 1 })[1])).toHaveLength(1);
  });

  it('each hears every event once, from where it was', () => {
    const [hub, effects] = run(two(), frames(event(11), event(12)));
    expect(toTab(effects, 'x')).toEqual([event(11), event(12)]);
    expect(toTab(effects, 'y')).toEqual([event(11), event(12)]);
    const [, late] = run(hub, opens('z'), asks('z', 11));
    expect(toTab(late, 'z')).toEqual([hello, { type: 'subscribed', id: 7, epoch: 'a', offset: 12, resumed: true }, event(12)]);
    expect(toServer(late)).toEqual([]);
  });

  it('one that is behind what is kept loads the snapshots', () => {
    const many = Array.from({ length: RING_MAX + 5 }, (_, index) => event(11 + index));
    const [hub] = run(two(), frames(...many));
    expect(hub.ring).toHaveLength(RING_MAX);
    expect(toTab(run(hub, opens('z'), asks('z', 12))[1], 'z').at(-1)).toMatchObject({ type: 'subscribed', resumed: false });
    expect(toTab(run(hub, opens('z'), asks('z', 15))[1], 'z')).toHaveLength(2 + RING_MAX);
  });

  it('closes with the last of them', () => {
    const [one, first] = run(two(), { type: 'tab_closed', tab: 'x' });
    expect(first).toEqual([]);
    const [none, last] = run(one, { type: 'tab_closed', tab: 'y' });
    expect(last).toEqual([{ type: 'close' }]);
    expect(none.line).toBe('closed');
  });

  it('its end is everybody’s, with its code', () => {
    const [hub, effects] = run(two(), { type: 'closed', code: 1012 });
    expect(effects).toEqual([{ type: 'end', tab: 'x', code: 1012 }, { type: 'end', tab: 'y', code: 1012 }]);
    // Back again, from what was heard last.
    const [, again] = run(hub, opens('y'), frames(hello), asks('y', 10));
    expect(toServer(again)).toMatchObject([{ since: { epoch: 'a', offset: 10 } }]);
  });

  it('forgets everything when the session ends', () => {
    const [hub] = run(two(), frames(event(11)), { type: 'closed', code: 4001 });
    expect(hub).toMatchObject({ position: null, ring: [], hello: null });
  });

  it('begins anew for all where the server does', () => {
    const [hub, effects] = run(two(), frames(subscribed(3, false, 'b'), event(4)));
    expect(toTab(effects, 'x')).toEqual([subscribed(3, false, 'b'), event(4)]);
    expect(hub).toMatchObject({ position: { epoch: 'b', offset: 4 }, base: 3 });
  });

  it('comes back at a hole', () => {
    const [, effects] = run(two(), frames(event(11), event(14, 13)));
    expect(effects.map((effect) => effect.type)).toEqual(['deliver', 'close', 'end', 'end']);
  });

  it('tells a tab that comes later how the store does', () => {
    const [hub] = run(two(), frames({ type: 'signal', name: 'store.condition', data: { condition: 'full' } }));
    expect(toTab(run(hub, opens('z'))[1], 'z')).toEqual([{ ...hello, store: 'full' }]);
  });

  it('answers a ping itself where the server was just heard, and asks it where it was not', () => {
    const ping: HubInput = { type: 'tab_said', tab: 'x', frame: { type: 'ping' } };
    expect(toTab(run(two(), ping)[1], 'x')).toEqual([{ type: 'pong' }]);
    const [hub, asked] = run(two(), { ...ping, at: T + 26_000 });
    expect(toTab(asked, 'x')).toEqual([]);
    expect(toServer(asked)).toEqual([{ type: 'ping' }]);
    expect(toTab(run(hub, frames({ type: 'pong' }))[1], 'x')).toEqual([{ type: 'pong' }]);
  });

  it('gives up a server that is silent', () => {
    expect(run(two(), { type: 'tick', at: T + 50_001 })[1].map((effect) => effect.type)).toEqual(['close', 'end', 'end']);
    const [opening] = run(initialHub(), opens('x'));
    expect(run(opening, { type: 'tick', at: T + PATIENCE_MS + 1 })[1].map((effect) => effect.type)).toEqual(['close', 'end']);
  });
});

/** A small generator with a seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** What a server would say, whose log has a hole after every offset it skipped, and which keeps only so many. */
class Server {
  epoch = 'a';
  log: StreamEvent[] = [];
  head = 0;
  readonly kept = 40;
  happens(skip: number): StreamEvent {
    const one = event(this.head + 1 + skip, this.log.at(-1)?.offset ?? 0);
    this.log.push(one);
    this.head = one.offset;
    return one;
  }
  answer(since: StreamPosition | null | undefined): ServerFrame[] {
    const first = this.log.at(-this.kept)?.prev ?? 0;
    const resumed = since?.epoch === this.epoch && since.offset >= first;
    const missed = resumed ? this.log.filter((one) => one.offset > since.offset) : [];
    return [{ type: 'subscribed', id: 1, epoch: this.epoch, offset: this.head, resumed }, ...missed];
  }
}

class TabModel {
  machine: Machine = initialMachine();
  known = new Set<number>();
  applied: string[] = [];
  line: string | null = null;
  loads = false;
}

describe('whatever happens to the socket, the hub and the tabs', () => {
  it.each(Array.from({ length: 200 }, (_, index) => index + 1))('no tab loses or doubles an event (seed %i)', (seed) => {
    const roll = dice(seed);
    const server = new Server();
    const tabs: TabModel[] = [];
    let hub = initialHub();
    let now = T;
    let lines = 0;
    let connected = false;

    const snapshot = (tab: TabModel) => { for (const one of server.log) tab.known.add(one.offset); };
    const feedHub = (input: HubInput) => {
      const [next, effects] = hubStep(hub, input, now);
      hub = next;
      for (const effect of effects) performHub(effect);
    };
    const feedTab = (tab: TabModel, input: Input) => {
      const [next, effects] = step(tab.machine, input, { now, random: 0.5 });
      tab.machine = next;
      for (const effect of effects) performTab(tab, effect);
    };
    const performTab = (tab: TabModel, effect: Effect) => {
      if (effect.type === 'connect') {
        lines += 1;
        tab.line = `line ${String(lines)}`;
        feedHub({ type: 'tab_opened', tab: tab.line });
      } else if (effect.type === 'close' && tab.line) {
        const { line } = tab;
        tab.line = null;
        feedHub({ type: 'tab_closed', tab: line });
      } else if (effect.type === 'send' && tab.line) feedHub({ type: 'tab_said', tab: tab.line, frame: effect.frame });
      else if (effect.type === 'apply')
        for (const one of effect.events) {
          tab.applied.push(`${effect.epoch} ${String(one.offset)}`);
          tab.known.add(one.offset);
        }
      else if (effect.type === 'reload') tab.loads = true;
    };
    const performHub = (effect: HubEffect) => {
      if (effect.type === 'connect') { connected = true; greet = true; }
      else if (effect.type === 'close') connected = false;
      else if (effect.type === 'send' && effect.frame.type === 'subscribe') waiting = effect.frame;
      else if (effect.type === 'deliver') {
        for (const tab of tabs) if (tab.line !== null && effect.tabs.includes(tab.line)) feedTab(tab, { type: 'frames', frames: effect.frames });
      } else if (effect.type === 'end') {
        const tab = tabs.find((one) => one.line === effect.tab);
        if (tab) {
          tab.line = null;
          feedTab(tab, { type: 'closed', code: effect.code });
        }
      }
    };
    let greet = false;
    let waiting: Extract<ClientFrame, { type: 'subscribe' }> | null = null;
    const serve = () => {
      if (connected && greet) {
        greet = false;
        feedHub(frames(hello));
      }
      if (connected && waiting) {
        const { since } = waiting;
        waiting = null;
        feedHub(frames(...server.answer(since)));
      }
    };
    const birth = () => {
      const tab = new TabModel();
      tabs.push(tab);
      snapshot(tab);
      feedTab(tab, { type: 'snapshot', as_of: { epoch: server.epoch, offset: server.head } });
      feedTab(tab, { type: 'start', online: true });
    };
    const tick = () => {
      now += 300;
      feedHub({ type: 'tick' });
      for (const tab of [...tabs]) feedTab(tab, { type: 'tick' });
    };
    const dies = () => {
      // The tab that leads: its hub is gone without a word, and the next tab makes one that knows nothing.
      hub = initialHub();
      connected = greet = false;
      waiting = null;
      const gone = tabs.shift();
      if (gone) gone.line = null;
      for (const tab of tabs)
        if (tab.line !== null) {
          tab.line = null;
          feedTab(tab, { type: 'closed', code: 1006 });
        }
    };

    birth();
    for (let turn = 0; turn < 300; turn += 1) {
      const what = roll(20);
      if (what < 8) {
        const one = server.happens(roll(3));
        if (connected && hub.line === 'subscribed' && waiting === null) feedHub(frames(one));
      } else if (what < 12) serve();
      else if (what < 15) tick();
      else if (what === 15 && tabs.length < 4) birth();
      else if (what === 16 && connected) {
        connected = greet = false;
        waiting = null;
        feedHub({ type: 'closed', code: 1006 });
      } else if (what === 17 && tabs.length > 1) {
        const [gone] = tabs.splice(roll(tabs.length), 1);
        if (gone?.line) feedHub({ type: 'tab_closed', tab: gone.line });
      } else if (what === 18 && tabs.length > 1 && roll(3) === 0) dies();
      else for (const tab of tabs)
        if (tab.loads) {
          tab.loads = false;
          snapshot(tab);
          feedTab(tab, { type: 'reloaded' });
        }
    }
    for (let turn = 0; turn < 100; turn += 1) {
      tick();
      serve();
      for (const tab of tabs)
        if (tab.loads) {
          tab.loads = false;
          snapshot(tab);
          feedTab(tab, { type: 'reloaded' });
        }
    }
    expect(tabs.length).toBeGreaterThan(0);
    for (const tab of tabs) {
      expect(tab.machine.phase).toBe('live');
      expect([...tab.known].sort((a, b) => a - b)).toEqual(server.log.map((one) => one.offset));
      expect(new Set(tab.applied).size).toBe(tab.applied.length);
    }
  });
});
