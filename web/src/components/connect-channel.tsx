import { useMutation, useQuery } from '@tanstack/react-query';
import { Check, CircleCheck } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { channelsQuery, queryClient, signUpQuery } from '@/api/queries';
import type { AccountNumber, Channel, CheckedNumber, ConnectChannel, ConnectSignedUp, SignedUp, SignUpOptions } from '@/api/types';
import { CopyLine } from '@/components/copy-line';
import { Field } from '@/components/field';
import { Facts } from '@/components/number-facts';
import { Rich } from '@/components/rich';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay } from '@/lib/people';
import { Blocked, openSignUp } from '@/lib/sign-up';
import { shortDay } from '@/lib/time';
import { sentenceOf } from '@/lib/words';

type Form = { name: string; phone_number_id: string; waba_id: string; access_token: string; app_secret: string };
/** A number that was just connected, and how. */
export type Connection = { channel: Channel; byHand: boolean };

type Props = {
  onDone?: (() => void) | undefined;
  /** A number is being connected, and what is shown of it then must be seen. */
  onConnecting?: ((connecting: boolean) => void) | undefined;
  /** What was connected, where it is kept for longer than this form is there. */
  kept?: { connection: Connection | null; onConnection: (connection: Connection) => void } | undefined;
};

/** Connects a WhatsApp number: by the provider's sign-up where there is one, or by hand. */
export default function ConnectChannelForm({ onDone, onConnecting, kept }: Props) {
  const allowed = useMay('manage_channels');
  const { data } = useQuery({ ...signUpQuery, enabled: allowed });
  const [byHand, setByHand] = useState(false);
  const [own, setOwn] = useState<Connection | null>(null);
  const connection = kept ? kept.connection : own;
  const setConnection = kept ? kept.onConnection : setOwn;
  if (connection) return <>{connection.byHand && <Steps at={3} />}<Connected connection={connection} onDone={onDone} /></>;
  if (data?.available && !byHand) return <SignUp options={data} onConnected={(channel) => { setConnection({ channel, byHand: false }); }} onConnecting={onConnecting} onByHand={() => { setByHand(true); }} />;
  return <ByHand onConnected={(channel) => { setConnection({ channel, byHand: true }); }} onConnecting={onConnecting} />;
}

function Steps({ at }: { at: 1 | 2 | 3 }) {
  const names = [t('connect.stepEnter'), t('connect.stepCheck'), t('connect.stepWebhook')];
  return (
    <ol className="mb-3 flex flex-wrap gap-x-4 gap-y-1 text-[12px]" aria-label={t('connect.steps')}>
      {names.map((name, index) => {
        const n = index + 1;
        const look = n === at ? 'font-semibold text-text' : 'text-text-3';
        return (
          <li key={name} className={`flex items-center gap-1.5 ${look}`} aria-current={n === at ? 'step' : undefined}>
            {n < at ? <Check size={14} className="text-ok" aria-hidden="true" /> : <span className="num" aria-hidden="true">{n}</span>}
            <span className="sr-only">{t('connect.step', { n, name })}</span>
            <span aria-hidden="true">{name}</span>
          </li>
        );
      })}
    </ol>
  );
}

const bodyOf = (form: Form): ConnectChannel => ({
  kind: 'whatsapp',
  name: form.name.trim(),
  phone_number_id: form.phone_number_id.replace(/\s/g, ''),
  waba_id: form.waba_id.replace(/\s/g, ''),
  access_token: form.access_token.trim(),
  ...(form.app_secret.trim() ? { app_secret: form.app_secret.trim() } : {}),
});

const mayBeDone = (error: Error) => isPassing(error) || (error instanceof ApiError && error.problem.code === 'in_progress');

type Connecting = { onConnected: (channel: Channel) => void; onConnecting: Props['onConnecting'] };

/** Connects once, however often the answer is asked for. */
function useConnect<Body>(path: string, { onConnected, onConnecting }: Connecting) {
  const key = useRef(newKey());
  return useMutation({
    mutationFn: (body: Body) => ask<Channel>(path, { method: 'POST', key: key.current, body }),
    onMutate: () => { onConnecting?.(true); },
    onError: (error) => {
      // It may have been connected all the same: the same request again answers with what is shown then.
      if (mayBeDone(error)) return;
      onConnecting?.(false);
      key.current = newKey();
    },
    onSuccess: onConnected,
  });
}

function ByHand(connecting: Connecting) {
  const [form, setForm] = useState<Form>({ name: '', phone_number_id: '', waba_id: '', access_token: '', app_secret: '' });
  const [tried, setTried] = useState(false);
  const check = useMutation({ mutationFn: (body: ConnectChannel) => ask<CheckedNumber>('/channels/check', { method: 'POST', body }) });
  const connect = useConnect<ConnectChannel>('/channels', connecting);
  const set = (name: keyof Form) => (value: string) => { setForm((now) => ({ ...now, [name]: value })); };
  const digits = (value: string) => (value.trim() === '' ? t('connect.required') : /^\d+$/.test(value.replace(/\s/g, '')) ? undefined : t('connect.digits'));
  const errors = {
    name: form.name.trim() ? undefined : t('connect.required'),
    phone_number_id: digits(form.phone_number_id),
    waba_id: digits(form.waba_id),
    access_token: form.access_token.trim() ? undefined : t('connect.required'),
  };
  const error = connect.error ?? check.error;
  const field = error instanceof ApiError ? error.problem.field : undefined;
  const fields = useRef<HTMLFormElement>(null);
  // The button gave the focus up while it was checked: it goes to what is wrong, or back.
  useEffect(() => {
    if (error) (fields.current?.querySelector<HTMLElement>('[aria-invalid]') ?? fields.current?.querySelector<HTMLElement>('[type="submit"]'))?.focus();
  }, [error]);
  const shown = (name: keyof typeof errors | 'app_secret') =>
    (tried && name !== 'app_secret' ? errors[name] : undefined) ?? (field === name && error ? error.message : undefined);

  if (check.data && !field) {
    return (
      <>
        <Steps at={2} />
        <Checked
          checked={check.data}
          phoneNumberId={bodyOf(form).phone_number_id}
          busy={connect.isPending}
          error={connect.error}
          onBack={() => { check.reset(); connect.reset(); }}
          onConnect={() => { connect.mutate({ ...bodyOf(form), verify: !check.data.unverified }); }}
        />
      </>
    );
  }
  return (
    <>
      <Steps at={1} />
      <p className="mb-3 text-text-2">{t('connect.hint')}</p>
      <form
        ref={fields}
        className="grid grid-cols-1 gap-3 sm:grid-cols-2"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (Object.values(errors).some(Boolean)) return;
          connect.reset();
          check.mutate(bodyOf(form));
        }}
      >
        <div className="sm:col-span-2">
          <Field label={t('connect.name')} placeholder={t('connect.namePlaceholder')} value={form.name} onValue={set('name')} error={shown('name')} autoComplete="off" />
        </div>
        <Field label={t('connect.phoneNumberId')} inputMode="numeric" value={form.phone_number_id} onValue={set('phone_number_id')} error={shown('phone_number_id')} autoComplete="off" />
        <Field label={t('connect.wabaId')} inputMode="numeric" value={form.waba_id} onValue={set('waba_id')} error={shown('waba_id')} autoComplete="off" />
        <div className="sm:col-span-2">
          <Field label={t('connect.accessToken')} type="password" value={form.access_token} onValue={set('access_token')} error={shown('access_token')} autoComplete="off" />
        </div>
        <div className="sm:col-span-2">
          <Field label={`${t('connect.appSecret')} (${t('app.optional')})`} type="password" hint={t('connect.appSecretHint')} value={form.app_secret} onValue={set('app_secret')} error={shown('app_secret')} autoComplete="off" />
        </div>
        {error && !field && <p role="alert" className="text-bad sm:col-span-2">{t('connect.failed', { detail: wordsOf(error) })}</p>}
        <div className="flex flex-wrap items-center gap-3 sm:col-span-2">
          <button type="submit" className="btn primary large" disabled={check.isPending}>{check.isPending ? t('connect.checking') : t('connect.check')}</button>
          <p className="text-[12px] leading-4 text-text-2">{t('connect.stored')}</p>
        </div>
      </form>
    </>
  );
}

type CheckedProps = { checked: CheckedNumber; phoneNumberId: string; busy: boolean; error: Error | null; onBack: () => void; onConnect: () => void };

/** What WhatsApp said of the number, before it is connected. */
function Checked({ checked, phoneNumberId, busy, error, onBack, onConnect }: CheckedProps) {
  const now = useMinute();
  const siblings = checked.account_numbers.filter((number) => number.phone_number_id !== phoneNumberId);
  return (
    <div className="grid gap-3">
      {checked.unverified ? (
        <div className="rounded-[9px] bg-warn-soft px-3 py-2 text-warn" role="status">
          <p><Rich text={t('connect.foundNothing', { detail: sentenceOf(checked.unverified) })} /></p>
          <p>{t('connect.foundNothingText')}</p>
        </div>
      ) : (
        <p className="flex items-start gap-2 text-ok" role="status"><CircleCheck size={16} className="mt-px flex-none" aria-hidden="true" />{t('connect.found')}</p>
      )}
      {checked.facts && <div className="rounded-[12px] border border-line p-4"><Facts facts={checked.facts} /></div>}
      {checked.token_expires_at && <p className="text-warn">{t('connect.tokenEnds', { date: shortDay(checked.token_expires_at, now) })}</p>}
      {siblings.length > 0 && (
        <div>
          <h3 className="label">{t('connect.siblings')}</h3>
          <ul>{siblings.map((number) => <li key={number.phone_number_id} className="text-text-2">{nameOf(number)}{number.channel_id && `, ${t('connect.connected')}`}</li>)}</ul>
        </div>
      )}
      {error && <p role="alert" className="text-bad">{t('connect.failed', { detail: wordsOf(error) })}</p>}
      <div className="flex flex-wrap gap-2">
        <button type="button" className="btn primary large" disabled={busy} onClick={onConnect}>{t(checked.unverified ? 'connect.anyway' : 'connect.submit')}</button>
        <button type="button" className="btn large" disabled={busy} onClick={onBack}>{t('connect.back')}</button>
      </div>
    </div>
  );
}

const nameOf = (number: AccountNumber) => [number.verified_name, number.display_phone_number ?? number.phone_number_id].filter(Boolean).join(', ');

/** The provider's own sign-up, and what is left to choose after it. */
function SignUp({ options, onByHand, ...connecting }: Connecting & { options: SignUpOptions; onByHand: () => void }) {
  const ending = useRef<AbortController>(null);
  useEffect(() => () => { ending.current?.abort(); }, []);
  const [refused, setRefused] = useState(false);
  const [other, setOther] = useState(false);
  const [phone, setPhone] = useState(false);
  const sign = useMutation({
    mutationFn: async () => {
      setRefused(false);
      setOther(false);
      ending.current?.abort();
      const control = new AbortController();
      ending.current = control;
      const code = await openSignUp(options, phone, control.signal, () => { setOther(true); });
      if (code === null) {
        setRefused(!control.signal.aborted);
        return undefined;
      }
      return ask<SignedUp>('/channels/sign-up', { method: 'POST', body: { code } });
    },
  });
  if (sign.data) return <Choose signed={sign.data} {...connecting} onAgain={() => { sign.reset(); }} />;
  return (
    <div className="grid gap-3">
      <p className="text-text-2">{t('connect.signUpText')}</p>
      <div>
        <label className="flex items-start gap-2">
          <input type="checkbox" className="mt-0.5 size-4 flex-none accent-accent" checked={phone} aria-describedby="sign-up-phone" onChange={(event) => { setPhone(event.target.checked); }} />
          <span>{t('connect.signUpPhone')}</span>
        </label>
        <p className="hint" id="sign-up-phone">{t('connect.signUpPhoneText')}</p>
      </div>
      {sign.isPending && (other ? <p role="alert" className="text-warn">{t('connect.otherAnswer')}</p> : <p role="status">{t('connect.waiting')}</p>)}
      {refused && !sign.isPending && <p role="status" className="text-warn">{t('connect.refused')}</p>}
      {sign.error && <p role="alert" className="text-bad">{sign.error instanceof Blocked ? t('connect.blocked') : t('connect.failed', { detail: wordsOf(sign.error) })}</p>}
      <div className="flex flex-wrap gap-2">
        <button type="button" className="btn primary large" onClick={() => { sign.mutate(); }}>{t(sign.isPending ? 'connect.signUpAgain' : 'connect.signUp')}</button>
        <button type="button" className="btn large" onClick={onByHand}>{t('connect.byHand')}</button>
      </div>
      <p className="hint">{t('connect.byHandText')}</p>
    </div>
  );
}

function Choose({ signed, onAgain, ...connecting }: Connecting & { signed: SignedUp; onAgain: () => void }) {
  const free = signed.numbers.filter((number) => !number.channel_id);
  const [chosen, setChosen] = useState(free[0]);
  const [name, setName] = useState(free[0]?.verified_name ?? '');
  const [pin, setPin] = useState('');
  const connect = useConnect<ConnectSignedUp>('/channels/sign-up/connect', connecting);
  const field = connect.error instanceof ApiError ? connect.error.problem.field : undefined;
  if (!chosen) {
    return (
      <div className="grid gap-3">
        <p>{t('connect.chooseNone')}</p>
        <div><button type="button" className="btn" onClick={onAgain}>{t('app.tryAgain')}</button></div>
      </div>
    );
  }
  return (
    <form
      className="grid gap-3"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!name.trim()) return;
        connect.mutate({
          ticket: signed.ticket,
          name: name.trim(),
          phone_number_id: chosen.phone_number_id,
          waba_id: chosen.waba_id,
          ...(pin.trim() && !chosen.coexistence ? { pin: pin.trim() } : {}),
        });
      }}
    >
      <fieldset className="grid gap-1">
        <legend className="label">{t('connect.choose')}</legend>
        {free.map((number) => (
          <label key={number.phone_number_id} className="flex items-center gap-2">
            <input type="radio" name="number" checked={number === chosen} onChange={() => { setChosen(number); setName(number.verified_name ?? ''); }} />
            <span className="num">{nameOf(number)}</span>
          </label>
        ))}
      </fieldset>
      <Field label={t('connect.name')} value={name} onValue={setName} error={name.trim() ? undefined : t('connect.required')} autoComplete="off" />
      {!chosen.coexistence && <Field label={`${t('connect.pin')} (${t('app.optional')})`} hint={t('connect.pinHint')} inputMode="numeric" maxLength={6} value={pin} onValue={setPin} error={field === 'pin' ? connect.error?.message : undefined} autoComplete="off" />}
      {connect.error && field !== 'pin' && <p role="alert" className="text-bad">{t('connect.failed', { detail: wordsOf(connect.error) })}</p>}
      <div><button type="submit" className="btn primary large" disabled={connect.isPending}>{t('connect.submit')}</button></div>
    </form>
  );
}

function Connected({ connection: { channel, byHand }, onDone }: { connection: Connection; onDone: (() => void) | undefined }) {
  // How it stands comes over the line.
  const { data } = useQuery(channelsQuery);
  const heard = data?.channels.find((one) => one.id === channel.id)?.lights?.some((light) => light.subject === 'webhook' && light.state === 'good') ?? false;
  const finish = () => {
    void queryClient.invalidateQueries({ queryKey: channelsQuery.queryKey });
    onDone?.();
  };
  return (
    <div className="grid grid-cols-1 gap-3">
      <p className="flex items-center gap-2 font-semibold text-ok" role="status">
        <CircleCheck size={16} aria-hidden="true" />
        {t('connect.done', { name: channel.name })}
      </p>
      {byHand && (
        <>
          <p className="text-text-2">{t('connect.next')}</p>
          <CopyLine label={t('connect.webhookUrl')} value={channel.webhook_url} />
          {channel.verify_token && <CopyLine label={t('connect.verifyToken')} value={channel.verify_token} hint={t('connect.once')} />}
        </>
      )}
      <p role="status" className={heard ? 'text-ok' : 'text-text-2'}>{t(heard ? 'connect.heard' : 'connect.listening')}</p>
      <div>
        <button type="button" className="btn primary large" onClick={finish}>{t('connect.ready')}</button>
      </div>
    </div>
  );
}
