import { UsersRound } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Message } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { discard, keepAsDraft, sendAnyway } from '@/lib/inbox/conflict';
import { clock } from '@/lib/time';
import { previewOf, senderName } from '@/lib/words';

/** Answers that are quoted, the newest, at most. */
const QUOTED = 3;

/** A colleague answered while this was written: what they wrote, and what becomes of mine. */
export function Conflict({ id, replies, sendable }: { id: string; replies: Message[]; sendable: boolean }) {
  const last = replies.at(-1);
  const box = useRef<HTMLDivElement>(null);
  // Brought into sight; the focus stays in the field.
  useEffect(() => { box.current?.scrollIntoView({ block: 'nearest' }); }, [last?.id]);
  if (!last) return null;
  const seconds = Math.max(1, Math.round((Date.now() - Date.parse(last.at)) / 1_000));
  const name = senderName(last.sent_by);
  const more = replies.length - QUOTED;
  return (
    <div ref={box} className="conflict" role="group" aria-label={t('conflict.label')}>
      <p className="flex items-start gap-2">
        <UsersRound size={16} className="mt-px flex-none" aria-hidden="true" />
        <span><b>{seconds < 60 ? t('conflict.ago', { name, count: seconds }) : t('conflict.at', { name, time: clock(last.at) })}</b> {t('conflict.read')}</span>
      </p>
      <ul className="grid grid-cols-1 gap-1">
        {more > 0 && <li className="text-text-3">{t('conflict.more', { count: more })}</li>}
        {replies.slice(-QUOTED).map((reply) => (
          <li key={reply.id} className="quoted">
            <b>{senderName(reply.sent_by)}</b> <span className="num text-text-3">{clock(reply.at)}</span>
            <span className="line-clamp-3 block" dir="auto">{previewOf(reply)}</span>
          </li>
        ))}
      </ul>
      <p className="flex flex-wrap gap-2">
        <button type="button" className="btn primary" onClick={() => { keepAsDraft(id); }}>{t('conflict.keep')}</button>
        <button type="button" className="btn" disabled={!sendable} onClick={() => { sendAnyway(id); }}>{t('conflict.anyway')}</button>
        <button type="button" className="btn plain" onClick={() => { discard(id); }}>{t('conflict.discard')}</button>
      </p>
    </div>
  );
}
