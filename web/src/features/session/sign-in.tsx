import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, ask, NoAnswer } from '@/api/client';
import type { Me, SignIn } from '@/api/types';
import { Field } from '@/components/field';
import { Alert, Door } from '@/features/session/door';
import { entrancesQuery } from '@/lib/doors';
import { useTitle } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-doors';
import { wordsOf } from '@/lib/inbox/actions';
import { welcome } from '@/lib/session';

export function SignInPage() {
  useTitle(t('signIn.title'));
  const { next, ended } = useSearch({ from: '/signin' });
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const doors = useQuery(entrancesQuery).data;
  const signIn = useMutation({
    mutationFn: (body: SignIn) => ask<Me>('/sessions', { method: 'POST', body, quiet: true }),
    onSuccess: (me) => {
      welcome(me);
      void navigate({ href: next ?? '/inbox', replace: true });
    },
  });
  const words = missing ? t('signIn.missing') : signIn.error ? reason(signIn.error) : null;
  const submit = () => {
    const empty = email.trim() === '' || password === '';
    setMissing(empty);
    if (!empty) signIn.mutate({ email: email.trim(), password });
  };

  return (
    <Door title={t('signIn.title')} text={ended ? t('signIn.expired') : t('signIn.statement')} onSubmit={submit}>
      <Field label={t('signIn.email')} type="email" name="email" autoComplete="username" value={email} onValue={setEmail} />
      <Field label={t('signIn.password')} type="password" name="password" autoComplete="current-password" value={password} onValue={setPassword} />
      <Alert words={words} />
      <button type="submit" className="btn primary large mt-1" disabled={signIn.isPending}>{t('signIn.submit')}</button>
      {doors && (doors.password_reset || doors.sign_up || doors.outbox) && (
        <p className="flex flex-wrap gap-x-4 gap-y-1">
          {doors.password_reset && <Link to="/$door" params={{ door: 'forgot' }} className="link">{t('signIn.forgot')}</Link>}
          {doors.sign_up && <Link to="/$door" params={{ door: 'create-account' }} className="link">{t('signIn.create')}</Link>}
          {doors.outbox && <Link to="/$door" params={{ door: 'outbox' }} className="link">{t('signIn.outbox')}</Link>}
        </p>
      )}
    </Door>
  );
}

function reason(error: Error): string {
  if (error instanceof NoAnswer) return t('signIn.noAnswer');
  if (error instanceof ApiError) {
    if (error.status === 401 || error.status === 403) return t('signIn.wrong');
    if (error.status === 429) return t('signIn.tooMany');
  }
  return t('signIn.failed', { detail: wordsOf(error) });
}
