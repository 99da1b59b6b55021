import { useMemo, type ReactNode } from 'react';
import { marksOf, type Mark } from '@/lib/marks';

const TAGS = { bold: 'b', italic: 'i', struck: 's', fixed: 'code' } as const;

/** Words as WhatsApp shows them, with pages to open. `piece` shows a stretch of plain words. */
export function Marked({ words, piece }: { words: string; piece?: (text: string) => ReactNode }) {
  const marks = useMemo(() => marksOf(words), [words]);
  return <Marks marks={marks} piece={piece} />;
}

function Marks({ marks, piece }: { marks: Mark[]; piece: ((text: string) => ReactNode) | undefined }): ReactNode {
  return marks.map((mark, index) => {
    // Pieces have nothing but their place to be known by.
    if ('style' in mark) {
      const Tag = TAGS[mark.style];
      return <Tag key={index}><Marks marks={mark.inside} piece={piece} /></Tag>;
    }
    if (mark.href) return <a key={index} href={mark.href} target="_blank" rel="noopener noreferrer">{mark.text}</a>;
    return <span key={index}>{piece ? piece(mark.text) : mark.text}</span>;
  });
}
