import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { Contact } from '@/api/types';
import { ContactPicker } from '@/components/contact-picker';
import { Field } from '@/components/field';
import { Modal } from '@/components/modal';
import { Buttons } from '@/features/inbox/insert/ask-dialog';
import type { MakerProps } from '@/features/inbox/insert/insert';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { cardOf, cardOfContact, cardProblems, type CardDraft, type CardProblem } from '@/lib/inbox/card';
import { LIMITS } from '@/lib/whatsapp-limits';

/** The card of one of our contacts, or one that is typed. */
export function CardDialog({ onSend, onClose }: MakerProps) {
  const [mode, setMode] = useState<'ours' | 'typed'>('ours');
  const [chosen, setChosen] = useState<Contact | null>(null);
  const [draft, setDraft] = useState<CardDraft>({ name: '', organization: '', phones: [''], emails: [''] });
  const [tried, setTried] = useState(false);
  const problems = cardProblems(draft);
  const card = mode === 'ours' ? chosen && cardOfContact(chosen) : cardOf(draft);
  const submit = () => {
    setTried(true);
    if (!card || (mode === 'typed' && Object.keys(problems).length > 0)) return;
    onSend({ type: 'contacts', contacts: [card] }, card.name);
  };
  return (
    <Modal title={t('card.title')} onClose={onClose} footer={<Buttons onClose={onClose} onSend={submit} disabled={mode === 'ours' && !chosen} />}>
      <div className="grid gap-2.5">
        <div className="flex gap-1.5" role="group" aria-label={t('card.title')}>
          {(['ours', 'typed'] as const).map((one) => (
            <button key={one} type="button" className="mode" aria-pressed={mode === one} onClick={() => { setMode(one); }}>{t(`card.${one}`)}</button>
          ))}
        </div>
        {mode === 'ours' ? (
          <ContactPicker label={t('contacts.search')} chosen={chosen?.id ?? null} usable={(contact) => cardOfContact(contact) !== null} onChoose={setChosen} />
        ) : <Typed draft={draft} problems={problems} tried={tried} onDraft={setDraft} />}
      </div>
    </Modal>
  );
}

function Typed({ draft, problems, tried, onDraft }: { draft: CardDraft; problems: Record<string, CardProblem>; tried: boolean; onDraft: (draft: CardDraft) => void }) {
  const error = (field: string, value: string) => {
    const problem = problems[field];
    if (!problem || !(tried || (value.trim() && problem === 'tooLong'))) return undefined;
    return problem === 'needed' ? t('ask.needed') : problem === 'tooLong' ? t('ask.tooLong', { count: value.length - LIMITS.cardLine }) : t(`card.${problem}`);
  };
  const lines = (kind: 'phones' | 'emails') => {
    const [label, add, remove] = kind === 'phones' ? (['phone', 'addPhone', 'removePhone'] as const) : (['email', 'addEmail', 'removeEmail'] as const);
    const set = (next: string[]) => { onDraft({ ...draft, [kind]: next }); };
    return (
      <>
        {draft[kind].map((value, index) => (
          <div key={index} className="flex items-start gap-1.5">
            <div className="min-w-0 flex-1">
              <Field label={t(`card.${label}`, { count: index + 1 })} type={kind === 'phones' ? 'tel' : 'email'} value={value} error={error(`${kind}.${String(index)}`, value)} onValue={(text) => { set(draft[kind].map((one, at) => (at === index ? text : one))); }} />
            </div>
            {draft[kind].length > 1 && <button type="button" className="btn plain icon small mt-6" aria-label={t(`card.${remove}`, { count: index + 1 })} onClick={() => { set(draft[kind].filter((_, at) => at !== index)); }}><X size={14} aria-hidden="true" /></button>}
          </div>
        ))}
        {draft[kind].length < LIMITS.cardLines && <button type="button" className="btn small justify-self-start" onClick={() => { set([...draft[kind], '']); }}><Plus size={14} aria-hidden="true" />{t(`card.${add}`)}</button>}
      </>
    );
  };
  return (
    <>
      <Field label={t('card.name')} value={draft.name} error={error('name', draft.name)} onValue={(name) => { onDraft({ ...draft, name }); }} />
      <Field label={`${t('card.organization')} (${t('app.optional')})`} value={draft.organization} error={error('organization', draft.organization)} onValue={(organization) => { onDraft({ ...draft, organization }); }} />
      {lines('phones')}
      {lines('emails')}
    </>
  );
}
