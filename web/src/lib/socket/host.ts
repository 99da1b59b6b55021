/** The hands of the hub: the one socket, the clock, and the tabs. It runs in a worker that the tabs share, or in one of them. */
import type { ClientFrame, ServerFrame } from '@/api/types';
import { hubStep, initialHub, type Hub, type HubInput } from '@/lib/socket/hub';
import { openSocket, type Line } from '@/lib/socket/line';

/** From a tab: each line of it has an id, and the name of a lock that the tab holds as long as it lives. */
export type ToHub = { tab: string } & ({ type: 'open'; alive: string } | { type: 'say'; frame: ClientFrame } | { type: 'close' });
/** To a tab. */
export type ToTab = { tab: string } & ({ type: 'frames'; frames: readonly ServerFrame[] } | { type: 'end'; code: number });

const TICK_MS = 250;

export class Host {
  private hub: Hub = initialHub();
  private line: Line | null = null;
  /** Which lines go with a page, by the lock that it holds. */
  private readonly pages = new Map<string, Set<string>>();
  private readonly timer = setInterval(() => { this.feed({ type: 'tick' }); }, TICK_MS);

  constructor(private readonly tell: (message: ToTab) => void) {}

  hear(message: ToHub): void {
    const { tab } = message;
    switch (message.type) {
      case 'open':
        this.feed({ type: 'tab_opened', tab });
        this.watch(message.alive, tab);
        break;
      case 'say':
        this.feed({ type: 'tab_said', tab, frame: message.frame });
        break;
      case 'close':
        this.feed({ type: 'tab_closed', tab });
        break;
    }
  }

  /** The lock is free once the page is gone, however it went. */
  private watch(alive: string, tab: string): void {
    const lines = this.pages.get(alive);
    this.pages.set(alive, new Set([tab]));
    if (lines) {
      // A page has one line at a time: one that it left behind is over.
      for (const old of lines) this.feed({ type: 'tab_closed', tab: old });
      return;
    }
    void navigator.locks.request(alive, { mode: 'shared' }, () => {
      for (const one of this.pages.get(alive) ?? []) this.feed({ type: 'tab_closed', tab: one });
      this.pages.delete(alive);
    });
  }

  stop(): void {
    clearInterval(this.timer);
    this.line?.close();
    this.line = null;
  }

  private feed(input: HubInput): void {
    const [after, effects] = hubStep(this.hub, input, Date.now());
    this.hub = after;
    for (const effect of effects) {
      switch (effect.type) {
        case 'connect':
          this.connect();
          break;
        case 'close':
          this.line?.close();
          this.line = null;
          break;
        case 'send':
          this.line?.send(effect.frame);
          break;
        case 'deliver':
          for (const tab of effect.tabs) this.tell({ tab, type: 'frames', frames: effect.frames });
          break;
        case 'end':
          this.tell({ tab: effect.tab, type: 'end', code: effect.code });
          break;
      }
    }
  }

  private connect(): void {
    this.line?.close();
    const line: Line = openSocket({
      opened: () => undefined,
      frames: (frames) => { if (this.line === line) this.feed({ type: 'frames', frames }); },
      closed: (code) => {
        if (this.line !== line) return;
        this.line = null;
        this.feed({ type: 'closed', code });
      },
    });
    this.line = line;
  }
}
