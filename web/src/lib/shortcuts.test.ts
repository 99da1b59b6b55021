import { beforeEach, describe, expect, it, vi } from 'vitest';

// What the page has of a browser, as far as keys need it.
vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: () => undefined }) });
vi.stubGlobal('navigator', { platform: 'Linux x86_64', languages: ['en'] });
vi.stubGlobal('HTMLElement', class { isContentEditable = false; matches = (selector: string) => selector.includes('input') && (this as { field?: boolean }).field === true; });

const { defaultShortcuts, holderOf, isSingle, matches, shortcutFrom, shortcuts } = await import('@/lib/shortcuts');
const { defaults, usePreferences } = await import('@/lib/preferences');
const { shortcutGroups, shortcutName } = await import('@/lib/shortcut-list');

type Press = { key: string; code?: string; ctrl?: boolean; alt?: boolean; shift?: boolean; meta?: boolean; field?: boolean; altGraph?: boolean };
function press({ key, code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key, ctrl = false, alt = false, shift = false, meta = false, field = false, altGraph = false }: Press): KeyboardEvent {
  const target = Object.assign(new HTMLElement(), { field });
  return { key, code, ctrlKey: ctrl, altKey: alt, shiftKey: shift, metaKey: meta, isComposing: false, target, getModifierState: (name: string) => name === 'AltGraph' && altGraph } as unknown as KeyboardEvent;
}

beforeEach(() => { usePreferences.setState(defaults); });

describe('a key press', () => {
  it('means its shortcut and no other', () => {
    expect(matches(press({ key: 'k', ctrl: true }), shortcuts.menu)).toBe(true);
    expect(matches(press({ key: 'k', alt: true }), shortcuts.menu)).toBe(false);
    expect(matches(press({ key: 'e', ctrl: true, alt: true }), shortcuts.resolveNext)).toBe(true);
    expect(matches(press({ key: 'e', ctrl: true, alt: true }), shortcuts.resolve)).toBe(false);
    expect(matches(press({ key: '?', code: 'Slash', shift: true }), shortcuts.help)).toBe(true);
    expect(matches(press({ key: '?', code: 'Slash', shift: true }), shortcuts.search)).toBe(false);
    // A German keyboard has the slash above the seven.
    expect(matches(press({ key: '/', code: 'Digit7', shift: true }), shortcuts.search)).toBe(true);
    expect(matches(press({ key: '/', code: 'Digit7', shift: true, ctrl: true }), shortcuts.sheet)).toBe(true);
  });

  it('is by the place of the letter where a modifier is held, so that every script has it', () => {
    expect(matches(press({ key: 'ل', code: 'KeyK', ctrl: true }), shortcuts.menu)).toBe(true);
    expect(matches(press({ key: '∆', code: 'KeyJ', alt: true }), shortcuts.next)).toBe(true);
  });

  it('that types something is none: in fields, and with AltGr', () => {
    expect(matches(press({ key: '/', field: true }), shortcuts.search)).toBe(false);
    expect(matches(press({ key: 'z', field: true }), shortcuts.undo)).toBe(false);
    expect(matches(press({ key: 'j', alt: true, field: true }), shortcuts.next)).toBe(true);
    expect(matches(press({ key: '€', code: 'KeyE', ctrl: true, alt: true, altGraph: true }), shortcuts.resolveNext)).toBe(false);
  });
});

describe('keys of one’s own', () => {
  it('take the place of those there were', () => {
    usePreferences.setState({ keys: { resolve: 'Alt+D' } });
    expect(shortcuts.resolve).toBe('Alt+D');
    expect(matches(press({ key: 'd', alt: true }), shortcuts.resolve)).toBe(true);
    expect(matches(press({ key: 'e', alt: true }), shortcuts.resolve)).toBe(false);
  });

  it('can be off, each and all that are single', () => {
    usePreferences.setState({ keys: { next: '' } });
    expect(matches(press({ key: 'j', alt: true }), shortcuts.next)).toBe(false);
    usePreferences.setState({ keys: {}, singleKeys: false });
    const off = (Object.keys(defaultShortcuts) as (keyof typeof defaultShortcuts)[]).filter((name) => shortcuts[name] === '');
    expect(off).toEqual(['help', 'search', 'undo']);
    expect(off.every((name) => isSingle(defaultShortcuts[name]))).toBe(true);
  });

  it('are read from what is pressed', () => {
    expect(shortcutFrom(press({ key: 'd', ctrl: true, shift: true }))).toBe('Mod+Shift+D');
    expect(shortcutFrom(press({ key: '∂', code: 'KeyD', alt: true }))).toBe('Alt+D');
    expect(shortcutFrom(press({ key: 'F8' }))).toBe('F8');
    expect(shortcutFrom(press({ key: ';', code: 'Semicolon' }))).toBe(';');
    expect(shortcutFrom(press({ key: 'Control', code: 'ControlLeft', ctrl: true }))).toBeNull();
    expect(shortcutFrom(press({ key: 'Enter' }))).toBeNull();
    // What the browser or the fields need stays with them.
    expect(shortcutFrom(press({ key: 'w', ctrl: true }))).toBeNull();
    expect(shortcutFrom(press({ key: 'c', ctrl: true }))).toBeNull();
  });

  it('are nobody else’s', () => {
    expect(holderOf('Alt+J', 'resolve')).toBe('next');
    expect(holderOf('Alt+J', 'next')).toBeNull();
    usePreferences.setState({ keys: { next: 'Alt+D' } });
    expect(holderOf('Alt+J', 'resolve')).toBeNull();
    expect(holderOf('Alt+D', 'resolve')).toBe('next');
  });
});

it('every key is in the sheet and the settings once, with words', () => {
  const listed = shortcutGroups.flatMap((group): readonly string[] => group.names);
  expect([...listed].sort()).toEqual(Object.keys(defaultShortcuts).sort());
  for (const name of Object.keys(defaultShortcuts) as (keyof typeof defaultShortcuts)[]) expect(shortcutName(name)).not.toMatch(/^(keys|actions|areas)\./);
  expect(new Set(Object.values(defaultShortcuts)).size).toBe(listed.length);
});
