/** Words for screen readers: arrivals politely and in batches, failures at once. */
import { create } from 'zustand';

type Announcements = { polite: string; assertive: string };
export const useAnnouncements = create<Announcements>(() => ({ polite: '', assertive: '' }));

const EVERY_MS = 3_000;
let timer: ReturnType<typeof setTimeout> | undefined;
let waiting: (() => string)[] = [];
let lastAt = 0;

function speak(): void {
  timer = undefined;
  lastAt = Date.now();
  const words = [...new Set(waiting.map((word) => word()))].join('. ');
  waiting = [];
  useAnnouncements.setState({ polite: words });
}

/** At most every three seconds; what comes meanwhile is said together. */
export function announce(words: () => string): void {
  waiting.push(words);
  timer ??= setTimeout(speak, Math.max(50, lastAt + EVERY_MS - Date.now()));
}

export function alertNow(words: string): void {
  useAnnouncements.setState({ assertive: words });
}
