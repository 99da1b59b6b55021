import { Copy, ExternalLink, FileText, Image as ImageIcon, MapPin, Phone, Reply, Video } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Template, TemplateButton } from '@/api/types';
import { t } from '@/lib/i18n';
import { fillTemplate, styled, type Values } from '@/lib/templates';

/** A template as WhatsApp shows it: a bubble with what stands above its words, and its buttons below. */
export function TemplatePreview({ template, values, picture }: { template: Template; values: Values; picture?: string | null | undefined }) {
  return (
    <div className="wa-preview" aria-label={t('template.preview')} role="group">
      <div className="wa-bubble" dir="auto">
        <Above template={template} values={values} picture={picture} />
        {template.header && <p className="mb-1 font-semibold"><Words template={template} part="header" values={values} /></p>}
        <p>{template.body ? <Words template={template} part="body" values={values} /> : <span className="text-text-3">{t('template.noWords')}</span>}</p>
        {template.footer && <p className="mt-1 text-[12px] leading-4 text-text-2">{template.footer}</p>}
        {(template.buttons ?? []).map((button, index) => (
          <span key={`${String(index)} ${button.text}`} className="wa-button">
            <Icon button={button} />
            {button.kind === 'copy_code' ? t('template.copyCode') : button.text}
          </span>
        ))}
      </div>
    </div>
  );
}

const small = { size: 14, 'aria-hidden': true } as const;

function Icon({ button }: { button: TemplateButton }) {
  switch (button.kind) {
    case 'url': return <ExternalLink {...small} />;
    case 'phone_number': return <Phone {...small} />;
    case 'copy_code': return <Copy {...small} />;
    default: return <Reply {...small} />;
  }
}

function Above({ template, values, picture }: { template: Template; values: Values; picture?: string | null | undefined }) {
  const icon = { size: 28, 'aria-hidden': true } as const;
  const place = (inside: ReactNode, words: string) => <span className="wa-above">{inside}<span>{words}</span></span>;
  switch (template.header_format) {
    case 'image': return picture ? <img className="wa-picture" src={picture} alt={t('template.header_image')} /> : place(<ImageIcon {...icon} />, t('template.header_image'));
    case 'video': return place(<Video {...icon} />, values['file name'] ?? t('template.header_video'));
    case 'document': return place(<FileText {...icon} />, values['file name'] ?? t('template.header_document'));
    case 'location': return place(<MapPin {...icon} />, [values['place name'], values['place address']].filter(Boolean).join(', ') || t('template.header_location'));
    default: return null;
  }
}

function Words({ template, part, values }: { template: Template; part: 'header' | 'body'; values: Values }) {
  return fillTemplate(template, part, values).map((piece, index) => {
    const key = `${String(index)} ${piece.text}`;
    if (piece.slot !== undefined) return <span key={key} className={piece.missing ? 'slot missing' : 'slot'}>{piece.text}</span>;
    return <span key={key}><Styled words={piece.text} /></span>;
  });
}

function Styled({ words }: { words: string }) {
  return styled(words).map(({ text, style }, index) => {
    const key = `${String(index)} ${text}`;
    switch (style) {
      case 'bold': return <b key={key}>{text}</b>;
      case 'italic': return <i key={key}>{text}</i>;
      case 'struck': return <s key={key}>{text}</s>;
      case 'fixed': return <code key={key}>{text}</code>;
      default: return <span key={key}>{text}</span>;
    }
  });
}
