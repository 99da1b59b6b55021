import { describe, expect, it } from 'vitest';
import type { ServerFrame, StreamEvent } from '@/api/types';
import { delay, initialMachine, missing, step, type Effect, type Input, type Machine } from '@/lib/socket/machine';

const around = { now: 1_000_000, random: 0.5 };

function run(machine: Machine, ...inputs: (Input & { at?: number })[]): [Machine, Effect[]] {
  let state = machine;
  const all: Effect[] = [];
  for (const input of inputs) {
    const [next, effects] = step(state, input, { ...around, now: input.at ?? around.now });
    state = next;
    all.push(...effects);
  }
  return [state, all];
}

const event = (offset: number, prev = offset - 1): StreamEvent => ({
  type: 'event',
  offset,
  prev,
  name: 'conversation.updated',
  at: '2026-11-23T09:00:00Z',
  data: {},
});
const frames = (...list: ServerFrame[]): Input => ({ type: 'frames', frames: list });
const hello: ServerFrame = { type: 'hello', session: 'soc_1', workspace_id: 'wsp_1', heartbeat_s: 25, store: 'ok' };
const subscribed = (offset: number, resumed: boolean, epoch = 'a'): ServerFrame => ({
  type: 'subscribed',
  id: 1,
  epoch,
  offset,
  resumed,
});
const applied = (effects: Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'apply' ? effect.events.map((one) => one.offset) : []));
const kinds = (effects: Effect[]) => effects.map((effect) => effect.type);

/** Subscribed and live at offset 10. */
function live(): Machine {
  const [state] = run(
    initialMachine(),
    { type: 'snapshot', as_of: { epoch: 'a', offset: 10 } },
    { type: 'start', online: true },
    { type: 'opened' },
    frames(hello, subscribed(10, true)),
  );
  expect(state.phase).toBe('live');
  return state;
}

describe('subscribing', () => {
  it('leaves `since` out the first time and asks for batches', () => {
    const [, effects] = run(initialMachine(), { type: 'start', online: true }, { type: 'opened' }, frames(hello));
    expect(effects).toEqual([
      { type: 'connect' },
      { type: 'store', condition: 'ok' },
      { type: 'send', frame: { type: 'subscribe', id: 1, batch: true } },
    ]);
  });

  it('goes on from the oldest snapshot that was loaded before', () => {
    const [, effects] = run(
      initialMachine(),
      { type: 'snapshot', as_of: { epoch: 'a', offset: 12 } },
      { type: 'snapshot', as_of: { epoch: 'a', offset: 10 } },
      { type: 'snapshot', as_of: { epoch: 'a', offset: 15 } },
      { type: 'start', online: true },
      frames(hello),
    );
    expect(effects.at(-1)).toEqual({
      type: 'send',
      frame: { type: 'subscribe', id: 1, since: { epoch: 'a', offset: 10 }, batch: true },
    });
  });

  it('loads the snapshots where the stream cannot resume, and takes events meanwhile', () => {
    const [state, effects] = run(
      initialMachine(),
      { type: 'start', online: true },
      frames(hello, subscribed(57, false)),
      frames(event(58)),
    );
    expect(state.phase).toBe('reloading');
    expect(kinds(effects)).toContain('reload');
    expect(applied(effects)).toEqual([58]);
    expect(run(state, { type: 'reloaded' })[0].phase).toBe('live');
  });

  it('still owes the snapshots when the line breaks while they load', () => {
    const [state] = run(
      initialMachine(),
      { type: 'start', online: true },
      frames(hello, subscribed(57, false)),
      { type: 'closed', code: 1006 },
      { type: 'online' },
      frames(hello, subscribed(57, true)),
    );
    expect(state.phase).toBe('reloading');
    expect(run(state, { type: 'reloaded' })[0].phase).toBe('live');
  });

  it('starts offline without a network and connects when it comes back', () => {
    const [state, effects] = run(initialMachine(), { type: 'start', online: false });
    expect(state.phase).toBe('offline');
    expect(effects).toEqual([]);
    expect(kinds(run(state, { type: 'online' })[1])).toEqual(['connect']);
  });
});

describe('events', () => {
  it('applies a batch in order as one', () => {
    const [state, effects] = run(live(), frames(event(11), event(12), event(13)));
    expect(effects).toHaveLength(1);
    expect(applied(effects)).toEqual([11, 12, 13]);
    expect(state.position).toEqual({ epoch: 'a', offset: 13 });
  });

  it('drops what was seen', () => {
    const [state, effects] = run(live(), frames(event(9), event(10), event(11), event(11)));
    expect(applied(effects)).toEqual([11]);
    expect(state.position?.offset).toBe(11);
  });

  it('takes an offset that jumps where `prev` says nothing was between', () => {
    expect(applied(run(live(), frames(event(20, 10), event(31, 20)))[1])).toEqual([20, 31]);
  });

  it('takes an event whose `prev` lies before what is known', () => {
    expect(applied(run(live(), frames(event(12, 7)))[1])).toEqual([12]);
  });

  it('comes back and resumes at a hole', () => {
    const [state, effects] = run(live(), frames(event(11), event(14, 13), event(15)));
    expect(applied(effects)).toEqual([11]);
    expect(kinds(effects)).toEqual(['apply', 'close']);
    expect(state.phase).toBe('waiting');
    const [, again] = run(state, { type: 'tick', at: state.retryAt }, frames(hello));
    expect(again.at(-1)).toMatchObject({ frame: { since: { epoch: 'a', offset: 11 } } });
  });

  it('ignores events of a socket that was given up', () => {
    const [state] = run(live(), { type: 'closed', code: 1006 });
    expect(run(state, frames(event(11)))[1]).toEqual([]);
  });
});

describe('a new epoch on the same socket', () => {
  it('loads the snapshots and goes on in the new count', () => {
    const [state, effects] = run(live(), frames(event(11), subscribed(3, false, 'b'), event(4)));
    expect(kinds(effects)).toEqual(['apply', 'reload', 'apply']);
    expect(effects[0]).toMatchObject({ epoch: 'a' });
    expect(effects[2]).toMatchObject({ epoch: 'b' });
    expect(state.position).toEqual({ epoch: 'b', offset: 4 });
    expect(state.phase).toBe('reloading');
  });

  it('never compares offsets of two epochs', () => {
    const [state, effects] = run(live(), frames(subscribed(40, true, 'b')));
    expect(kinds(effects)).toEqual(['reload']);
    expect(state.position).toEqual({ epoch: 'b', offset: 40 });
  });
});

describe('coming back', () => {
  it('says how much is missing until it is here', () => {
    const [gone] = run(live(), { type: 'closed', code: 1012 });
    const [back] = run(gone, { type: 'online' }, frames(hello, subscribed(14, true)));
    expect(back.phase).toBe('catching_up');
    expect(missing(back)).toBe(4);
    const [half] = run(back, frames(event(11), event(12)));
    expect(missing(half)).toBe(2);
    const [done] = run(half, frames(event(13), event(14)));
    expect(done.phase).toBe('live');
  });

  it('is caught up when nothing more comes, as some changes are for other roles', () => {
    const [gone] = run(live(), { type: 'closed', code: 4008 });
    const [back] = run(gone, { type: 'online' }, frames(hello, subscribed(14, true)));
    expect(run(back, { type: 'tick', at: around.now + 1_500 })[0].phase).toBe('live');
  });

  it('waits longer each time, with chance in it, and at most 15 s', () => {
    expect(delay(0, 0.5)).toBe(500);
    expect(delay(3, 0)).toBe(2_000);
    expect(delay(3, 1)).toBe(4_000);
    expect(delay(30, 1)).toBe(15_000);
    let state = live();
    const delays: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      [state] = run(state, { type: 'closed', code: 1006 });
      delays.push(state.retryAt - around.now);
      [state] = run(state, { type: 'tick', at: state.retryAt });
    }
    expect(delays).toEqual([500, 750, 1_500, 3_000]);
  });

  it('backs off longer after a refusal', () => {
    const [state] = run(live(), { type: 'closed', code: 4029 });
    expect(state.retryAt - around.now).toBeGreaterThanOrEqual(4_000);
  });

  it('goes to sign-in when the session ended', () => {
    const [state, effects] = run(live(), { type: 'closed', code: 4001 });
    expect(state.phase).toBe('signed_out');
    expect(kinds(effects)).toEqual(['sign_in']);
  });

  it('forgets the count of attempts once a subscription stands', () => {
    let [state] = run(live(), { type: 'closed', code: 1006 });
    [state] = run(state, { type: 'tick', at: state.retryAt }, { type: 'closed', code: 1006 });
    expect(state.attempt).toBe(2);
    [state] = run(state, { type: 'tick', at: state.retryAt }, frames(hello, subscribed(10, true)));
    expect(state.attempt).toBe(0);
  });

  it('tries at once when the page comes to the front', () => {
    const [state] = run(live(), { type: 'closed', code: 1006 });
    expect(kinds(run(state, { type: 'visible' })[1])).toEqual(['connect']);
  });
});

describe('heartbeats', () => {
  it('pings every heartbeat and gives up after two of silence', () => {
    const state = live();
    const [pinged, effects] = run(state, { type: 'tick', at: around.now + 25_000 });
    expect(effects).toEqual([{ type: 'send', frame: { type: 'ping' } }]);
    const [dead, close] = run(pinged, { type: 'tick', at: around.now + 50_001 });
    expect(kinds(close)).toEqual(['close']);
    expect(dead.phase).toBe('waiting');
  });

  it('answers a ping', () => {
    expect(run(live(), frames({ type: 'ping' }))[1]).toEqual([{ type: 'send', frame: { type: 'pong' } }]);
  });

  it('gives up a socket that never says hello', () => {
    const [state] = run(initialMachine(), { type: 'start', online: true });
    expect(run(state, { type: 'tick', at: around.now + 10_001 })[0].phase).toBe('waiting');
  });
});

describe('the store', () => {
  it('is heard of at the start and when it changes', () => {
    const full: ServerFrame = { type: 'hello', session: 'soc_1', workspace_id: 'wsp_1', heartbeat_s: 25, store: 'full' };
    const again: ServerFrame = { type: 'signal', name: 'store.condition', data: { condition: 'ok' } };
    const [, effects] = run(initialMachine(), { type: 'start', online: true }, { type: 'opened' }, frames(full, again));
    const heard = effects.flatMap((effect) => (effect.type === 'store' ? effect.condition : []));
    expect(heard).toEqual(['full', 'ok']);
  });
});
