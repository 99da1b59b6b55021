import { useId, type InputHTMLAttributes } from 'react';

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> & {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
};

/** A labelled field with its hint or what is wrong with it. */
export function Field({ label, value, onValue, hint, error, ...rest }: Props) {
  const id = useId();
  const words = error ?? hint;
  return (
    <div>
      <label className="label" htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className="field"
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={words ? `${id}-hint` : undefined}
        onChange={(event) => { onValue(event.target.value); }}
      />
      {words && <p id={`${id}-hint`} className={error ? 'hint bad' : 'hint'}>{words}</p>}
    </div>
  );
}

/** With `unchosen`, the words that stand there until somebody chooses: the value is `''` until then, and never again. */
export function Choice({ label, value, onValue, options, unchosen }: { label: string; value: string; onValue: (value: string) => void; options: { value: string; label: string }[]; unchosen?: string }) {
  const id = useId();
  return (
    <div>
      <label className="label" htmlFor={id}>{label}</label>
      <select id={id} className="field" value={value} required={unchosen !== undefined} onChange={(event) => { onValue(event.target.value); }}>
        {unchosen !== undefined && <option value="" disabled>{unchosen}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>{option.label}</option>
        ))}
      </select>
    </div>
  );
}
