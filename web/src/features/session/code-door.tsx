import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, ask, NoAnswer } from '@/api/client';
import type { CodeAsked, ConfirmPasswordReset, ConfirmSignUp, Me } from '@/api/types';
import { Field } from '@/components/field';
import { Alert, Door } from '@/features/session/door';
import { entrancesQuery, enter } from '@/lib/doors';
import { useTitle } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-doors';
import { wordsOf } from '@/lib/inbox/actions';

const ADDRESS = { create: '/sign-ups', forgot: '/password-resets' } as const;

type Name = 'email' | 'code' | 'workspace' | 'name' | 'password';
const NOTHING: Record<Name, string> = { email: '', code: '', workspace: '', name: '', password: '' };

/** Making an account, or setting a forgotten password anew: an address, then the code that was mailed to it. */
export function CodeDoor({ of }: { of: 'create' | 'forgot' }) {
  useTitle(t(`doors.${of}Title`));
  const [form, setForm] = useState(NOTHING);
  const [tried, setTried] = useState(false);
  const [again, setAgain] = useState(false);
  const doors = useQuery(entrancesQuery).data;
  const asked = useMutation({
    mutationFn: (email: string) => ask<CodeAsked>(ADDRESS[of], { method: 'POST', body: { email }, quiet: true }),
    onSuccess: () => { setTried(false); },
  });
  const confirm = useMutation({
    mutationFn: (body: ConfirmSignUp | ConfirmPasswordReset) => ask<Me>(`${ADDRESS[of]}/confirm`, { method: 'POST', body, quiet: true }),
    onSuccess: enter,
  });
  const coded = asked.data !== undefined;
  const shut = doors && !(of === 'create' ? doors.sign_up : doors.password_reset);
  const names: Name[] = !coded ? ['email'] : of === 'create' ? ['code', 'workspace', 'name', 'password'] : ['code', 'password'];
  const failed = coded && !asked.error ? confirm.error : asked.error;
  const wrong = (name: Name) => {
    if (tried && form[name].trim() === '') return t('doors.needed');
    return failed instanceof ApiError && failed.problem.field === name ? failed.message : undefined;
  };
  const field = (name: Name) => ({
    value: form[name],
    error: wrong(name),
    onValue: (value: string) => { setForm((now) => ({ ...now, [name]: value })); },
  });
  const submit = () => {
    setTried(true);
    if (shut || names.some((name) => form[name].trim() === '')) return;
    const email = form.email.trim();
    if (!coded) asked.mutate(email);
    else if (of === 'create') confirm.mutate({ email, code: form.code, workspace: form.workspace.trim(), name: form.name.trim(), password: form.password });
    else confirm.mutate({ email, code: form.code, password: form.password });
  };
  const other = () => {
    asked.reset();
    confirm.reset();
    setAgain(false);
    setTried(false);
    setForm((now) => ({ ...now, code: '' }));
  };
  const minutes = Math.round((asked.data?.valid_s ?? 0) / 60);
  const text = shut
    ? t(of === 'create' ? 'doors.shut' : 'doors.mailOff')
    : !coded
      ? t(`doors.${of}Text`)
      : again
        ? t('doors.sentAgain')
        : t(`doors.${of}CodeText`, { email: form.email.trim(), count: minutes });

  return (
    <Door title={t(`doors.${of}Title`)} text={text} step={coded ? 'code' : 'email'} onSubmit={submit}>
      {!shut && !coded && <Field label={t('doors.email')} type="email" name="email" autoComplete="username" {...field('email')} />}
      {!shut && coded && (
        <>
          <input type="hidden" name="email" autoComplete="username" value={form.email} readOnly />
          <Field label={t('doors.code')} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={12} hint={t('doors.codeHint')} {...field('code')} />
          {of === 'create' && (
            <>
              <Field label={t('doors.workspace')} name="workspace" autoComplete="organization" hint={t('doors.workspaceHint')} {...field('workspace')} />
              <Field label={t('doors.name')} name="name" autoComplete="name" hint={t('doors.nameHint')} {...field('name')} />
            </>
          )}
          <Field label={t(of === 'create' ? 'doors.password' : 'doors.newPassword')} type="password" name="password" autoComplete="new-password" hint={t('doors.passwordHint')} {...field('password')} />
          {of === 'forgot' && <p className="hint">{t('doors.forgotNote')}</p>}
        </>
      )}
      <Alert words={reason(failed, names, coded && !asked.error ? `doors.${of}Failed` : 'doors.askFailed')} />
      {!shut && (
        <button type="submit" className="btn primary large mt-1" disabled={asked.isPending || confirm.isPending}>
          {t(!coded ? 'doors.ask' : `doors.${of}Submit`)}
        </button>
      )}
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        {coded && (
          <>
            <button type="button" className="link" disabled={asked.isPending} onClick={() => { asked.mutate(form.email.trim(), { onSuccess: () => { setAgain(true); } }); }}>{t('doors.again')}</button>
            <button type="button" className="link" onClick={other}>{t('doors.other')}</button>
          </>
        )}
        <Link to="/signin" className="link">{t('doors.toSignIn')}</Link>
        {doors?.outbox && <Link to="/$door" params={{ door: 'outbox' }} target="_blank" className="link">{t('signIn.outbox')}</Link>}
      </p>
    </Door>
  );
}

/** The words of what went wrong, unless they stand at a field that is shown. */
function reason(error: Error | null, shown: Name[], otherwise: 'doors.createFailed' | 'doors.forgotFailed' | 'doors.askFailed'): string | null {
  if (!error) return null;
  if (error instanceof NoAnswer) return t('signIn.noAnswer');
  if (error instanceof ApiError) {
    if (shown.some((name) => name === error.problem.field)) return null;
    if (error.status === 429) return t(otherwise === 'doors.askFailed' ? 'doors.tooMany' : 'signIn.tooMany');
  }
  return t(otherwise, { detail: wordsOf(error) });
}
