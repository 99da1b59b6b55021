/** Buttons for what is called up by a sign as well. */
import { MessageSquareText } from 'lucide-react';
import type { RefObject } from 'react';
import { put } from '@/lib/caret';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';

export function Tools({ field }: { field: RefObject<HTMLTextAreaElement | null> }) {
  /** Types the sign, at the start of a word. */
  const call = (sign: string) => {
    const element = field.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to, value } = element;
    put(element, from > 0 && !/\s/.test(value.charAt(from - 1)) ? ` ${sign}` : sign, from, to);
  };
  return (
    <button type="button" className="btn plain icon small" aria-label={t('writing.saved')} title={t('writing.savedHint')} onClick={() => { call('/'); }}>
      <MessageSquareText size={16} aria-hidden="true" />
    </button>
  );
}
