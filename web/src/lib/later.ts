/** Parts of the app that the first screen does not need. */
import { type ComponentType, lazy, type LazyExoticComponent } from 'react';

type Part<P> = { default: ComponentType<P> };

/** Pause before a part that did not come is asked for again, in milliseconds; it doubles. */
const FIRST_PAUSE_MS = 500;
/** The longest such pause, in milliseconds. */
const LONGEST_PAUSE_MS = 15_000;

/** Pause before the parts of a part are fetched ahead, in milliseconds: what is on its way to the screen goes first. */
const AHEAD_AFTER_MS = 1_000;

const parts: (() => Promise<unknown>)[] = [];
let ahead = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** A part that is fetched when it is first shown, or ahead of that by `fetchAhead`. */
export function later<P>(load: () => Promise<Part<P>>): LazyExoticComponent<ComponentType<P>> {
  parts.push(load);
  // A part that came after the others were fetched has parts of its own.
  if (ahead) timer ??= setTimeout(fetchAhead, AHEAD_AFTER_MS);
  return lazy(() => insist(load));
}

/** A part that does not come, as the line is down, is asked for until it does: what stands for it stays so long. */
export async function insist<T>(load: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => {
        setTimeout(resolve, pause);
        window.addEventListener('online', resolve, { once: true });
      });
    }
  }
}

/** Fetches every part while the line is there, so that none is missing when it is not. */
export function fetchAhead(): void {
  ahead = true;
  timer = undefined;
  for (const load of parts.splice(0)) {
    // One that does not come is asked for again when it is shown.
    load().catch(() => { parts.push(load); });
  }
}
