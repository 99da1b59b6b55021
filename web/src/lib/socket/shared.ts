/** A tab's share of the one socket: through a worker where the browser has shared ones, else through the tab that leads. */
import { newKey } from '@/api/client';
import { Host, type ToHub, type ToTab } from '@/lib/socket/host';
import { openSocket, type Ends, type Line, type Lines } from '@/lib/socket/line';

/** Held as long as this page lives: by it the hub knows that the page is there. */
function holdAlive(): Promise<string> {
  const name = `switchboard.tab.${newKey()}`;
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => {
      resolve(name);
      return new Promise<void>(() => undefined);
    });
  });
}

/** `seat` says whose socket it is: a person in a workspace. */
export function linesFor(seat: string): Lines {
  // Without locks nobody would hear of a tab that is gone.
  if (typeof navigator.locks === 'undefined') return { open: openSocket, stop: () => undefined };
  const alive = holdAlive();
  if (typeof SharedWorker !== 'undefined') return throughWorker(seat, alive);
  if (typeof BroadcastChannel !== 'undefined') return throughLeader(seat, alive);
  return { open: openSocket, stop: () => undefined };
}

/** What both ways have in common: a line that is told things by messages, until it ends. */
function lineOf(ends: Ends, alive: Promise<string>, tell: (message: ToHub) => void): { tab: string; line: Line; heard: (message: ToTab) => void; open: () => void; isOver: () => boolean } {
  const tab = newKey();
  let over = false;
  return {
    tab,
    open: () => void alive.then((name) => { if (!over) tell({ tab, type: 'open', alive: name }); }),
    isOver: () => over,
    heard(message) {
      if (over || message.tab !== tab) return;
      if (message.type === 'frames') ends.frames([...message.frames]);
      else {
        over = true;
        ends.closed(message.code);
      }
    },
    line: {
      send(frame) { if (!over) tell({ tab, type: 'say', frame }); },
      close() {
        if (over) return;
        over = true;
        tell({ tab, type: 'close' });
      },
    },
  };
}

function throughWorker(seat: string, alive: Promise<string>): Lines {
  return {
    open(ends) {
      // Asked for with each line: one that died is made anew by that.
      const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: `switchboard ${seat}` });
      const { port } = worker;
      const mine = lineOf(ends, alive, (message) => { port.postMessage(message); });
      port.onmessage = ({ data }: MessageEvent<ToTab>) => { mine.heard(data); };
      mine.open();
      return mine.line;
    },
    stop: () => undefined,
  };
}

type OnChannel = ToHub | ToTab | { type: 'leads' };

/** One tab holds a lock, and the socket for all; when it is gone the next one gets both. */
function throughLeader(seat: string, alive: Promise<string>): Lines {
  const name = `switchboard.line ${seat}`;
  const ear = new BroadcastChannel(name);
  const done = new AbortController();
  let let_go: () => void = () => undefined;
  const over = new Promise<void>((resolve) => { let_go = resolve; });
  let mine: ReturnType<typeof lineOf> | null = null;
  let answered = false;

  ear.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if (data.type === 'leads') {
      // Whoever led before is gone, and what it had of this line with it.
      if (answered && mine && !mine.isOver()) mine.heard({ tab: mine.tab, type: 'end', code: 1006 });
      else mine?.open();
    } else if (mine && 'tab' in data && data.tab === mine.tab && (data.type === 'frames' || data.type === 'end')) {
      answered = true;
      mine.heard(data);
    }
  };

  void navigator.locks
    .request(name, { signal: done.signal }, async () => {
      const mouth = new BroadcastChannel(name);
      const host = new Host((message) => { mouth.postMessage(message); });
      mouth.onmessage = ({ data }: MessageEvent<OnChannel>) => {
        if (data.type === 'open' || data.type === 'say' || data.type === 'close') host.hear(data);
      };
      mouth.postMessage({ type: 'leads' } satisfies OnChannel);
      await over;
      host.stop();
      mouth.close();
    })
    .catch(() => undefined);

  return {
    open(ends) {
      answered = false;
      mine = lineOf(ends, alive, (message) => { ear.postMessage(message); });
      mine.open();
      return mine.line;
    },
    stop() {
      // What is still to be said of the last line goes first.
      setTimeout(() => {
        let_go();
        done.abort();
        ear.close();
      }, 0);
    },
  };
}
