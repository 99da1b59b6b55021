import { Bell, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Notice } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-notify';
import { dropToasts } from '@/lib/notify/mark';
import { useNotices } from '@/lib/notify/state';
import { openNotice } from '@/lib/notify/tell';
import { noticeWords } from '@/lib/notify/words';

/** How long one stands, in milliseconds. */
const LASTS_MS = 8_000;

/** What was just told, in a corner of the page: it goes by itself, and stays while somebody points at it or is in it. */
export function NoticeToasts() {
  const toasts = useNotices((state) => state.toasts);
  const held = useRef(false);
  const hold = (on: boolean) => () => { held.current = on; };
  if (toasts.length === 0) return null;
  return (
    <section className="notices" aria-label={t('notify.region')} data-pane onPointerEnter={hold(true)} onPointerLeave={hold(false)} onFocus={hold(true)} onBlur={hold(false)}>
      {toasts.map((one) => <Toast key={`${one.id} ${one.at}`} one={one} held={held} />)}
    </section>
  );
}

function Toast({ one, held }: { one: Notice; held: { current: boolean } }) {
  const words = noticeWords(one);
  useEffect(() => {
    const timer = setInterval(() => { if (!held.current) dropToasts((other) => other.id === one.id); }, LASTS_MS);
    return () => { clearInterval(timer); };
  }, [one, held]);
  return (
    <div className="notice">
      <button type="button" className="flex min-w-0 flex-1 items-start gap-2.5 text-start" onClick={() => void openNotice(one)}>
        <Bell size={16} className="mt-0.5 flex-none text-accent-text" aria-hidden="true" />
        <span className="min-w-0">
          <span className="block font-medium break-words">{words}</span>
          {one.text && <span className="block truncate text-text-2">{one.text}</span>}
        </span>
      </button>
      <button type="button" className="btn plain icon small" aria-label={t('notify.dismiss', { words })} onClick={() => { held.current = false; dropToasts((other) => other.id === one.id); }}>
        <X size={14} aria-hidden="true" />
      </button>
    </div>
  );
}
