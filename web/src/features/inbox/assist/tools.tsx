/** Buttons for what is called up by a sign as well. */
import { MessageSquareText, Smile } from 'lucide-react';
import { Suspense, useState, type RefObject } from 'react';
import { callUp, put } from '@/lib/caret';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { later } from '@/lib/later';

const EmojiPicker = later(() => import('@/features/inbox/assist/emoji-picker').then((module) => ({ default: module.EmojiPicker })));

export function Tools({ field, phone }: { field: RefObject<HTMLTextAreaElement | null>; phone: boolean }) {
  const [picking, setPicking] = useState(false);
  const smile = (
    <button type="button" className="btn plain icon small" aria-label={t('writing.emoji')} title={t('writing.emojiHint')} aria-haspopup="dialog" onClick={() => { setPicking(true); }}>
      <Smile size={16} aria-hidden="true" />
    </button>
  );
  return (
    <>
      {/* A phone's keyboard has its own. */}
      {!phone && (picking ? (
        <Suspense fallback={smile}>
          <EmojiPicker
            onChoose={(emoji) => {
              setPicking(false);
              const element = field.current;
              if (element) put(element, emoji, element.selectionStart, element.selectionEnd);
            }}
            onClose={() => {
              setPicking(false);
              field.current?.focus();
            }}
          />
        </Suspense>
      ) : smile)}
      <button type="button" className="btn plain icon small" aria-label={t('writing.saved')} title={t('writing.savedHint')} onClick={() => { if (field.current) callUp(field.current, '/'); }}>
        <MessageSquareText size={16} aria-hidden="true" />
      </button>
    </>
  );
}
