import { useMutation } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { channelsQuery, queryClient } from '@/api/queries';
import type { Channel, ConnectChannel } from '@/api/types';
import { CopyButton } from '@/components/copy-button';
import { Field } from '@/components/field';
import { t } from '@/lib/i18n';
import { wordsOf } from '@/lib/inbox/actions';

type Form = { name: string; phone_number_id: string; waba_id: string; access_token: string; app_secret: string };

/** Connects a WhatsApp number, then shows the two values that Meta asks for. */
export function ConnectChannelForm({ onDone }: { onDone?: () => void }) {
  const [form, setForm] = useState<Form>({ name: '', phone_number_id: '', waba_id: '', access_token: '', app_secret: '' });
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const connect = useMutation({
    mutationFn: (body: ConnectChannel) => ask<Channel>('/channels', { method: 'POST', key: key.current, body }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
  });
  const set = (name: keyof Form) => (value: string) => { setForm((now) => ({ ...now, [name]: value })); };
  const digits = (value: string) => (value.trim() === '' ? t('connect.required') : /^\d+$/.test(value.replace(/\s/g, '')) ? undefined : t('connect.digits'));
  const errors = {
    name: form.name.trim() ? undefined : t('connect.required'),
    phone_number_id: digits(form.phone_number_id),
    waba_id: digits(form.waba_id),
    access_token: form.access_token.trim() ? undefined : t('connect.required'),
  };
  const field = connect.error instanceof ApiError ? connect.error.problem.field : undefined;
  const shown = (name: keyof typeof errors | 'app_secret') =>
    (tried && name !== 'app_secret' ? errors[name] : undefined) ?? (field === name && connect.error ? connect.error.message : undefined);

  if (connect.data) return <Connected channel={connect.data} onDone={onDone} />;
  return (
    <form
      className="grid gap-3 sm:grid-cols-2"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.values(errors).some(Boolean)) return;
        connect.mutate({
          kind: 'whatsapp',
          name: form.name.trim(),
          phone_number_id: form.phone_number_id.replace(/\s/g, ''),
          waba_id: form.waba_id.replace(/\s/g, ''),
          access_token: form.access_token.trim(),
          ...(form.app_secret.trim() ? { app_secret: form.app_secret.trim() } : {}),
        });
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
      {connect.error && !field && (
        <p role="alert" className="text-bad sm:col-span-2">{t('connect.failed', { detail: wordsOf(connect.error) })}</p>
      )}
      <div className="flex items-center gap-3 sm:col-span-2">
        <button type="submit" className="btn primary large" disabled={connect.isPending}>{t('connect.submit')}</button>
        <p className="text-[12px] leading-4 text-text-2">{t('connect.stored')}</p>
      </div>
    </form>
  );
}

function Connected({ channel, onDone }: { channel: Channel; onDone: (() => void) | undefined }) {
  const finish = () => {
    void queryClient.invalidateQueries({ queryKey: channelsQuery.queryKey });
    onDone?.();
  };
  return (
    <div className="grid gap-3">
      <p className="flex items-center gap-2 font-semibold text-ok" role="status">
        <CircleCheck size={16} aria-hidden="true" />
        {t('connect.done', { name: channel.name })}
      </p>
      <p className="text-text-2">{t('connect.next')}</p>
      <CopyLine label={t('connect.webhookUrl')} value={channel.webhook_url} />
      {channel.verify_token && <CopyLine label={t('connect.verifyToken')} value={channel.verify_token} hint={t('connect.once')} />}
      <div>
        <button type="button" className="btn primary large" onClick={finish}>{t('connect.ready')}</button>
      </div>
    </div>
  );
}

export function CopyLine({ label, value, hint }: { label: string; value: string; hint?: string }) {
  return (
    <div>
      <span className="label">{label}</span>
      <div className="field flex items-center gap-2 pe-1">
        <code className="min-w-0 flex-1 truncate text-[12px]">{value}</code>
        <CopyButton text={value} label={label} />
      </div>
      {hint && <p className="hint">{hint}</p>}
    </div>
  );
}
