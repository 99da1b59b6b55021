import { useEffect, useRef, type ReactNode } from 'react';
import { PatchField } from '@/components/patch-field';
import { t } from '@/lib/i18n';

/** What the pages for who is not signed in have in common: one form, in the middle. Typing may begin at once. */
export function Door({ title, text, step = '', onSubmit, children }: {
  title: string;
  text: ReactNode;
  /** With another step of the form its first empty field has the focus. */
  step?: string;
  onSubmit: () => void;
  children: ReactNode;
}) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => { form.current?.querySelector<HTMLElement>('input:not([readonly])')?.focus(); }, [step]);
  return (
    <main className="grid h-full place-items-center overflow-y-auto bg-surface p-6">
      <div className="flex items-center gap-16">
        <form
          ref={form}
          className="grid w-[min(340px,calc(100vw-48px))] gap-3"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
        >
          <div className="mb-2">
            <p className="mb-6 font-semibold text-text-2">{t('app.name')}</p>
            <h1 className="text-[24px] leading-8 font-[650] tracking-[-0.02em] break-words">{title}</h1>
            <div className="text-[14px] leading-5 break-words text-text-2" role="status">{text}</div>
          </div>
          {children}
        </form>
        <div className="hidden lg:block"><PatchField /></div>
      </div>
    </main>
  );
}

/** What a form could not do, said at once. */
export function Alert({ words }: { words: string | null | undefined }) {
  return words ? <p role="alert" className="break-words text-bad">{words}</p> : null;
}
