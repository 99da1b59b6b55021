import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ApiError, ask, NoAnswer } from '@/api/client';
import type { Me, SignIn } from '@/api/types';
import { Field } from '@/components/field';
import { PatchField } from '@/components/patch-field';
import { useTitle } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { wordsOf } from '@/lib/inbox/actions';
import { welcome } from '@/lib/session';

export function SignInPage() {
  useTitle(t('signIn.title'));
  const { next, ended } = useSearch({ from: '/signin' });
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  // The page is this form: typing may begin at once.
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => { form.current?.querySelector('input')?.focus(); }, []);
  const signIn = useMutation({
    mutationFn: (body: SignIn) => ask<Me>('/sessions', { method: 'POST', body, quiet: true }),
    onSuccess: (me) => {
      welcome(me);
      void navigate({ href: next ?? '/inbox', replace: true });
    },
  });
  const words = missing ? t('signIn.missing') : signIn.error ? reason(signIn.error) : null;

  return (
    <main className="grid h-full place-items-center overflow-y-auto bg-surface p-6">
      <div className="flex items-center gap-16">
        <form
          ref={form}
          className="grid w-[min(340px,calc(100vw-48px))] gap-3"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const empty = email.trim() === '' || password === '';
            setMissing(empty);
            if (!empty) signIn.mutate({ email: email.trim(), password });
          }}
        >
          <div className="mb-2">
            <p className="mb-6 font-semibold text-text-2">{t('app.name')}</p>
            <h1 className="text-[24px] leading-8 font-[650] tracking-[-0.02em]">{t('signIn.title')}</h1>
            <p className="text-[14px] leading-5 text-text-2">{ended ? t('signIn.expired') : t('signIn.statement')}</p>
          </div>
          <Field label={t('signIn.email')} type="email" name="email" autoComplete="username" value={email} onValue={setEmail} />
          <Field label={t('signIn.password')} type="password" name="password" autoComplete="current-password" value={password} onValue={setPassword} />
          {words && <p role="alert" className="text-bad">{words}</p>}
          <button type="submit" className="btn primary large mt-1" disabled={signIn.isPending}>{t('signIn.submit')}</button>
        </form>
        <div className="hidden lg:block"><PatchField /></div>
      </div>
    </main>
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
