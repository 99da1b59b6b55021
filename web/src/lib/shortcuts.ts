/** Keys by what they do. `Mod` is ⌘ on a Mac and Ctrl elsewhere; letters are matched by their place. */
import { usePreferences } from '@/lib/preferences';

export const defaultShortcuts = {
  menu: 'Mod+K',
  sheet: 'Mod+/',
  help: '?',
  search: '/',
  undo: 'Z',
  next: 'Alt+J',
  previous: 'Alt+K',
  resolve: 'Alt+E',
  resolveNext: 'Mod+Alt+E',
  snooze: 'Alt+M',
  reply: 'Alt+L',
  note: 'Alt+P',
  attach: 'Mod+Alt+A',
  details: 'Alt+O',
  nextTab: 'Alt+N',
  inbox: 'Alt+C',
  reports: 'Alt+R',
  settings: 'Alt+S',
  alerts: 'Alt+B',
  panes: 'F6',
  tick: 'Shift+X',
} as const;

export type ShortcutName = keyof typeof defaultShortcuts;

/** One key without Ctrl, ⌘ or Alt: it would be heard by whoever speaks to the page, so such keys have a switch of their own. */
export function isSingle(shortcut: string): boolean {
  return !/(^|\+)(Mod|Alt)\+/.test(shortcut) && !/F\d+$/.test(shortcut);
}

/** The key for it as this person chose it; empty where it has none. */
export function shortcutOf(name: ShortcutName): string {
  const { keys, singleKeys } = usePreferences.getState();
  const shortcut = keys[name] ?? defaultShortcuts[name];
  return isSingle(shortcut) && !singleKeys ? '' : shortcut;
}

/** The keys as they are now. */
export const shortcuts = Object.defineProperties(
  {},
  Object.fromEntries((Object.keys(defaultShortcuts) as ShortcutName[]).map((name) => [name, { enumerable: true, get: () => shortcutOf(name) }])),
) as Readonly<Record<ShortcutName, string>>;

export const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** Does this key press mean that shortcut? None means the empty one, and nothing that is typed into a field means one without a modifier. */
export function matches(event: KeyboardEvent, shortcut: string): boolean {
  if (shortcut === '' || event.isComposing) return false;
  const parts = shortcut.split('+');
  const key = parts.pop() ?? '';
  const mod = parts.includes('Mod');
  const alt = parts.includes('Alt');
  const shift = parts.includes('Shift');
  // AltGr types letters; some browsers tell of it as Ctrl and Alt.
  if (event.getModifierState('AltGraph')) return false;
  if ((isMac ? event.metaKey : event.ctrlKey) !== mod) return false;
  if ((isMac ? event.ctrlKey : event.metaKey) || event.altKey !== alt) return false;
  const single = isSingle(shortcut);
  if (single && inField(event.target)) return false;
  // Signs are where the keyboard has them, with Shift or without.
  if (/^[^A-Z0-9]$/.test(key)) return event.key === key || (!single && key === '/' && event.code === 'Slash');
  if (event.shiftKey !== shift) return false;
  // Alt types other letters on a Mac: the place of the key counts. Where nothing but a letter is pressed it is the letter.
  if (key.length === 1) return single ? event.key.toUpperCase() === key : event.code === (/\d/.test(key) ? `Digit${key}` : `Key${key}`);
  return event.key === key;
}

/** What browsers keep for themselves, or what the app cannot do without. */
const TAKEN = new Set(['Mod+W', 'Mod+T', 'Mod+N', 'Mod+Q', 'Mod+R', 'Mod+L', 'Mod+C', 'Mod+V', 'Mod+X', 'Mod+A', 'Mod+Z', 'Mod+Shift+T', 'Mod+Shift+N', 'Mod+Shift+W', 'F5', 'F11', 'F12']);

/** What was pressed, as a shortcut; `null` while only modifiers are, or where it cannot be one. */
export function shortcutFrom(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string | null {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  if (isMac ? event.ctrlKey : event.metaKey) return null;
  const place = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code);
  const sign = /^[^\p{L}\p{N}\s+]$/u.test(event.key) ? event.key : null;
  const key = /^F\d{1,2}$/.test(event.key) ? event.key : sign && (!mod && !event.altKey) ? sign : (place?.[1] ?? place?.[2] ?? sign);
  if (!key) return null;
  const shift = event.shiftKey && key !== sign;
  const shortcut = [...(mod ? ['Mod'] : []), ...(event.altKey ? ['Alt'] : []), ...(shift ? ['Shift'] : []), key].join('+');
  return TAKEN.has(shortcut) ? null : shortcut;
}

/** Who has that key already. */
export function holderOf(shortcut: string, but: ShortcutName): ShortcutName | null {
  const { keys } = usePreferences.getState();
  const names = Object.keys(defaultShortcuts) as ShortcutName[];
  return names.find((name) => name !== but && (keys[name] ?? defaultShortcuts[name]) === shortcut) ?? null;
}

/** The platform's own glyphs. */
export function glyphs(shortcut: string): string[] {
  if (shortcut === '') return [];
  return shortcut.split('+').map((part) => {
    if (part === 'Mod') return isMac ? '⌘' : 'Ctrl';
    if (part === 'Alt') return isMac ? '⌥' : 'Alt';
    if (part === 'Shift') return isMac ? '⇧' : 'Shift';
    if (part === 'Enter') return '↵';
    return part;
  });
}

/** Is something being typed in? */
export function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select, [role="combobox"]'))
  );
}
