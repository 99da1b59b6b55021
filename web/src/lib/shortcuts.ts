/** Keys by what they do. `Mod` is ⌘ on a Mac and Ctrl elsewhere; letters are matched by their place. */
export const shortcuts = {
  menu: 'Mod+K',
  sheet: 'Mod+/',
  search: '/',
  next: 'Alt+J',
  previous: 'Alt+K',
  resolve: 'Alt+E',
  resolveNext: 'Mod+Alt+E',
  snooze: 'Alt+M',
  reply: 'Alt+L',
  note: 'Alt+P',
  details: 'Alt+O',
  nextTab: 'Alt+N',
  inbox: 'Alt+C',
  settings: 'Alt+S',
  panes: 'F6',
  tick: 'Shift+X',
} as const;

export const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** Does this key press mean that shortcut? */
export function matches(event: KeyboardEvent, shortcut: string): boolean {
  const parts = shortcut.split('+');
  const key = parts.pop() ?? '';
  const mod = parts.includes('Mod');
  const alt = parts.includes('Alt');
  const shift = parts.includes('Shift');
  if ((isMac ? event.metaKey : event.ctrlKey) !== mod) return false;
  if ((isMac ? event.ctrlKey : event.metaKey) || event.altKey !== alt) return false;
  if (key === '/') return event.key === '/' || event.code === 'Slash';
  if (event.shiftKey !== shift) return false;
  // Alt types other letters on a Mac: the place of the key counts.
  return key.length === 1 ? event.code === `Key${key}` : event.key === key;
}

/** The platform's own glyphs. */
export function glyphs(shortcut: string): string[] {
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
