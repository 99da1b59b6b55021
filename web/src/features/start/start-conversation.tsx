import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { ask, isPassing, newKey } from '@/api/client';
import type { Contact, StartConversation as Start, StartedConversation } from '@/api/types';
import { ContactPicker } from '@/components/contact-picker';
import { Choice, Field } from '@/components/field';
import { FormButtons, Modal } from '@/components/modal';
import { TemplateForm } from '@/components/template-form';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { learn } from '@/lib/inbox/live';
import { usePlace } from '@/lib/inbox/store';
import { useChannels } from '@/lib/people';
import type { Chosen } from '@/lib/templates';

/** Starts a conversation with a number: a template first, because no window is open. */
export function StartConversation({ onClose }: { onClose: () => void }) {
  const channels = useChannels() ?? [];
  const navigate = useNavigate();
  const [channelId, setChannelId] = useState<string | null>(null);
  const [phone, setPhone] = useState('');
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Chosen>(null);
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const channel = channels.find((one) => one.id === channelId) ?? channels[0];
  const digits = phone.replace(/[\s().-]/g, '').replace(/^\+/, '').replace(/^00/, '');
  const [to, setTo] = useState<'number' | 'contact'>('number');
  const [contact, setContact] = useState<Contact | null>(null);
  const nobody = to === 'contact' && !contact;
  const badPhone = to === 'number' && !/^\d{7,15}$/.test(digits);
  const ready = channel !== undefined && chosen !== null && chosen.ready;
  const start = useMutation({
    mutationFn: (body: Start) => ask<StartedConversation>('/conversations', { method: 'POST', key: key.current, body }),
    // The answer was no: the next attempt is another act.
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: ({ message: _, ...conversation }) => {
      learn(conversation);
      onClose();
      void navigate({ to: '/inbox/$conversationId', params: { conversationId: conversation.id }, search: usePlace.getState().list });
    },
  });

  if (!channel)
    return <Modal title={t('start.title')} onClose={onClose}><p className="text-text-2">{t('start.noChannel')}</p></Modal>;
  return (
    <Modal
      title={t('start.title')}
      onClose={onClose}
      footer={<FormButtons form="start-conversation" action={t('start.submit')} disabled={!ready || start.isPending} onClose={onClose} />}
    >
      <form
        id="start-conversation"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (badPhone || nobody || !ready) return;
          start.mutate({
            channel_id: channel.id,
            ...(contact && to === 'contact' ? { contact_id: contact.id } : { phone: digits, ...(name.trim() ? { name: name.trim() } : {}) }),
            message: { type: 'template', template: chosen.request },
          });
        }}
      >
        {channels.length > 1 && (
          <Choice
            label={t('start.channel')}
            value={channel.id}
            onValue={(id) => {
              setChannelId(id);
              setChosen(null);
            }}
            options={channels.map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
        <div className="flex gap-1.5" role="group" aria-label={t('start.whom')}>
          <button type="button" className="mode" aria-pressed={to === 'number'} onClick={() => { setTo('number'); }}>{t('start.toNumber')}</button>
          <button type="button" className="mode" aria-pressed={to === 'contact'} onClick={() => { setTo('contact'); }}>{t('start.toContact')}</button>
        </div>
        {to === 'number' ? (
          <>
            <Field label={t('start.phone')} type="tel" autoComplete="off" value={phone} onValue={setPhone} hint={t('start.phoneHint')} error={tried && badPhone ? t('start.badPhone') : undefined} />
            <Field label={`${t('start.name')} (${t('app.optional')})`} autoComplete="off" value={name} onValue={setName} />
          </>
        ) : (
          <div className="grid gap-1">
            <ContactPicker label={t('contacts.search')} chosen={contact?.id ?? null} usable={(one) => !one.blocked} onChoose={setContact} />
            {tried && nobody && <p role="alert" className="hint bad">{t('start.noContact')}</p>}
          </div>
        )}
        <div>
          <span className="label">{t('start.template')}</span>
          <p className="hint !mt-0 mb-1.5">{t('start.templateHint')}</p>
          <div className="overflow-hidden rounded-[12px] border border-line-2">
            <TemplateForm key={channel.id} channelId={channel.id} fields={null} chosen={chosen} onChoose={setChosen} tall />
          </div>
        </div>
        {start.error && <p role="alert" className="text-bad">{t('start.failed', { detail: wordsOf(start.error) })}</p>}
      </form>
    </Modal>
  );
}
