import type { Label } from '@/api/types';

/** A label: a square of its colour, and its name. */
export function LabelTag({ label, quiet = false }: { label: Label; quiet?: boolean }) {
  return (
    <span className="label-tag" title={quiet ? undefined : label.name} data-color={label.color}>
      <span className="swatch" aria-hidden="true" />
      <span className="truncate">{label.name}</span>
    </span>
  );
}
