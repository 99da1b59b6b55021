import { useCallback, useEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react';
import { t } from '@/lib/i18n';

const clocks = new Set<() => void>();
let clockTimer: ReturnType<typeof setTimeout> | undefined;
let minute = Date.now();

function beat(): void {
  minute = Date.now();
  for (const listener of clocks) listener();
  clockTimer = setTimeout(beat, 60_000 - (Date.now() % 60_000) + 20);
}

function subscribeClock(listener: () => void): () => void {
  clocks.add(listener);
  if (clocks.size === 1) {
    minute = Date.now();
    clockTimer = setTimeout(beat, 60_000 - (Date.now() % 60_000) + 20);
  }
  return () => {
    clocks.delete(listener);
    if (clocks.size === 0) clearTimeout(clockTimer);
  };
}

/** The time, once a minute: nothing on the screen counts seconds. */
export function useMinute(): number {
  return useSyncExternalStore(subscribeClock, () => minute);
}

/** Renders every five seconds while a time is less than two minutes ahead: how long it is until then is told in seconds. */
export function useCountdown(time: string | undefined): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (time === undefined) return undefined;
    const timer = setInterval(() => { if (Date.parse(time) - Date.now() < 120_000) tick((count) => count + 1); }, 5_000);
    return () => { clearInterval(timer); };
  }, [time]);
}

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => {
        media.removeEventListener('change', listener);
      };
    },
    () => window.matchMedia(query).matches,
  );
}

/**
 * Where what opens from an element is put in the page: into the part of it that the element is in, so that whoever walks the page
 * part by part comes by it. `look` is called when it opens.
 */
export function useHome(): { element: RefObject<HTMLButtonElement | null>; home: HTMLElement | undefined; look: () => void } {
  const element = useRef<HTMLButtonElement>(null);
  const [home, setHome] = useState<HTMLElement>();
  const look = useCallback(() => { setHome(homeOf(element.current)); }, []);
  return { element, home, look };
}

export function homeOf(element: HTMLElement | null): HTMLElement | undefined {
  return element?.closest<HTMLElement>('[role="dialog"], nav, aside, main, section[aria-label]') ?? undefined;
}

/** For a dialog that has no button of its own to return to: the focus goes back to where it was, unless something took it meanwhile. */
export function useFocusReturn(): (event: Event) => void {
  const [before] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : null));
  return (event) => {
    event.preventDefault();
    const now = document.activeElement;
    if ((now === null || now === document.body) && before?.isConnected) before.focus();
  };
}

/** How wide the window is, in pixels. */
export function useWidth(): number {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('resize', listener);
      return () => { window.removeEventListener('resize', listener); };
    },
    () => window.innerWidth,
  );
}

/** Is somebody looking: the page is visible and has the focus. */
export function useLooking(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('focus', listener);
      window.addEventListener('blur', listener);
      document.addEventListener('visibilitychange', listener);
      return () => {
        window.removeEventListener('focus', listener);
        window.removeEventListener('blur', listener);
        document.removeEventListener('visibilitychange', listener);
      };
    },
    () => document.visibilityState === 'visible' && document.hasFocus(),
  );
}

/** The page's title: what is on it, then the app. */
export function useTitle(words: string): void {
  useEffect(() => {
    document.title = `${words} · ${t('app.name')}`;
  }, [words]);
}

/** True once `wanted` has held for a while: skeletons wait before they show. */
export function useAfter(wanted: boolean, ms: number): boolean {
  const [past, setPast] = useState(false);
  useEffect(() => {
    if (!wanted) return;
    const timer = setTimeout(() => {
      setPast(true);
    }, ms);
    return () => {
      clearTimeout(timer);
      setPast(false);
    };
  }, [wanted, ms]);
  return wanted && past;
}

/** A value once it has stayed the same for a while; its changes in between are not seen. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (value === settled) return;
    const timer = setTimeout(() => { setSettled(value); }, ms);
    return () => { clearTimeout(timer); };
  }, [value, settled, ms]);
  return settled;
}
