import { FileText, Image as ImageIcon, MapPin, Package, Video } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Template, TemplateButton, TemplateHeaderFormat } from '@/api/types';
import { Marked } from '@/components/marked';
import { TemplateCards, TemplateFace, type FaceButton } from '@/components/template-face';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { fillWords, isCode, ofCard, productsIn, type Values } from '@/lib/templates';

/** Pictures that were chosen, by the key of their file: `file`, `card 0 file`. */
export type Pictures = Record<string, string | null | undefined>;

/** A template as WhatsApp shows it: a bubble with what stands above its words, its buttons below, and its cards in a row. */
export function TemplatePreview({ template, values, pictures = {} }: { template: Template; values: Values; pictures?: Pictures }) {
  const cards = template.cards ?? [];
  const { offer } = template;
  return (
    <div className="wa-preview" aria-label={t('templates.preview')} role="group">
      <div className="wa-bubble" dir="auto">
        <TemplateFace
          above={<Above format={template.header_format} before="" values={values} pictures={pictures} />}
          offer={offer ? { words: offer.text, ends: offer.ends ? values['offer ends'] : null } : null}
          header={template.header && <Words words={template.header} before="header" values={values} />}
          body={template.body ? <Words words={template.body} before="body" values={values} /> : <span className="text-text-3">{t('templates.noWords')}</span>}
          footer={template.footer}
          buttons={buttonsOf(template.buttons, '', values, isCode(template.category))}
        />
      </div>
      {cards.length > 0 && (
        <TemplateCards count={cards.length}>
          {cards.map((card, index) => (
            // Cards have nothing but their place to be known by.
            <div key={index} className="wa-bubble wa-card" dir="auto">
              <TemplateFace
                above={<Above format={card.header_format} before={ofCard(index)} values={values} pictures={pictures} />}
                body={card.body && <Words words={card.body} before={`${ofCard(index)}body`} values={values} />}
                buttons={buttonsOf(card.buttons, ofCard(index), values, false)}
              />
            </div>
          ))}
        </TemplateCards>
      )}
    </div>
  );
}

/** Buttons with what they are given. That of a code to sign in with copies the code of the words. */
function buttonsOf(buttons: TemplateButton[] = [], before: string, values: Values, code: boolean): FaceButton[] {
  return buttons.map((button, index) => {
    const key = `${before}button ${String(index)}`;
    const value = values[key]?.trim();
    const kind = code && button.kind === 'url' ? 'copy_code' : button.kind;
    const words = button.kind === 'copy_code' ? t('template.copyCode') : (button.text ?? '');
    switch (kind) {
      case 'copy_code':
        return { kind, words, detail: code ? values['body 1']?.trim() : value };
      case 'url':
        return { kind, words, detail: value ? button.url?.replace(/\{\{.*?\}\}/, () => value) : button.url };
      case 'phone_number':
        return { kind, words, detail: button.phone_number };
      case 'products': {
        const products = productsIn(values[`${before}products ${String(index)}`] ?? '');
        return { kind, words, sections: products.length > 0 ? [{ title: values[`${before}section ${String(index)}`]?.trim() ?? '', products }] : [] };
      }
      default:
        return { kind, words };
    }
  });
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
  return (
    <Marked
      words={words}
      piece={(text) => fillWords(text, before, values).map((piece, index) => (
        <span key={index} className={piece.slot === undefined ? undefined : piece.missing ? 'slot missing' : 'slot'}>{piece.text}</span>
      ))}
    />
  );
}
