/** A template, or one of its cards, as people see it: the one way to show it, before and after it was sent. */
import { Copy, ExternalLink, List, Package, Phone, Reply, SquarePen, Store, Tag } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ProductSection, TemplateButtonKind } from '@/api/types';
import { Tap, TapList, Taps } from '@/components/taps';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { moment } from '@/lib/time';

/** `detail`: the page it leads to, the number it calls, the code it copies. */
export type FaceButton = { kind: TemplateButtonKind; words: string; detail?: string | null | undefined; sections?: ProductSection[] };

export type Face = {
  /** A file, a place or a product. */
  above?: ReactNode;
  offer?: { words: string; ends: string | null | undefined } | null;
  header?: ReactNode;
  body: ReactNode;
  footer?: string | null | undefined;
  buttons: FaceButton[];
};

export function TemplateFace({ above, offer, header, body, footer, buttons }: Face) {
  return (
    <>
      {above}
      {offer && <Offer {...offer} />}
      {header && <b className="mb-1 block font-semibold" dir="auto">{header}</b>}
      {body && <span dir="auto">{body}</span>}
      {footer && <span className="mt-1 block text-[12px] leading-4 text-text-2" dir="auto">{footer}</span>}
      {buttons.length > 0 && <Taps>{buttons.map((button, index) => <Button key={index} button={button} />)}</Taps>}
    </>
  );
}

/** Cards in a row. */
export function TemplateCards({ count, children }: { count: number; children: ReactNode }) {
  return (
    // What scrolls can be reached by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="wa-cards" role="group" aria-label={t('templates.countCards', { count })} tabIndex={0}>{children}</div>
  );
}

function Offer({ words, ends }: { words: string; ends: string | null | undefined }) {
  const at = ends ? new Date(ends) : null;
  const now = useMinute();
  return (
    <span className="wa-offer">
      <Tag size={16} aria-hidden="true" />
      <span className="min-w-0"><b className="block">{words}</b>{at && !Number.isNaN(at.getTime()) && <span className="text-text-2">{t('templates.endsAt', { time: moment(at.toISOString(), now) })}</span>}</span>
    </span>
  );
}

function Button({ button: { kind, words, detail, sections = [] } }: { button: FaceButton }) {
  const icon = <Icon kind={kind} />;
  if (sections.length > 0) return <TapList icon={icon} words={words} sections={sections.map(({ title, products }) => ({ title, rows: products.map((product) => ({ title: product })) }))} />;
  return <Tap icon={icon} words={words} detail={detail} />;
}

const small = { size: 14, 'aria-hidden': true } as const;

function Icon({ kind }: { kind: TemplateButtonKind }) {
  switch (kind) {
    case 'url': return <ExternalLink {...small} />;
    case 'phone_number': return <Phone {...small} />;
    case 'copy_code': return <Copy {...small} />;
    case 'flow': return <SquarePen {...small} />;
    case 'catalog': return <Store {...small} />;
    case 'products': return <List {...small} />;
    case 'product': return <Package {...small} />;
    default: return <Reply {...small} />;
  }
}
