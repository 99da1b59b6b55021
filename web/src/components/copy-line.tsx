import { CopyButton } from '@/components/copy-button';

/** Something to be copied elsewhere, whole. */
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
