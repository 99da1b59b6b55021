/** What this person chose on this device. */
import { create } from 'zustand';

export type Theme = 'system' | 'light' | 'dark';
export type Preferences = {
  theme: Theme;
  density: 'comfortable' | 'compact';
  sendWith: 'enter' | 'mod-enter';
  /** Seconds in which a send can be taken back. */
  undoSend: 0 | 5 | 10 | 20;
  singleKeys: boolean;
  listWidth: number;
  detailsWidth: number;
  viewsWidth: number;
  detailsOpen: boolean;
  /** The tab of the list last chosen. */
  view: 'mine' | 'unassigned' | 'all';
  /** The order of the list last chosen. */
  sort: 'next_up' | 'newest' | 'oldest' | 'waiting' | 'window';
};

export const defaults: Preferences = {
  theme: 'system',
  density: 'comfortable',
  sendWith: 'enter',
  undoSend: 0,
  singleKeys: true,
  listWidth: 344,
  detailsWidth: 304,
  viewsWidth: 192,
  detailsOpen: true,
  view: 'all',
  sort: 'newest',
};

const KEY = 'switchboard.preferences';

function load(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

export const usePreferences = create<Preferences>(() => load());

export function setPreferences(change: Partial<Preferences>): void {
  usePreferences.setState(change);
}

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

function paint(): void {
  const { theme, density, viewsWidth } = usePreferences.getState();
  const dark = theme === 'dark' || (theme === 'system' && systemDark.matches);
  const root = document.documentElement;
  root.dataset['theme'] = dark ? 'dark' : 'light';
  root.dataset['density'] = density;
  root.style.setProperty('--views-width', `${String(viewsWidth)}px`);
  const canvas = getComputedStyle(root).getPropertyValue('--canvas').trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', canvas);
}

/** Keeps page and storage in step with the choices. */
export function followPreferences(): void {
  paint();
  systemDark.addEventListener('change', paint);
  usePreferences.subscribe((state) => {
    paint();
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      // Storage can be full or switched off; the choice holds for this page.
    }
  });
}
