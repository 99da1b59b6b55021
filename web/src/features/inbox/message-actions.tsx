import { CornerUpLeft, SmilePlus } from 'lucide-react';
import type { Message } from '@/api/types';
import { Menu, MenuItem } from '@/components/menu';
import { Tip } from '@/components/tip';
import { t } from '@/lib/i18n';
import { send } from '@/lib/inbox/outbox';
import { focusComposer, setComposerMode, setReplyTo } from '@/lib/inbox/store';
import { useMe } from '@/lib/people';

/** What most people answer with. */
const EMOJIS = ['👍', '❤️', '😂', '😮', '🙏', '✅'];

/** What can be done with one message: shown beside it while it is pointed at or in focus. */
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
        {EMOJIS.map((emoji) => <MenuItem key={emoji} onSelect={() => { react(emoji); }}>{emoji}</MenuItem>)}
        {mine && <MenuItem onSelect={() => { react(''); }}>{t('thread.unreact', { emoji: mine.emoji })}</MenuItem>}
      </Menu>
    </div>
  );
}
