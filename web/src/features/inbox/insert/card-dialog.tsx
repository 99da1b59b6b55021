import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { ask } from '@/api/client';
import type { ContactCard, ContactPage } from '@/api/types';
import { Field } from '@/components/field';
import { Modal } from '@/components/modal';
import { Buttons } from '@/features/inbox/insert/ask-dialog';
import type { MakerProps } from '@/features/inbox/insert/insert';
import { t } from '@/lib/i18n';
import { cardOf, cardOfContact, cardProblems, type CardDraft, type CardProblem } from '@/lib/inbox/card';
import { wordsOf } from '@/lib/inbox/actions';
import { LIMITS } from '@/lib/whatsapp-limits';

/** Contacts asked for at once: the most that the server gives. */
const PAGE = 100;

/** The card of one of our contacts, or one that is typed. */
export function CardDialog({ onSend, onClose }: MakerProps) {
  const [mode, setMode] = useState<'ours' | 'typed'>('ours');
  const [chosen, setChosen] = useState<ContactCard | null>(null);
  const [draft, setDraft] = useState<CardDraft>({ name: '', organization: '', phones: [''], emails: [''] });
  const [tried, setTried] = useState(false);
  const problems = cardProblems(draft);
  const card = mode === 'ours' ? chosen : cardOf(draft);
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
        {mode === 'ours' ? <Ours chosen={chosen} onChoose={setChosen} /> : <Typed draft={draft} problems={problems} tried={tried} onDraft={setDraft} />}
      </div>
    </Modal>
  );
}

function Ours({ chosen, onChoose }: { chosen: ContactCard | null; onChoose: (card: ContactCard) => void }) {
  const [search, setSearch] = useState('');
  const pages = useInfiniteQuery({
    queryKey: ['contacts', 'cards'],
    queryFn: ({ pageParam, signal }) => ask<ContactPage>(`/contacts?limit=${String(PAGE)}${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const cards = (pages.data?.pages ?? []).flatMap((page) => page.contacts).flatMap((contact) => {
    const card = cardOfContact(contact);
    return card ? [{ id: contact.id, card }] : [];
  });
  const words = search.trim().toLocaleLowerCase();
  const digits = words.replaceAll(/\D/g, '');
  const shown = cards.filter(({ card }) => !words || card.name.toLocaleLowerCase().includes(words) || (digits !== '' && card.phones?.some((one) => one.phone.includes(digits)) === true));
  return (
    <>
      <Field label={t('card.search')} type="search" value={search} onValue={setSearch} />
      {pages.isError && <p className="hint bad" role="alert">{t('card.failed', { detail: wordsOf(pages.error) })} <button type="button" className="link" onClick={() => void pages.refetch()}>{t('app.tryAgain')}</button></p>}
      {pages.isPending && <p className="hint" role="status">{t('app.loading')}</p>}
      {pages.isSuccess && shown.length === 0 && <p className="hint" role="status">{t(cards.length ? 'card.none' : 'card.noneYet')}</p>}
      <fieldset className="grid max-h-64 gap-0.5 overflow-y-auto">
        <legend className="sr-only">{t('card.ours')}</legend>
        {shown.map(({ id, card }) => (
          <label key={id} className="flex cursor-pointer items-center gap-2 rounded-[7px] px-2 py-1.5 hover:bg-hover">
            <input type="radio" name="card" checked={chosen?.name === card.name && chosen.phones?.[0]?.phone === card.phones?.[0]?.phone} onChange={() => { onChoose(card); }} />
            <span className="min-w-0 flex-1 truncate" dir="auto">{card.name}</span>
            <span className="num text-[12px] leading-4 text-text-2">{card.phones?.[0]?.phone}</span>
          </label>
        ))}
      </fieldset>
      {pages.hasNextPage && <button type="button" className="btn small justify-self-start" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('card.more')}</button>}
    </>
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
