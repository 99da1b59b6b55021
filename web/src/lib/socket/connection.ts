/** The hands of the machine: the line, the clock, and the browser's word about the network. */
import type { BulkJob, DraftChanged, NotificationsChanged, StoreCondition, StreamEvent, StreamPosition, Typing, Viewing } from '@/api/types';
import type { Line, Lines } from '@/lib/socket/line';
import { initialMachine, missing, step, type Effect, type Input, type Machine } from '@/lib/socket/machine';
import { linesFor } from '@/lib/socket/shared';

type Handlers = {
  apply: (epoch: string, events: StreamEvent[]) => void;
  /** Loads the snapshots; may be asked for again before it is done. */
  reload: () => Promise<void>;
  typing: (data: Typing) => void;
  viewing: (data: Viewing) => void;
  draft: (data: DraftChanged) => void;
  bulk: (job: BulkJob) => void;
  notified: (changed: NotificationsChanged) => void;
  store: (condition: StoreCondition) => void;
  signedOut: () => void;
  /** Who is waited for by whom: the tabs of one person and workspace share their line. */
  meId: string;
  /** Whose events are waited for. */
  workspaceId: string;
  /** Seconds since the person at this page last did something. */
  idle: () => number;
  /** With how many changes are still to come, where that is known. */
  changed: (machine: Machine, missing: number | null) => void;
};

const TICK_MS = 250;

export class Connection {
  private machine: Machine = initialMachine();
  private line: Line | null = null;
  private readonly lines: Lines;
  private timer: ReturnType<typeof setInterval> | undefined;
  private reloads = 0;

  constructor(private readonly handlers: Handlers) {
    this.lines = linesFor(`${handlers.meId} ${handlers.workspaceId}`);
  }

  start(): void {
    window.addEventListener('online', this.onOnline);
    window.addEventListener('offline', this.onOffline);
    document.addEventListener('visibilitychange', this.onVisible);
    this.timer ??= setInterval(() => {
      this.feed({ type: 'tick' });
    }, TICK_MS);
    this.feed({ type: 'start', online: navigator.onLine });
  }

  stop(): void {
    window.removeEventListener('online', this.onOnline);
    window.removeEventListener('offline', this.onOffline);
    document.removeEventListener('visibilitychange', this.onVisible);
    clearInterval(this.timer);
    this.timer = undefined;
    this.reloads += 1;
    this.feed({ type: 'stop' });
    this.lines.stop();
  }

  /** A snapshot was loaded: the first subscription goes on from there. */
  snapshot(as_of: StreamPosition): void {
    this.feed({ type: 'snapshot', as_of });
  }

  /** Tells colleagues that something is being written; lost when the line is down. */
  sendTyping(conversationId: string): void {
    if (this.machine.phase === 'live')
      this.line?.send({ type: 'signal', name: 'typing', data: { conversation_id: conversationId } });
  }

  /** Tells colleagues what somebody has before them; to be said again when the line is live. */
  sendViewing(conversationId: string | null): void {
    if (this.machine.phase === 'live')
      this.line?.send({ type: 'signal', name: 'viewing', data: { conversation_id: conversationId } });
  }

  /** Tells that somebody is at this page; lost when the line is down, and said again when it opens. */
  sendActivity(): void {
    this.line?.send({ type: 'signal', name: 'activity' });
  }

  private readonly onOnline = () => {
    this.feed({ type: 'online' });
  };
  private readonly onOffline = () => {
    this.feed({ type: 'offline' });
  };
  private readonly onVisible = () => {
    if (document.visibilityState === 'visible') this.feed({ type: 'visible' });
  };

  private feed(input: Input): void {
    const before = this.machine;
    const [after, effects] = step(before, input, { now: Date.now(), random: Math.random() });
    this.machine = after;
    for (const effect of effects) this.perform(effect);
    if (input.type !== 'tick' || before.phase !== after.phase || after.phase === 'waiting') this.handlers.changed(this.machine, missing(this.machine));
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'connect':
        this.open();
        break;
      case 'close':
        this.drop();
        break;
      case 'send':
        this.line?.send(effect.frame.type === 'subscribe' ? { ...effect.frame, idle_s: this.handlers.idle() } : effect.frame);
        break;
      case 'apply':
        this.handlers.apply(effect.epoch, effect.events);
        break;
      case 'reload':
        void this.reload();
        break;
      case 'typing':
        this.handlers.typing(effect.data);
        break;
      case 'viewing':
        this.handlers.viewing(effect.data);
        break;
      case 'draft':
        this.handlers.draft(effect.data);
        break;
      case 'bulk':
        this.handlers.bulk(effect.data);
        break;
      case 'notified':
        this.handlers.notified(effect.data);
        break;
      case 'store':
        this.handlers.store(effect.condition);
        break;
      case 'sign_in':
        this.drop();
        this.handlers.signedOut();
        break;
    }
  }

  private open(): void {
    this.drop();
    const line: Line = this.lines.open({
      opened: () => { if (line === this.line) this.feed({ type: 'opened' }); },
      frames: (frames) => {
        if (line !== this.line) return;
        // The sign-in went on in another workspace: what is on this page belongs to the one before.
        if (frames.some((frame) => frame.type === 'hello' && frame.workspace_id !== this.handlers.workspaceId)) location.assign('/inbox');
        else this.feed({ type: 'frames', frames });
      },
      closed: (code) => {
        if (line !== this.line) return;
        this.line = null;
        this.feed({ type: 'closed', code });
      },
    });
    this.line = line;
  }

  /** Lets a line go without hearing from it again. */
  private drop(): void {
    const { line } = this;
    this.line = null;
    line?.close();
  }

  private async reload(): Promise<void> {
    this.reloads += 1;
    const mine = this.reloads;
    for (let attempt = 0; mine === this.reloads; attempt += 1) {
      try {
        await this.handlers.reload();
        if (mine === this.reloads) this.feed({ type: 'reloaded' });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, Math.min(15_000, 500 * 2 ** attempt)));
      }
    }
  }
}
