import { useQuery } from '@tanstack/react-query';
import { BellOff, Check, Download, Minus } from 'lucide-react';
import { useId, useState } from 'react';
import { consentQuery } from '@/api/queries';
import type { ConsentChoice, ConsentScope, Conversation, RecordConsent } from '@/api/types';
import { Choice, Field } from '@/components/field';
import { Modal } from '@/components/modal';
import { useMinute } from '@/lib/hooks';
import { evidenceOf, SCOPES, scopeName, WAYS } from '@/lib/consent';
import { t } from '@/lib/i18n';
import { recordConsent } from '@/lib/inbox/consent';
import { useMay } from '@/lib/people';
import { fieldTime, fromField, moment } from '@/lib/time';

/** What a person wants to hear from us, what shows it, and a way to record more. */
export function ConsentSection({ conversation }: { conversation: Conversation }) {
  const { contact } = conversation;
  const now = useMinute();
  const answers = useMay('answer');
  const [recording, setRecording] = useState(false);
  const [open, setOpen] = useState(false);
  const standings = contact.consent ?? [];
  return (
    <section>
      <h3>{t('consent.title')}</h3>
      {standings.length === 0 && <p className="text-[13px] leading-[18px] text-text-3">{t('consent.nothing')}</p>}
      <dl className="facts">
        {standings.map((one) => (
          <div key={one.scope} className="contents">
            <dt>{scopeName(one.scope)}</dt>
            <dd title={t('consent.asOf', { time: moment(one.at, now) })}>
              {one.choice === 'given' ? <Check size={14} className="text-ok" aria-hidden="true" /> : <BellOff size={14} className="text-bad" aria-hidden="true" />}
              {t(`consent.${one.choice}`)}
              <time className="num ms-auto text-[12px] font-normal text-text-3" dateTime={one.at}>{moment(one.at, now)}</time>
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
        {answers && <button type="button" className="link text-[12.5px]" onClick={() => { setRecording(true); }}>{t('consent.record')}</button>}
        {standings.length > 0 && (
          <button type="button" className="link text-[12.5px]" aria-expanded={open} onClick={() => { setOpen((was) => !was); }}>{t('consent.history')}</button>
        )}
      </div>
      {open && <Entries contactId={contact.id} seen={standings.map((one) => one.at).join()} />}
      {recording && <Record contactId={contact.id} name={contact.name} onClose={() => { setRecording(false); }} />}
    </section>
  );
}

function Entries({ contactId, seen }: { contactId: string; seen: string }) {
  const { data, isError, isPending } = useQuery(consentQuery(contactId, seen));
  const now = useMinute();
  if (isError) return <p className="mt-1 text-[12px] leading-4 text-bad">{t('details.loadFailed')}</p>;
  if (isPending) return <p className="mt-1 h-4" aria-busy="true" />;
  return (
    <>
      <ol className="mt-2 grid grid-cols-1 gap-1.5">
        {data.entries.toReversed().map((entry) => (
          <li key={entry.n} className="text-[12.5px] leading-[17px]">
            <span className="flex items-center gap-1.5">
              {entry.choice === 'given' ? <Check size={12} className="text-ok" aria-hidden="true" /> : <Minus size={12} className="text-bad" aria-hidden="true" />}
              <span className="font-medium">{scopeName(entry.scope)}: {t(`consent.${entry.choice}`)}</span>
              <time className="num ms-auto text-text-3" dateTime={entry.at}>{moment(entry.at, now)}</time>
            </span>
            <span className="block ps-[18px] text-text-2" dir="auto">{evidenceOf(entry)}</span>
          </li>
        ))}
      </ol>
      <a className="link mt-2 inline-flex items-center gap-1 text-[12.5px]" href={`/api/v1/contacts/${contactId}/consent/proof`} download={`consent-${contactId}.json`}>
        <Download size={12} aria-hidden="true" />{t('consent.export')}
      </a>
    </>
  );
}

function Record({ contactId, name, onClose }: { contactId: string; name: string; onClose: () => void }) {
  // It is kept as proof: nothing in it is there that nobody chose.
  const [scope, setScope] = useState<ConsentScope | ''>('');
  const [choice, setChoice] = useState<ConsentChoice | ''>('');
  const [how, setHow] = useState<RecordConsent['how'] | ''>('');
  const open = useId();
  const unchosen = [[scope, 'about'], [choice, 'answer'], [how, 'how']] as const;
  const whatIsOpen = unchosen.flatMap(([value, name]) => (value === '' ? t(`consent.${name}`) : []));
  const [reference, setReference] = useState('');
  const [remark, setRemark] = useState('');
  const [now] = useState(() => fieldTime(new Date()));
  const [at, setAt] = useState(now);
  const needed = how === 'form' || how === 'import';
  const [asked, setAsked] = useState(false);
  const lacking = needed && reference.trim() === '' ? t(how === 'form' ? 'consent.whichForm' : 'consent.whichFile') : undefined;
  const atProblem = at !== now && !((fromField(at)?.getTime() ?? NaN) <= Date.now()) ? t('consent.notYet') : undefined;
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setAsked(true);
    if (scope === '' || choice === '' || how === '' || lacking || atProblem) return;
    setBusy(true);
    // What was left as it is was said now, by the server's clock.
    const done = await recordConsent(contactId, { scope, choice, how, ...(at === now ? {} : { at: fromField(at)?.toISOString() ?? null }), ...(reference.trim() ? { reference } : {}), ...(remark.trim() ? { remark } : {}) });
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Modal
      title={`${t('consent.record')}: ${name}`}
      onClose={onClose}
      footer={
        <>
          <p id={open} className="hint me-auto !mt-0 min-w-0" role="status">{whatIsOpen.length > 0 && t('consent.open', { what: whatIsOpen.join(', ') })}</p>
          <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
          <button type="button" className="btn primary" disabled={busy || whatIsOpen.length > 0} aria-describedby={open} onClick={() => void save()}>{t('consent.save')}</button>
        </>
      }
    >
      <div className="grid gap-3">
        <Choice label={t('consent.about')} unchosen={t('consent.choose')} value={scope} onValue={(value) => { setScope(value as ConsentScope); }} options={SCOPES.map((value) => ({ value, label: scopeName(value) }))} />
        <Choice label={t('consent.answer')} unchosen={t('consent.choose')} value={choice} onValue={(value) => { setChoice(value as ConsentChoice); }} options={[{ value: 'given', label: t('consent.given') }, { value: 'withdrawn', label: t('consent.withdrawn') }]} />
        <Choice label={t('consent.how')} unchosen={t('consent.choose')} value={how} onValue={(value) => { setHow(value as RecordConsent['how']); }} options={WAYS.map((value) => ({ value, label: t(`consent.${value}`) }))} />
        <Field label={t('consent.at')} type="datetime-local" max={fieldTime(new Date())} value={at} onValue={setAt} error={atProblem} />
        <Field label={t('consent.reference')} value={reference} onValue={setReference} maxLength={500} required={needed} error={asked ? lacking : undefined} />
        <Field label={t('consent.remark')} value={remark} onValue={setRemark} maxLength={500} />
      </div>
    </Modal>
  );
}
