import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Keys } from '@/components/keys';
import { useAnnouncements } from '@/lib/announce';
import { t } from '@/lib/i18n';
import { matches, shortcuts } from '@/lib/shortcuts';
import { dismissToast, useToast } from '@/lib/toast';

const LASTS_MS = 6_000;

/** The one message over the list, and the words for screen readers. */
export function Toaster() {
  const toast = useToast((state) => state.toast);
  const { polite, assertive } = useAnnouncements();
  const held = useRef(false);

  useEffect(() => {
    if (!toast || toast.error) return;
    const timer = setInterval(() => { if (!held.current) dismissToast(toast.id); }, toast.lastsMs ?? LASTS_MS);
    return () => { clearInterval(timer); };
  }, [toast]);

  useEffect(() => {
    if (!toast?.action?.undoes) return;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !matches(event, shortcuts.undo)) return;
      event.preventDefault();
      dismissToast(toast.id);
      toast.action?.run();
    };
    window.addEventListener('keydown', press);
    return () => { window.removeEventListener('keydown', press); };
  }, [toast]);

  const hold = (on: boolean) => () => { held.current = on; };
  return (
    <>
      <div className="sr-only" role="status" aria-live="polite">{polite}</div>
      <div className="sr-only" role="alert" aria-live="assertive">{assertive}</div>
      {toast && (
        <div
          key={toast.id}
          className="toast"
          role={toast.error ? 'region' : 'status'}
          aria-label={toast.error ? toast.words : undefined}
          onPointerEnter={hold(true)}
          onPointerLeave={hold(false)}
          onFocus={hold(true)}
          onBlur={hold(false)}
        >
          <span className="min-w-0 flex-1">{toast.words}</span>
          {toast.action && (
            <button type="button" onClick={() => { dismissToast(toast.id); toast.action?.run(); }}>{toast.action.label}</button>
          )}
          {toast.action?.undoes && <Keys of={shortcuts.undo} />}
          <button type="button" aria-label={t('app.dismiss')} onClick={() => { dismissToast(toast.id); }}>
            <X size={14} aria-hidden="true" />
          </button>
        </div>
      )}
    </>
  );
}
