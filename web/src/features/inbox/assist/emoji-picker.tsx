/** All emoji, to look for and choose from; the ones used last first. */
import { Smile } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useRef, useState, type KeyboardEvent } from 'react';
import { emojiGroups, findEmoji, noteEmoji, recentEmoji, type Emoji } from '@/lib/emoji';
import { forward } from '@/lib/direction';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';

/** Found ones shown at once, at most. */
const FOUND_MAX = 80;

export function EmojiPicker({ onChoose, onClose }: { onChoose: (emoji: string) => void; onClose: () => void }) {
  const [words, setWords] = useState('');
  const grid = useRef<HTMLDivElement>(null);
  const choose = (emoji: string) => {
    noteEmoji(emoji);
    onChoose(emoji);
  };
  const groups = emojiGroups();
  const names = new Map(groups.flatMap(({ all }) => all.map((one) => [one.emoji, one] as const)));
  const recent = recentEmoji().flatMap((emoji) => names.get(emoji) ?? []);
  const shown: { name: string; all: Emoji[] }[] = words.trim()
    ? [{ name: t('writing.emojiFound'), all: findEmoji(words, FOUND_MAX) }]
    : [{ name: t('writing.emojiRecent'), all: recent }, ...groups.map(({ group, all }) => ({ name: t(`writing.emojiGroup.${group}`), all }))];
  const found = shown.filter(({ all }) => all.length > 0);

  /** The arrows walk the grid, whatever group is next. */
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(grid.current?.querySelectorAll<HTMLButtonElement>('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0) {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault();
        if (event.key === 'Enter') buttons[0]?.click();
        else buttons[0]?.focus();
      }
      return;
    }
    const here = buttons[at]?.getBoundingClientRect();
    if (!here) return;
    const step = forward(event.key);
    let next = buttons[at + step];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const side = event.key === 'ArrowDown' ? 1 : -1;
      const below = side > 0 ? buttons.slice(at + 1) : buttons.slice(0, at).reverse();
      const inRow = below.filter((one) => (one.getBoundingClientRect().top - here.top) * side > 4);
      const [first] = inRow;
      const row = first && inRow.filter((one) => Math.abs(one.getBoundingClientRect().top - first.getBoundingClientRect().top) < 4);
      next = row?.sort((a, b) => Math.abs(a.getBoundingClientRect().left - here.left) - Math.abs(b.getBoundingClientRect().left - here.left))[0];
      if (!next && side < 0) {
        event.preventDefault();
        grid.current?.parentElement?.querySelector('input')?.focus();
        return;
      }
    } else if (step === 0) return;
    event.preventDefault();
    next?.focus();
  };
  return (
    <Popover.Root open onOpenChange={(open) => { if (!open) onClose(); }}>
      <Popover.Anchor asChild><span className="btn plain icon small"><Smile size={16} aria-hidden="true" /></span></Popover.Anchor>
      <Popover.Portal>
        <Popover.Content className="menu emoji-picker" side="top" align="start" sideOffset={4} collisionPadding={8} aria-label={t('writing.emoji')} onKeyDown={onKeyDown} onCloseAutoFocus={(event) => { event.preventDefault(); }}>
          <input type="search" className="field" aria-label={t('writing.emojiFind')} placeholder={t('writing.emojiFind')} value={words} onChange={(event) => { setWords(event.target.value); }} />
          <div ref={grid} className="emoji-groups">
            {found.length === 0 && <p className="px-1 py-2 text-text-2" role="status">{t('writing.emojiNone')}</p>}
            {found.map(({ name, all }) => (
              <section key={name} aria-label={name}>
                <p className="menu-label" aria-hidden="true">{name}</p>
                <div className="emoji-grid">
                  {all.map((one) => (
                    <button key={one.emoji} type="button" tabIndex={-1} aria-label={one.name} title={one.name} onClick={() => { choose(one.emoji); }}>{one.emoji}</button>
                  ))}
                </div>
              </section>
            ))}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
