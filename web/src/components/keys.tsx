import { glyphs } from '@/lib/shortcuts';

export function Keys({ of }: { of: string }) {
  return (
    <span className="inline-flex gap-[3px]">
      {glyphs(of).map((glyph) => (
        <kbd key={glyph}>{glyph}</kbd>
      ))}
    </span>
  );
}
