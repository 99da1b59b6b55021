import { Package } from 'lucide-react';
import type { Message, SentTemplateButton } from '@/api/types';
import { Marked } from '@/components/marked';
import { TemplateCards, TemplateFace, type FaceButton } from '@/components/template-face';
import { FileAbove, Place } from '@/features/inbox/body';
import { t } from '@/lib/i18n';

type Sent = Extract<Message, { type: 'template' }>['content'];

/** A template as it was sent, with all that the customer sees: what stands above its words, its offer, its buttons, and its cards in a row. */
export function SentTemplate({ content }: { content: Sent }) {
  const { offer, cards = [], header_location: place, header_text: header } = content;
  return (
    <>
      <TemplateFace
        above={place ? <div className="above"><Place place={place} /></div> : <Above of={content} />}
        offer={offer ? { words: offer.text, ends: offer.ends_at } : null}
        header={header && <Marked words={header} />}
        body={<Marked words={content.text ?? content.name} />}
        footer={content.footer}
        buttons={buttonsOf(content.buttons, content.category === 'authentication')}
      />
      {cards.length > 0 && (
        <TemplateCards count={cards.length}>
          {cards.map((card, index) => (
            // Cards have nothing but their place to be known by.
            <div key={index} className="wa-card sent">
              <TemplateFace above={<Above of={card} />} body={card.text && <Marked words={card.text} />} buttons={buttonsOf(card.buttons, false)} />
            </div>
          ))}
        </TemplateCards>
      )}
    </>
  );
}

function Above({ of: { header_file: file, header_product: product } }: { of: Pick<Sent, 'header_file' | 'header_product'> }) {
  if (file) return <FileAbove kind={file.kind} id={file.media_id} name={file.filename} />;
  return product && <span className="quiet small"><Package size={12} aria-hidden="true" />{product.product_id}</span>;
}

/** That of a code to sign in with copies the code. */
function buttonsOf(buttons: SentTemplateButton[] = [], code: boolean): FaceButton[] {
  return buttons.map(({ kind, text, value, leads_to, sections = [] }) => {
    if (kind === 'copy_code') return { kind, words: t('template.copyCode'), detail: value };
    if (code && kind === 'url') return { kind: 'copy_code', words: text, detail: value };
    return { kind, words: text, detail: leads_to, sections };
  });
}
