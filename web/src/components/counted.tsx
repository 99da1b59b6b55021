import { useId } from 'react';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { lengthOf } from '@/lib/whatsapp-limits';

/** A labelled field that says how much of its limit is left, or what is wrong with it. */
export function Counted({ label, value, onValue, most, error, hint, rows, type }: {
  label: string;
  value: string;
  onValue: (value: string) => void;
  /** Characters, at most. */
  most: number;
  error?: string | undefined;
  hint?: string | undefined;
  /** Lines, where it has several. */
  rows?: number;
  type?: string;
}) {
  const id = useId();
  const left = most - lengthOf(value);
  const shared = {
    id,
    value,
    dir: 'auto',
    'aria-invalid': error ? (true as const) : undefined,
    'aria-describedby': `${id}-hint`,
  };
  return (
    <div className="min-w-0">
      <label className="label" htmlFor={id}>{label}</label>
      {rows ? (
        <textarea {...shared} className="field !h-auto py-1.5" rows={rows} onChange={(event) => { onValue(event.target.value); }} />
      ) : (
        <input {...shared} type={type ?? 'text'} className="field" onChange={(event) => { onValue(event.target.value); }} />
      )}
      <p id={`${id}-hint`} className={`flex gap-2 ${error ? 'hint bad' : 'hint'}`}>
        <span className="min-w-0 flex-1">{error ?? hint}</span>
        <span className="num flex-none">{left >= 0 && t('ask.left', { count: left })}</span>
      </p>
    </div>
  );
}
