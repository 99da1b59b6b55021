import { CornerUpLeft, Ellipsis, SmilePlus } from 'lucide-react';
import type { Message } from '@/api/types';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Tip } from '@/components/tip';
import { t } from '@/lib/i18n';
import { send } from '@/lib/inbox/outbox';
import { focusComposer, setComposerMode, setReplyTo } from '@/lib/inbox/store';
import { useMe } from '@/lib/people';

/** What most people answer with. */
const EMOJIS = ['👍', '❤️', '😂', '😮', '🙏', '✅'];

/** What can be done with one message: shown beside it while it is pointed at or in focus; for a finger, always one menu. */
export function MessageActions({ message }: { message: Message }) {
  const { user } = useMe();
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
  if (window.matchMedia('(hover: none)').matches)
    return (
      <div className="message-actions touch">
        <Menu
          side="top"
          align="start"
          trigger={<button type="button" className="btn plain icon" aria-label={t('thread.more')}><Ellipsis size={16} aria-hidden="true" /></button>}
        >
          <MenuItem icon={<CornerUpLeft size={16} aria-hidden="true" />} onSelect={reply}>{t('thread.reply')}</MenuItem>
          <MenuLine />
          {reactions}
        </Menu>
      </div>
    );
  return (
    <div className="message-actions">
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
    </div>
  );
}
