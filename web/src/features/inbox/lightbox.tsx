import { Download, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { Attachment } from '@/api/types';
import { t } from '@/lib/i18n';
import { mediaAddress } from '@/lib/media';

/** A picture as large as the screen allows. */
export function Lightbox({ file, name, onClose }: { file: Attachment; name: string; onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => { if (!open) onClose(); }}>
      <Dialog.Portal>
        <Dialog.Overlay className="lightbox-back" />
        <Dialog.Content className="lightbox" aria-describedby={undefined}>
          <Dialog.Title className="sr-only">{name}</Dialog.Title>
          <img src={mediaAddress(file)} alt={file.caption ?? name} />
          <div className="tools">
            <a className="btn plain icon" href={mediaAddress(file)} download={file.filename ?? name} aria-label={t('content.download')}><Download size={18} aria-hidden="true" /></a>
            <Dialog.Close className="btn plain icon" aria-label={t('app.close')}><X size={18} aria-hidden="true" /></Dialog.Close>
          </div>
          {file.caption && <p className="words" dir="auto">{file.caption}</p>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
