/** A message with something to tap while it is being made: what is wrong with it, and what it becomes. */
import type { Interactive, SendRequest } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { fileKinds, type FileKind } from '@/lib/templates';
import { LIMITS, lengthOf } from '@/lib/whatsapp-limits';

export type Taps = 'buttons' | 'list' | 'cta_url';
export type DraftRow = { title: string; description: string };
export type DraftSection = { title: string; rows: DraftRow[] };
/** What stands above the words. */
export type Above = 'text' | FileKind;
/** A file that is uploaded, and a picture of it while this page lives. */
export type HeaderFile = { mediaId: string; name: string; picture: string | null };
export type InteractiveDraft = {
  taps: Taps;
  above: Above;
  header: string;
  file: HeaderFile | null;
  body: string;
  footer: string;
  buttons: string[];
  listButton: string;
  sections: DraftSection[];
  linkText: string;
  url: string;
};

export const emptyInteractive = (): InteractiveDraft => ({
  taps: 'buttons',
  above: 'text',
  header: '',
  file: null,
  body: '',
  footer: '',
  buttons: ['', ''],
  listButton: '',
  sections: [{ title: '', rows: [{ title: '', description: '' }] }],
  linkText: '',
  url: '',
});

/** What can stand above a message of this kind: WhatsApp takes a file above buttons and links, and only words above a list. */
export const headersOf = (taps: Taps): Above[] => (taps === 'list' ? ['text'] : ['text', ...fileKinds]);

/** What stands above this one: what was chosen for another kind may not be there here. */
export const aboveOf = (draft: InteractiveDraft): Above => (headersOf(draft.taps).includes(draft.above) ? draft.above : 'text');

/** The most characters that a message of this kind has. */
export const bodyLimit = (taps: Taps): number => (taps === 'list' ? LIMITS.listBody : LIMITS.body);

export const rowCount = (draft: InteractiveDraft): number => draft.sections.reduce((sum, one) => sum + one.rows.length, 0);

/** What is wrong, by field: `body`, `buttons.1`, `rows.0.2`, …; empty when it can be sent. */
export function interactiveProblems(draft: InteractiveDraft): Record<string, string> {
  const found: Record<string, string> = {};
  const words = (field: string, text: string, most: number, needed: boolean) => {
    const length = lengthOf(text.trim());
    if (length === 0) {
      if (needed) found[field] = t('ask.needed');
    } else if (length > most) found[field] = t('ask.tooLong', { count: length - most });
  };
  if (aboveOf(draft) === 'text') words('header', draft.header, LIMITS.edge, false);
  else if (!draft.file) found['file'] = t('ask.fileNeeded');
  words('body', draft.body, bodyLimit(draft.taps), true);
  words('footer', draft.footer, LIMITS.edge, false);
  switch (draft.taps) {
    case 'buttons':
      draft.buttons.forEach((title, index) => {
        const field = `buttons.${String(index)}`;
        words(field, title, LIMITS.button, true);
        if (title.trim() && draft.buttons.findIndex((one) => one.trim() === title.trim()) < index) found[field] = t('ask.twice');
      });
      break;
    case 'list':
      words('listButton', draft.listButton, LIMITS.button, true);
      draft.sections.forEach((section, at) => {
        words(`sections.${String(at)}`, section.title, LIMITS.row, draft.sections.length > 1);
        section.rows.forEach((row, index) => {
          words(`rows.${String(at)}.${String(index)}`, row.title, LIMITS.row, true);
          words(`descriptions.${String(at)}.${String(index)}`, row.description, LIMITS.description, false);
        });
      });
      break;
    case 'cta_url':
      words('linkText', draft.linkText, LIMITS.button, true);
      words('url', draft.url, LIMITS.url, true);
      if (!found['url'] && !isPage(draft.url)) found['url'] = t('ask.noPage');
  }
  return found;
}

function isPage(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text.trim());
    return (protocol === 'https:' || protocol === 'http:') && hostname.includes('.');
  } catch {
    return false;
  }
}

function headerOf(draft: InteractiveDraft): Interactive['header'] {
  const { file } = draft;
  switch (aboveOf(draft)) {
    case 'text': {
      const text = draft.header.trim();
      return text ? { type: 'text', text } : null;
    }
    case 'image':
      return file && { type: 'image', image: { media_id: file.mediaId } };
    case 'video':
      return file && { type: 'video', video: { media_id: file.mediaId } };
    case 'document':
      return file && { type: 'document', document: { media_id: file.mediaId, filename: file.name } };
  }
}

/** What it is on the wire. The ids come back with the answer and say which was tapped. */
export function interactiveOf(draft: InteractiveDraft): Interactive {
  const { footer } = draft;
  const header = headerOf(draft);
  return {
    ...(header ? { header } : {}),
    body: draft.body.trim(),
    ...(footer.trim() ? { footer: footer.trim() } : {}),
    action:
      draft.taps === 'buttons'
        ? { type: 'buttons', buttons: draft.buttons.map((title, index) => ({ id: `button-${String(index + 1)}`, title: title.trim() })) }
        : draft.taps === 'list'
          ? {
              type: 'list',
              button: draft.listButton.trim(),
              sections: draft.sections.map((section, at) => ({
                ...(section.title.trim() ? { title: section.title.trim() } : {}),
                rows: section.rows.map((row, index) => ({
                  id: `row-${String(at + 1)}-${String(index + 1)}`,
                  title: row.title.trim(),
                  ...(row.description.trim() ? { description: row.description.trim() } : {}),
                })),
              })),
            }
          : { type: 'cta_url', display_text: draft.linkText.trim(), url: draft.url.trim() },
  };
}

/** What is asked for with words alone: WhatsApp gives each its button. */
export type Request = 'location_request' | 'contact_request';

/** A question where they are, or for their number. */
export const requestFor = (type: Request, body: string): SendRequest => ({ type: 'interactive', interactive: { body: body.trim(), action: { type } } });
