import { Dialog } from 'radix-ui';
import { Details } from '@/features/inbox/details';
import { useFocusReturn } from '@/lib/hooks';
import { t } from '@/lib/i18n';

/** The details over the thread, where there is no room beside it. */
export function DetailsSheet({ id, onClose, full = false }: { id: string; onClose: () => void; full?: boolean }) {
  const back = useFocusReturn();
  return (
    <Dialog.Root open onOpenChange={(open) => { if (!open) onClose(); }}>
      <Dialog.Portal>
        <div className="backdrop" />
        <Dialog.Content
          onEscapeKeyDown={(event) => {
            // The top-most thing is then the field being edited.
            if (document.activeElement?.matches('form input')) event.preventDefault();
          }}
          onCloseAutoFocus={back}
          className={`sheet details overflow-y-auto ${full ? 'w-screen !border-0' : ''}`}
          aria-describedby={undefined}
        >
          <Dialog.Title className="sr-only">{t('details.label')}</Dialog.Title>
          <Details key={id} id={id} onClose={onClose} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
