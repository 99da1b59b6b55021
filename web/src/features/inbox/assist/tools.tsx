/** Buttons for what is called up by a sign as well. */
import { MessageSquareText, Smile } from 'lucide-react';
import { Suspense, useState, type RefObject } from 'react';
import { put } from '@/lib/caret';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { later } from '@/lib/later';

const EmojiPicker = later(() => import('@/features/inbox/assist/emoji-picker').then((module) => ({ default: module.EmojiPicker })));

export function Tools({ field, phone }: { field: RefObject<HTMLTextAreaElement | null>; phone: boolean }) {
  const [picking, setPicking] = useState(false);
  const write = (words: (before: string) => string) => {
    const element = field.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to, value } = element;
    put(element, words(value.charAt(from - 1)), from, to);
  };
  // A sign calls something up at the start of a word only.
  const call = (sign: string) => { write((before) => (before === '' || /\s/.test(before) ? sign : ` ${sign}`)); };
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
              write(() => emoji);
            }}
            onClose={() => {
              setPicking(false);
              field.current?.focus();
            }}
          />
        </Suspense>
      ) : smile)}
      <button type="button" className="btn plain icon small" aria-label={t('writing.saved')} title={t('writing.savedHint')} onClick={() => { call('/'); }}>
        <MessageSquareText size={16} aria-hidden="true" />
      </button>
    </>
  );
}
