import { Copy, ExternalLink, FileText, Image as ImageIcon, List, MapPin, Package, Phone, Reply, SquarePen, Store, Tag, Video } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Template, TemplateButton, TemplateHeaderFormat } from '@/api/types';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { fillWords, ofCard, styled, type Values } from '@/lib/templates';
import { moment } from '@/lib/time';

/** Pictures that were chosen, by the key of their file: `file`, `card 0 file`. */
export type Pictures = Record<string, string | null | undefined>;

/** A template as WhatsApp shows it: a bubble with what stands above its words, its buttons below, and its cards in a row. */
export function TemplatePreview({ template, values, pictures = {} }: { template: Template; values: Values; pictures?: Pictures }) {
  const cards = template.cards ?? [];
  return (
    <div className="wa-preview" aria-label={t('templates.preview')} role="group">
      <div className="wa-bubble" dir="auto">
        <Above format={template.header_format} before="" values={values} pictures={pictures} />
        {template.offer && <Offer words={template.offer.text} ends={template.offer.ends ? values['offer ends'] : undefined} />}
        {template.header && <p className="mb-1 font-semibold"><Words words={template.header} before="header" values={values} /></p>}
        <p>{template.body ? <Words words={template.body} before="body" values={values} /> : <span className="text-text-3">{t('templates.noWords')}</span>}</p>
        {template.footer && <p className="mt-1 text-[12px] leading-4 text-text-2">{template.footer}</p>}
        <Buttons buttons={template.buttons ?? []} />
      </div>
      {cards.length > 0 && (
        // What scrolls can be reached by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className="wa-cards" role="group" aria-label={t('templates.countCards', { count: cards.length })} tabIndex={0}>
          {cards.map((card, index) => (
            // Cards have nothing but their place to be known by.
            <div key={index} className="wa-bubble wa-card" dir="auto">
              <Above format={card.header_format} before={ofCard(index)} values={values} pictures={pictures} />
              {card.body && <p><Words words={card.body} before={`${ofCard(index)}body`} values={values} /></p>}
              <Buttons buttons={card.buttons ?? []} />
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Offer({ words, ends }: { words: string; ends: string | undefined }) {
  const at = ends ? new Date(ends) : null;
  const now = useMinute();
  return (
    <p className="wa-offer">
      <Tag size={16} aria-hidden="true" />
      <span className="min-w-0"><b className="block">{words}</b>{at && !Number.isNaN(at.getTime()) && <span className="text-text-2">{t('templates.endsAt', { time: moment(at.toISOString(), now) })}</span>}</span>
    </p>
  );
}

function Buttons({ buttons }: { buttons: TemplateButton[] }) {
  return buttons.map((button, index) => (
    <span key={`${String(index)} ${button.text ?? ''}`} className="wa-button">
      <Icon button={button} />
      {button.kind === 'copy_code' ? t('template.copyCode') : button.text}
    </span>
  ));
}

const small = { size: 14, 'aria-hidden': true } as const;

function Icon({ button }: { button: TemplateButton }) {
  switch (button.kind) {
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

function Above({ format, before, values, pictures }: { format: TemplateHeaderFormat | null | undefined; before: string; values: Values; pictures: Pictures }) {
  const icon = { size: 28, 'aria-hidden': true } as const;
  const place = (inside: ReactNode, words: string) => <span className="wa-above">{inside}<span>{words}</span></span>;
  const picture = pictures[`${before}file`];
  const name = values[`${before}file name`];
  switch (format) {
    case 'image': return picture ? <img className="wa-picture" src={picture} alt={t('template.header_image')} /> : place(<ImageIcon {...icon} />, t('template.header_image'));
    case 'video': return place(<Video {...icon} />, name ?? t('template.header_video'));
    case 'document': return place(<FileText {...icon} />, name ?? t('template.header_document'));
    case 'location': return place(<MapPin {...icon} />, [values['place name'], values['place address']].filter(Boolean).join(', ') || t('template.header_location'));
    case 'product': return place(<Package {...icon} />, values[`${before}product product`] || t('template.header_product'));
    default: return null;
  }
}

/** What is bold or struck stays so with a value in it. */
function Words({ words, before, values }: { words: string; before: string; values: Values }) {
  return styled(words).map(({ text, style }, at) => {
    const inside = fillWords(text, before, values).map((piece, index) => {
      const key = `${String(index)} ${piece.text}`;
      return <span key={key} className={piece.slot === undefined ? undefined : piece.missing ? 'slot missing' : 'slot'}>{piece.text}</span>;
    });
    const key = `${String(at)} ${text}`;
    switch (style) {
      case 'bold': return <b key={key}>{inside}</b>;
      case 'italic': return <i key={key}>{inside}</i>;
      case 'struck': return <s key={key}>{inside}</s>;
      case 'fixed': return <code key={key}>{inside}</code>;
      default: return <span key={key}>{inside}</span>;
    }
  });
}
