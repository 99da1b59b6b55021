import { glyphs } from '@/lib/shortcuts';

/** Keys as they are printed on them; nothing where there are none. */
export function Keys({ of }: { of: string }) {
  if (of === '') return null;
  return (
    <span className="inline-flex gap-[3px]" dir="ltr">
      {glyphs(of).map((glyph) => (
        <kbd key={glyph}>{glyph}</kbd>
      ))}
    </span>
  );
}
