/** Parts of the app that the first screen does not need. */
import { type ComponentType, lazy, type LazyExoticComponent } from 'react';

type Part<P> = { default: ComponentType<P> };

const parts: (() => Promise<unknown>)[] = [];

/** A part that is fetched when it is first shown, or ahead of that by `fetchAhead`. */
export function later<P>(load: () => Promise<Part<P>>): LazyExoticComponent<ComponentType<P>> {
  parts.push(load);
  return lazy(load);
}

/** Fetches every part while the line is there, so that none is missing when it is not. */
export function fetchAhead(): void {
  for (const load of parts.splice(0)) {
    // One that does not come is asked for again when it is shown.
    load().catch(() => { parts.push(load); });
  }
}
