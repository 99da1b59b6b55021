import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import type { Attachment, Message } from '@/api/types';
import { forward } from '@/lib/direction';
import { useFocusReturn } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { useInbox, usePlace } from '@/lib/inbox/store';
import { mediaAddress } from '@/lib/media';
import { senderName } from '@/lib/words';

type Shown = { file: Attachment; name: string };

/** A picture as large as the screen allows, and from it to the others of its thread. */
export function Lightbox({ file, name, onClose }: Shown & { onClose: () => void }) {
  const back = useFocusReturn();
  const openId = usePlace((state) => state.openId);
  const messages = useInbox((state) => (openId ? state.threads[openId]?.messages : undefined));
  const contact = useInbox((state) => (openId ? state.conversations[openId]?.contact.name : undefined)) ?? '';
  const [media, setMedia] = useState(file.media_id);
  const others = picturesOf(messages ?? [], contact);
  const pictures = others.some((one) => one.file.media_id === file.media_id) ? others : [{ file, name }];
  const at = Math.max(0, pictures.findIndex((one) => one.file.media_id === media));
  const shown = pictures[at] ?? { file, name };
  const go = (step: number) => {
    const next = pictures[at + step];
    if (next) setMedia(next.file.media_id);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => { if (!open) onClose(); }}>
      <Dialog.Portal>
        <Dialog.Overlay className="lightbox-back" />
        <Dialog.Content
          className="lightbox"
          aria-describedby={undefined}
          onCloseAutoFocus={back}
          onKeyDown={(event) => {
            const step = forward(event.key);
            if (step !== 0) go(step);
          }}
        >
          <Dialog.Title className="sr-only">{shown.name}</Dialog.Title>
          <img key={shown.file.media_id} src={mediaAddress(shown.file)} alt={shown.file.caption ?? shown.name} />
          <div className="tools">
            {pictures.length > 1 && (
              <>
                <span className="num self-center px-2" role="status">{t('pictures.place', { at: at + 1, count: pictures.length })}</span>
                <button type="button" className="btn plain icon" aria-label={t('pictures.previous')} aria-disabled={at === 0} onClick={() => { go(-1); }}><ChevronLeft size={18} className="rtl:-scale-x-100" aria-hidden="true" /></button>
                <button type="button" className="btn plain icon" aria-label={t('pictures.next')} aria-disabled={at === pictures.length - 1} onClick={() => { go(1); }}><ChevronRight size={18} className="rtl:-scale-x-100" aria-hidden="true" /></button>
              </>
            )}
            <a className="btn plain icon" href={mediaAddress(shown.file)} download={shown.file.filename ?? shown.name} aria-label={t('content.download')}><Download size={18} aria-hidden="true" /></a>
            <Dialog.Close className="btn plain icon" aria-label={t('app.close')}><X size={18} aria-hidden="true" /></Dialog.Close>
          </div>
          {shown.file.caption && <p className="words" dir="auto">{shown.file.caption}</p>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What there is to look at in a thread, as far as it is here. */
function picturesOf(messages: readonly Message[], contact: string): Shown[] {
  return messages.flatMap((message) => {
    if (message.type !== 'image' || message.deleted_at || message.content.state !== 'ready' || !message.content.width || !message.content.height) return [];
    return [{ file: message.content, name: t('content.pictureOf', { name: message.direction === 'out' ? senderName(message.sent_by) : contact }) }];
  });
}
