/** What this person chose on this device; others who sign in on it choose for themselves. */
import { create } from 'zustand';
import type { LanguageChoice } from '@/lib/languages';
import { setZone } from '@/lib/zone';

export type Theme = 'system' | 'light' | 'dark';
export type Preferences = {
  theme: Theme;
  density: 'comfortable' | 'compact';
  sendWith: 'enter' | 'mod-enter';
  /** Seconds in which a send can be taken back. */
  undoSend: 0 | 5 | 10 | 20;
  singleKeys: boolean;
  /** Keys that are other than usual, by what they do; empty where it has none. */
  keys: Record<string, string>;
  language: LanguageChoice;
  /** A time zone by its name; empty for the browser's. */
  timeZone: string;
  listWidth: number;
  detailsWidth: number;
  viewsWidth: number;
  detailsOpen: boolean;
  /** What is read is kept on this device, to be read without a line. */
  keepCopy: boolean;
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
  keys: {},
  language: 'auto',
  timeZone: '',
  listWidth: 344,
  detailsWidth: 304,
  viewsWidth: 192,
  detailsOpen: true,
  keepCopy: true,
  view: 'all',
  sort: 'next_up',
};

/** What whoever was here last chose: the sign-in page and the first paint follow it. */
const KEY = 'switchboard.preferences';
let own = KEY;

function load(key: string): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

export const usePreferences = create<Preferences>(() => load(KEY));

/** Takes up what this person chose. Whoever is new here goes on with what the device shows if nobody was here before, else with the defaults. */
export function preferencesOf(userId: string): void {
  const key = `${KEY}.${userId}`;
  if (own === key) return;
  own = key;
  try {
    const known = localStorage.getItem(key) !== null;
    const others = Object.keys(localStorage).some((name) => name.startsWith(`${KEY}.`));
    usePreferences.setState(known ? load(key) : others ? defaults : usePreferences.getState());
  } catch {
    // Storage is switched off: what the page shows is what there is.
  }
}

export function setPreferences(change: Partial<Preferences>): void {
  usePreferences.setState(change);
}

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

function paint(): void {
  setZone(usePreferences.getState().timeZone || undefined);
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
      if (own !== KEY) localStorage.setItem(own, JSON.stringify(state));
    } catch {
      // Storage can be full or switched off; the choice holds for this page.
    }
  });
}
