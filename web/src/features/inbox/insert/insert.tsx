/** What a message can carry besides words: chosen from one menu, made in a dialog of its own. */
import { ListChecks, MapPin, MapPinned, Mic, Paperclip, Phone, Plus, UserRound } from 'lucide-react';
import { Suspense, useId, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { SendRefusal, SendRequest } from '@/api/types';
import { Menu, MenuItem, MenuWhy } from '@/components/menu';
import { RefusedNow } from '@/features/inbox/insert/refused';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { sendRecording } from '@/lib/inbox/attachments';
import { send } from '@/lib/inbox/outbox';
import { setReplyTo } from '@/lib/inbox/store';
import { later } from '@/lib/later';
import { refusalWords } from '@/lib/refusals';

const AskDialog = later(() => import('@/features/inbox/insert/ask-dialog').then((module) => ({ default: module.AskDialog })));
const AskForDialog = later(() => import('@/features/inbox/insert/ask-dialog').then((module) => ({ default: module.AskForDialog })));
const PlaceDialog = later(() => import('@/features/inbox/insert/place-dialog').then((module) => ({ default: module.PlaceDialog })));
const CardDialog = later(() => import('@/features/inbox/insert/card-dialog').then((module) => ({ default: module.CardDialog })));
const VoiceDialog = later(() => import('@/features/inbox/insert/voice-dialog').then((module) => ({ default: module.VoiceDialog })));

/** A dialog that makes a message, and what is shown of it until it is there. */
export type MakerProps = { channelId: string; onSend: (request: SendRequest, preview: string) => void; onClose: () => void };

type Thing = 'ask' | 'askPlace' | 'askNumber' | 'place' | 'card' | 'voice';

/** `refused`: why none of this would be sent now; `more`: what else is chosen from here, and `then` what that does once the menu is gone. */
export function Insert({ conversationId, channelId, replyTo, refused, more, then, onFiles }: { conversationId: string; channelId: string; replyTo: string | undefined; refused: SendRefusal | null; more?: ReactNode; then?: RefObject<(() => void) | null>; onFiles: () => void }) {
  const why = useId();
  const now = useMinute();
  const refusal = refused && refusalWords(refused, now);
  const words = refusal && `${refusal.reason} ${refusal.help}`;
  const refusedBy = refused ? why : undefined;
  const [thing, setThing] = useState<Thing | null>(null);
  const chosen = useRef<Thing | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setThing(null);
    // The menu item that opened it is gone.
    requestAnimationFrame(() => button.current?.focus());
  };
  const done = () => {
    setReplyTo(conversationId, undefined);
    close();
  };
  const onSend = (request: SendRequest, preview: string) => {
    send(conversationId, { ...request, ...(replyTo ? { reply_to: replyTo } : {}) }, preview);
    done();
  };
  const maker = { channelId, onSend, onClose: close };
  const icon = { size: 16, 'aria-hidden': true } as const;
  return (
    <>
      <Menu
        side="top"
        align="start"
        onClosed={(event) => {
          const next = chosen.current;
          const other = then?.current;
          chosen.current = null;
          if (then) then.current = null;
          if (!next && !other) return;
          // The focus goes to the dialog; which opens once the key that chose it is done with, as that would press
          // the dialog's first button too.
          event.preventDefault();
          setTimeout(() => {
            if (next) setThing(next);
            else other?.();
          });
        }}
        trigger={<button ref={button} type="button" className="btn plain icon small" aria-label={t('insert.open')} title={t('insert.open')}><Plus size={16} aria-hidden="true" /></button>}
      >
        {words && <MenuWhy id={why}>{words}</MenuWhy>}
        <MenuItem refusedBy={refusedBy} icon={<Paperclip {...icon} />} onSelect={onFiles}>{t('insert.files')}</MenuItem>
        <MenuItem refusedBy={refusedBy} icon={<ListChecks {...icon} />} onSelect={() => { chosen.current = 'ask'; }}>{t('insert.ask')}</MenuItem>
        <MenuItem refusedBy={refusedBy} icon={<MapPin {...icon} />} onSelect={() => { chosen.current = 'place'; }}>{t('insert.place')}</MenuItem>
        <MenuItem refusedBy={refusedBy} icon={<MapPinned {...icon} />} onSelect={() => { chosen.current = 'askPlace'; }}>{t('insert.askPlace')}</MenuItem>
        <MenuItem refusedBy={refusedBy} icon={<Phone {...icon} />} onSelect={() => { chosen.current = 'askNumber'; }}>{t('insert.askNumber')}</MenuItem>
        <MenuItem refusedBy={refusedBy} icon={<UserRound {...icon} />} onSelect={() => { chosen.current = 'card'; }}>{t('insert.card')}</MenuItem>
        <MenuItem refusedBy={refusedBy} icon={<Mic {...icon} />} onSelect={() => { chosen.current = 'voice'; }}>{t('insert.voice')}</MenuItem>
        {more}
      </Menu>
      <RefusedNow value={words}>
        <Suspense fallback={null}>
          {thing === 'ask' && <AskDialog {...maker} />}
          {thing === 'askPlace' && <AskForDialog {...maker} request="location_request" />}
          {thing === 'askNumber' && <AskForDialog {...maker} request="contact_request" />}
          {thing === 'place' && <PlaceDialog {...maker} />}
          {thing === 'card' && <CardDialog {...maker} />}
          {thing === 'voice' && (
            <VoiceDialog
              onSend={(file) => {
                sendRecording(conversationId, channelId, file, replyTo);
                done();
              }}
              onClose={close}
            />
          )}
        </Suspense>
      </RefusedNow>
    </>
  );
}
