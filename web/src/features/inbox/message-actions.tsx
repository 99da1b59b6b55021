import { Copy, CornerUpLeft, Ellipsis, Link, SmilePlus } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Message } from '@/api/types';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Tip } from '@/components/tip';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { send } from '@/lib/inbox/outbox';
import { focusComposer, setComposerMode, setReplyTo } from '@/lib/inbox/store';
import { useMay, useMe } from '@/lib/people';
import { showToast } from '@/lib/toast';

/** What most people answer with. */
const EMOJIS = ['👍', '❤️', '😂', '😮', '🙏', '✅'];

/** What can be done with one message: shown beside it while it is pointed at or in focus; for a finger, always one menu. */
export function MessageActions({ message }: { message: Message }) {
  const { user } = useMe();
  const answers = useMay('answer');
  const { conversation_id, id } = message;
  const mine = (message.reactions ?? []).find((one) => one.by.kind === 'agent' && one.by.id === user.id);
  const reply = () => {
    setReplyTo(conversation_id, id);
    setComposerMode(conversation_id, 'reply');
    focusComposer(conversation_id);
  };
  const react = (emoji: string) => {
    send(conversation_id, { type: 'reaction', reaction: { message_id: id, emoji } }, emoji);
  };
  const reactions = (
    <>
      {EMOJIS.map((emoji) => <MenuItem key={emoji} onSelect={() => { react(emoji); }}>{emoji}</MenuItem>)}
      {mine && <MenuItem onSelect={() => { react(''); }}>{t('thread.unreact', { emoji: mine.emoji })}</MenuItem>}
    </>
  );
  if (window.matchMedia('(hover: none)').matches) return <TouchActions message={message} onReply={answers ? reply : null}>{reactions}</TouchActions>;
  return (
    <div className="message-actions">
      {answers && (
        <>
          <Tip label={t('thread.reply')} side="top">
            <button type="button" className="btn plain icon small" aria-label={t('thread.reply')} onClick={reply}><CornerUpLeft size={14} aria-hidden="true" /></button>
          </Tip>
          <Menu
            side="top"
            align="start"
            trigger={<button type="button" className="btn plain icon small" aria-label={t('thread.react')} title={t('thread.react')}><SmilePlus size={14} aria-hidden="true" /></button>}
          >
            {reactions}
          </Menu>
        </>
      )}
      <Menu
        side="top"
        align="start"
        trigger={<button type="button" className="btn plain icon small" aria-label={t('thread.more')} title={t('thread.more')}><Ellipsis size={14} aria-hidden="true" /></button>}
      >
        <Copies message={message} />
      </Menu>
    </div>
  );
}

/** What a message says, and where it stands, to be put elsewhere. */
function Copies({ message }: { message: Message }) {
  const words = message.type === 'text' ? message.content.body : message.type === 'template' ? message.content.text : null;
  return (
    <>
      {words && <MenuItem icon={<Copy size={16} aria-hidden="true" />} onSelect={() => { void copy(words); }}>{t('thread.copy')}</MenuItem>}
      <MenuItem icon={<Link size={16} aria-hidden="true" />} onSelect={() => { void copy(`${location.origin}/inbox/${message.conversation_id}?message=${String(message.seq)}`); }}>{t('writing.copyLink')}</MenuItem>
    </>
  );
}

/** For a finger: one menu, behind a button that is always there and behind a long press on the bubble. */
function TouchActions({ message, onReply, children }: { message: Message; /** `null` for whoever may not answer. */ onReply: (() => void) | null; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const bubble = box.current?.closest('.lane')?.querySelector<HTMLElement>('.bubble');
    if (!bubble) return;
    bubble.dataset['pressable'] = '';
    return onLongPress(bubble, () => { setOpen(true); });
  }, []);
  const icon = { size: 16, 'aria-hidden': true } as const;
  return (
    <div ref={box} className="message-actions touch">
      <Menu
        side="top"
        align="start"
        open={open}
        onOpenChange={setOpen}
        trigger={<button type="button" className="btn plain icon" aria-label={t('thread.more')}><Ellipsis {...icon} /></button>}
      >
        {onReply && <MenuItem icon={<CornerUpLeft {...icon} />} onSelect={onReply}>{t('thread.reply')}</MenuItem>}
        <Copies message={message} />
        {onReply && <MenuLine />}
        {onReply && children}
      </Menu>
    </div>
  );
}

async function copy(words: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
    showToast({ error: false, words: t('thread.copied') });
  } catch {
    showToast({ error: true, words: t('thread.notCopied') });
  }
}

/** How long a finger rests before it is a long press, in milliseconds, and how far it may stray, in pixels. */
const LONG_PRESS_MS = 500;
const STRAY_PX = 10;

/** Calls back when a finger rests on something, unless it rests on what has a use of its own or begins to scroll. */
function onLongPress(on: HTMLElement, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let pressed = false;
  const end = () => { clearTimeout(timer); };
  const down = (event: PointerEvent) => {
    end();
    if (event.pointerType !== 'touch' || !event.isPrimary || (event.target as Element).closest('a, button, audio, video, input')) return;
    from = { x: event.clientX, y: event.clientY };
    pressed = false;
    timer = setTimeout(() => {
      pressed = true;
      then();
    }, LONG_PRESS_MS);
  };
  // What a browser makes of the lifted finger, a click or a menu of its own, would close ours.
  const keep = (event: Event) => { if (pressed && event.cancelable) event.preventDefault(); };
  const move = (event: PointerEvent) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STRAY_PX) end();
  };
  const listeners = { pointerdown: down, pointermove: move, pointerup: end, pointercancel: end, touchend: keep, contextmenu: keep } as const;
  for (const [name, listener] of Object.entries(listeners)) on.addEventListener(name, listener as EventListener, { passive: false });
  return () => {
    end();
    for (const [name, listener] of Object.entries(listeners)) on.removeEventListener(name, listener as EventListener);
  };
}
