/** What can be tapped below a message's words: the words on it, where it leads or what it gives, and the list that it opens. */
import { ChevronDown } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { pageOf } from '@/lib/marks';

/** What stands under a title in a list that a button opens. */
export type TapSection = { title?: string | null | undefined; rows: { title: string; description?: string | null | undefined }[] };

export function Taps({ children }: { children: ReactNode }) {
  return <div className="taps">{children}</div>;
}

/** One of them. `detail`: a page's address, a number, a code. */
export function Tap({ icon, words, detail }: { icon?: ReactNode; words: string; detail?: string | null | undefined }) {
  const page = detail ? pageOf(detail) : null;
  return (
    <div className="tap">
      <span className="on-it">{icon}<span dir="auto">{words}</span></span>
      {detail && (page ? <a className="detail" href={page} target="_blank" rel="noopener noreferrer">{detail}</a> : <span className="detail">{detail}</span>)}
    </div>
  );
}

/** One that opens a list, as it does for them. */
export function TapList({ icon, words, sections, shown = false }: { icon?: ReactNode; words: string; sections: TapSection[]; shown?: boolean }) {
  const [open, setOpen] = useState(shown);
  const id = useId();
  return (
    <div className="tap">
      <button type="button" className="on-it" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => { setOpen((was) => !was); }}>
        {icon}
        <span dir="auto">{words}</span>
        <ChevronDown size={14} aria-hidden="true" className={open ? 'rotate-180' : ''} />
      </button>
      {open && (
        <div id={id} className="opened">
          {sections.map((section, at) => (
            // Sections and rows have nothing but their place to be known by.
            <div key={at}>
              {section.title && <p className="heading" dir="auto">{section.title}</p>}
              <ul>
                {section.rows.map((row, index) => (
                  <li key={index} dir="auto">
                    {row.title || '…'}
                    {row.description && <span className="block text-[12px] leading-4 text-text-2">{row.description}</span>}
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
