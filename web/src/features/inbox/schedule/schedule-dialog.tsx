/** When a message is to go: one of a few times, or another. */
import { useMutation } from '@tanstack/react-query';
import { TimerOff } from 'lucide-react';
import { useId, useState } from 'react';
import { ApiError } from '@/api/client';
import type { Conversation } from '@/api/types';
import { Counted } from '@/components/counted';
import { Field } from '@/components/field';
import { FormButtons, Modal } from '@/components/modal';
import { locale, t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { wordsOf } from '@/lib/inbox/actions';
import { snoozeName } from '@/lib/inbox/snooze';
import { AHEAD_MAX_DAYS, offersAt, zoneAt, type Offer } from '@/lib/schedule';
import { clock, fieldTime, fromField, moment } from '@/lib/time';
import { firstName } from '@/lib/words';

const DAY_MS = 24 * 3_600_000;
/** Longest words, in characters: what WhatsApp carries. */
const TEXT_MAX = 4_096;

export type Planned = { send_at: string; unless_reply: boolean; text: string };

const offerName = (offer: Offer) => (offer.kind === 'hour' ? t('schedule.hour', { time: clock(offer.at) }) : snoozeName({ kind: offer.kind, at: offer.at }));

/** `before`: what is planned and is changed; its words only where it is nothing but words. */
export function ScheduleDialog({ conversation, text, before, onPlan, onClose }: {
  conversation: Conversation;
  /** The words, where they can be changed here. */
  text?: string | undefined;
  before?: { send_at: string; unless_reply: boolean } | undefined;
  onPlan: (planned: Planned) => Promise<unknown>;
  onClose: () => void;
}) {
  const form = useId();
  const [now] = useState(() => new Date());
  const [offers] = useState(() => offersAt(now));
  const [chosen, setChosen] = useState<string>(before ? 'other' : 'hour');
  const [other, setOther] = useState(() => fieldTime(before ? new Date(before.send_at) : (offers.find((one) => one.kind === 'tomorrow')?.at ?? now)));
  const [unless, setUnless] = useState(before?.unless_reply ?? false);
  const [words, setWords] = useState(text ?? '');
  const [tried, setTried] = useState(false);
  const plan = useMutation({ mutationFn: onPlan, onSuccess: onClose });
  const at = chosen === 'other' ? fromField(other) : offers.find((one) => one.kind === chosen)?.at;
  const time = at ?? null;
  const problem =
    time === null ? t('schedule.required')
    : time.getTime() <= Date.now() ? t('schedule.past')
    : time.getTime() > Date.now() + AHEAD_MAX_DAYS * DAY_MS ? t('schedule.far', { count: AHEAD_MAX_DAYS })
    : undefined;
  const wordless = text !== undefined && words.trim() === '';
  const tooLong = [...words].length > TEXT_MAX;
  const closes = conversation.window.expires_at;
  const late = time !== null && closes != null && time.getTime() > Date.parse(closes);
  const failed = plan.error;
  const field = failed instanceof ApiError ? failed.problem.field : undefined;
  return (
    <Modal
      title={before ? t('schedule.changeTitle') : t('schedule.title')}
      onClose={onClose}
      footer={<FormButtons form={form} action={before ? t('schedule.save') : t('schedule.plan')} disabled={plan.isPending} onClose={onClose} />}
    >
      <form
        id={form}
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (time !== null && problem === undefined && !wordless && !tooLong) plan.mutate({ send_at: time.toISOString(), unless_reply: unless, text: words });
        }}
      >
        {text !== undefined && before && (
          <Counted label={t('schedule.words')} value={words} onValue={setWords} most={TEXT_MAX} rows={4} error={tried && wordless ? t('schedule.required') : undefined} />
        )}
        <fieldset className="grid gap-1">
          <legend className="label">{t('schedule.when')}</legend>
          {offers.map((offer) => (
            <label key={offer.kind} className="inline-flex min-h-[26px] items-center gap-2">
              <input type="radio" name={`${form}-when`} className="size-4 flex-none accent-accent" checked={chosen === offer.kind} onChange={() => { setChosen(offer.kind); }} />
              {offerName(offer)}
            </label>
          ))}
          <label className="inline-flex min-h-[26px] items-center gap-2">
            <input type="radio" name={`${form}-when`} className="size-4 flex-none accent-accent" checked={chosen === 'other'} onChange={() => { setChosen('other'); }} />
            {t('schedule.other')}
          </label>
        </fieldset>
        {chosen === 'other' && (
          <Field label={t('schedule.at')} type="datetime-local" min={fieldTime(now)} value={other} onValue={setOther} error={(tried ? problem : undefined) ?? (field === 'send_at' ? failed?.message : undefined)} />
        )}
        <p className="hint !mt-0">{t('schedule.zone', { zone: zoneAt(time ?? now, locale) })}</p>
        <label className="inline-flex min-h-[26px] items-center gap-2">
          <input type="checkbox" className="size-4 flex-none accent-accent" checked={unless} onChange={(event) => { setUnless(event.target.checked); }} />
          {t('schedule.unless', { name: firstName(conversation.contact.name) })}
        </label>
        {late && text !== undefined && (
          <p className="strip warn rounded-[9px]" role="status"><TimerOff size={16} aria-hidden="true" /><span>{t('schedule.late', { time: moment(closes, now.getTime()), name: firstName(conversation.contact.name) })}</span></p>
        )}
        {failed && field !== 'send_at' && <p role="alert" className="text-bad">{t('schedule.failed', { detail: wordsOf(failed) })}</p>}
      </form>
    </Modal>
  );
}
