import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useFocusReturn } from '@/lib/hooks';
import { t } from '@/lib/i18n';

/** Whoever opens a form means to fill it in. On a touch screen a keyboard would hide what was opened. */
function toFirstField(event: Event) {
  const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>('input:not([type=file], :disabled), select:not(:disabled), textarea:not(:disabled)');
  if (!field || !matchMedia('(pointer: fine)').matches) return;
  event.preventDefault();
  field.focus();
}

/** Words alone are scrolled by keys as well: where nothing inside takes the focus, the part that scrolls does. */
function readable(body: HTMLElement | null): void {
  if (body && !body.querySelector('a[href], button, input, select, textarea, [tabindex]')) body.tabIndex = 0;
}

/** A dialog: Esc and the backdrop close it, the focus returns to where it was. */
export function Modal({ title, children, onClose, footer }: { title: string; children: ReactNode; onClose: () => void; footer?: ReactNode }) {
  const back = useFocusReturn();
  return (
    <Dialog.Root open onOpenChange={(open) => { if (!open) onClose(); }}>
      <Dialog.Portal>
        <div className="backdrop" />
        <Dialog.Content className="dialog" aria-describedby={undefined} onOpenAutoFocus={toFirstField} onCloseAutoFocus={back}>
          <div className="flex items-center justify-between py-3 ps-4 pe-2.5">
            <Dialog.Title className="pane-title">{title}</Dialog.Title>
            <Dialog.Close className="btn plain icon small" aria-label={t('app.close')}>
              <X size={16} aria-hidden="true" />
            </Dialog.Close>
          </div>
          <div ref={readable} className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">{children}</div>
          {footer && <div className="flex items-center justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The buttons of a dialog with a form: none of it, or what it is for. */
export function FormButtons({ form, action, disabled, onClose }: { form: string; action: string; disabled: boolean; onClose: () => void }) {
  return (
    <>
      <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
      <button type="submit" form={form} className="btn primary" disabled={disabled}>{action}</button>
    </>
  );
}

/** Asks before something that cannot be taken back lightly. */
export function Confirm({ title, text, action, onConfirm, onClose, busy = false }: { title: string; text: string; action: string; onConfirm: () => void; onClose: () => void; busy?: boolean }) {
  return (
    <Modal
      title={title}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
          <button type="button" className="btn danger" disabled={busy} onClick={onConfirm}>{action}</button>
        </>
      }
    >
      <p className="text-text-2">{text}</p>
    </Modal>
  );
}
