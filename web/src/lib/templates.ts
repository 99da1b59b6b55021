/** Templates and the values of their placeholders. */
import type { FillSource, Template, TemplateButton, TemplateFill, TemplateParameter, TemplateRequest } from '@/api/types';
import { t } from '@/lib/i18n';

/**
 * Values by part and placeholder: `body 1`, `header name`, `button 0`; of a file above the words `file` and `file name`; of a
 * place `place latitude`, `place longitude`, `place name`, `place address`.
 */
export type Values = Record<string, string>;

/** Something of a template that a send gives. */
export type Need = { key: string; part: 'header' | 'body' | 'button' | 'file' | 'place'; name: string; required: boolean; most: number };

const MAX_PARAMETER_CHARS = 1_024;
const MAX_CODE_CHARS = 15;
const MAX_URL_CHARS = 2_000;
const MAX_PAYLOAD_CHARS = 256;
const MAX_PLACE_CHARS = 1_000;

/** The kinds of file that stand above a template's words. */
export const fileKinds = ['image', 'video', 'document'] as const;
export type FileKind = (typeof fileKinds)[number];

export function fileKindOf(template: Template): FileKind | null {
  return fileKinds.find((kind) => kind === template.header_format) ?? null;
}

/** Why a template cannot be sent; `null` when it can. */
export function whyNot(template: Template): string | null {
  if (template.status !== 'APPROVED') return t('template.notApproved', { status: template.status.toLowerCase().replaceAll('_', ' ') });
  if (!template.sendable) return t('template.notSendable');
  return null;
}

/** All that a send gives a template, in the order in which it stands there. */
export function parametersOf(template: Template): Need[] {
  const words = (part: 'header' | 'body', names: string[]): Need[] =>
    names.map((name) => ({ key: `${part} ${name}`, part, name, required: true, most: MAX_PARAMETER_CHARS }));
  const file: Need[] = fileKindOf(template) ? [{ key: 'file', part: 'file', name: 'file', required: true, most: MAX_PARAMETER_CHARS }] : [];
  const place: Need[] =
    template.header_format === 'location'
      ? ['name', 'address', 'latitude', 'longitude'].map((name) => ({ key: `place ${name}`, part: 'place', name, required: true, most: MAX_PLACE_CHARS }))
      : [];
  const buttons = (template.buttons ?? []).flatMap((button, index): Need[] => {
    // The button of a code takes the code of the text.
    if (template.category === 'AUTHENTICATION') return [];
    if (!button.needs_value && button.kind !== 'quick_reply') return [];
    return [{ key: `button ${String(index)}`, part: 'button', name: button.text || t('template.copyCode'), required: button.needs_value === true, most: mostOf(button) }];
  });
  return [...file, ...place, ...words('header', template.header_parameters), ...words('body', template.body_parameters), ...buttons];
}

function mostOf(button: TemplateButton): number {
  return button.kind === 'copy_code' ? MAX_CODE_CHARS : button.kind === 'url' ? MAX_URL_CHARS : MAX_PAYLOAD_CHARS;
}

/** WhatsApp takes no line break, no tab and no run of more than four spaces in a value. */
export function badValue(value: string, most = MAX_PARAMETER_CHARS): boolean {
  return /[\n\r\t]| {5}/.test(value) || [...value].length > most;
}

/** What is wrong with what was given; `null` where nothing is. */
export function problemOf(need: Need, value: string): string | null {
  if (need.part === 'place' && value.trim() && (need.name === 'latitude' || need.name === 'longitude')) {
    const number = Number(value.replace(',', '.'));
    const most = need.name === 'latitude' ? 90 : 180;
    if (!Number.isFinite(number) || Math.abs(number) > most) return t('template.badDegrees', { most });
  }
  return badValue(value, need.most) ? t('template.badValue', { most: need.most }) : null;
}

const keyOf = (fill: TemplateFill): string => `${fill.part} ${fill.placeholder}`;

/** The places that the server fills. */
const keysOf = (fills: TemplateFill[]): Set<string> => new Set(fills.map(keyOf));

export function missingValues(template: Template, values: Values, fills: TemplateFill[] = []): number {
  const filled = keysOf(fills);
  return parametersOf(template).filter(({ key, required }) => required && !filled.has(key) && !values[key]?.trim()).length;
}

export function isReady(template: Template, values: Values, fills: TemplateFill[] = []): boolean {
  return missingValues(template, values, fills) === 0 && parametersOf(template).every((need) => problemOf(need, values[need.key] ?? '') === null);
}

export type Piece = { text: string; slot?: string; missing?: boolean };

/** The words of a part, with each placeholder filled or marked. */
export function fillTemplate(template: Template, part: 'header' | 'body', values: Values): Piece[] {
  const words = (part === 'header' ? template.header : template.body) ?? '';
  return words
    .split(/\{\{\s*([\w.]+)\s*\}\}/g)
    .map((text, index): Piece => {
      if (index % 2 === 0) return { text };
      const value = values[`${part} ${text}`]?.trim();
      return value ? { text: value, slot: text } : { text: `{{${text}}}`, slot: text, missing: true };
    })
    .filter((piece) => piece.text !== '');
}

/** A contact's fields as the server knows them; nothing where it is not asked, as of somebody new. */
export type Fields = Partial<Record<FillSource, string>> | null;

/**
 * What fills a template: by its settings, or the first name into a place that is called like one. `values` shows it, where the
 * fields are known; `fills` are the places that are left to the server, and `lacking` says of each other which field the contact
 * does not have.
 */
export function prefill(template: Template, fields: Fields): { values: Values; fills: TemplateFill[]; lacking: Record<string, string> } {
  const guessed = parametersOf(template).find(({ part, name }) => (part === 'header' || part === 'body') && /name|nombre|nome|naam/i.test(name));
  const set = template.fills ?? [];
  const wanted: TemplateFill[] = set.length > 0 ? set : guessed ? [{ part: guessed.part === 'header' ? 'header' : 'body', placeholder: guessed.name, source: 'first_name' }] : [];
  const found: ReturnType<typeof prefill> = { values: {}, fills: [], lacking: {} };
  for (const fill of wanted) {
    const key = keyOf(fill);
    const value = fill.source === 'text' ? fill.text : fields?.[fill.source];
    if (value) found.values[key] = value;
    if (value ?? fields === null) found.fills.push(fill);
    else if (set.length > 0) found.lacking[key] = t('template.lacks', { field: t(`template.source_${fill.source}`).toLowerCase() });
  }
  return found;
}

/** What is left to the server once somebody typed into places. */
export function untouched(fills: TemplateFill[], typed: Values): TemplateFill[] {
  return fills.filter((fill) => !(keyOf(fill) in typed));
}

export function requestOf(template: Template, values: Values, fills: TemplateFill[] = []): TemplateRequest {
  const filled = keysOf(fills);
  const value = (key: string) => (filled.has(key) ? '' : (values[key] ?? '').trim());
  const list = (part: 'header' | 'body', names: string[]): TemplateParameter[] =>
    names.filter((name) => !filled.has(`${part} ${name}`)).map((name) => {
      const text = value(`${part} ${name}`);
      return template.named ? { name, text } : { text };
    });
  const header = list('header', template.header_parameters);
  const body = list('body', template.body_parameters);
  const degrees = (name: string) => Number(value(`place ${name}`).replace(',', '.'));
  const buttons = (template.buttons ?? []).flatMap((_, index) => (value(`button ${String(index)}`) ? [{ index, value: value(`button ${String(index)}`) }] : []));
  return {
    name: template.name,
    language: template.language,
    ...(header.length > 0 ? { header } : {}),
    ...(body.length > 0 ? { body } : {}),
    ...(fileKindOf(template) ? { header_file: { media_id: value('file'), ...(template.header_format === 'document' && value('file name') ? { filename: value('file name') } : {}) } } : {}),
    ...(template.header_format === 'location'
      ? { header_location: { latitude: degrees('latitude'), longitude: degrees('longitude'), name: value('place name'), address: value('place address') } }
      : {}),
    ...(buttons.length > 0 ? { buttons } : {}),
    ...(fills.length > 0 ? { fills } : {}),
  };
}

/** The whole text, for the bubble that shows before the server answers. */
export function textOf(template: Template, values: Values): string {
  const part = (name: 'header' | 'body') => fillTemplate(template, name, values).map((piece) => piece.text).join('');
  return [part('header'), part('body'), template.footer ?? ''].filter(Boolean).join('\n');
}

/** A category in words, and that it is what a message is charged as. */
export function categoryName(category: string): string {
  if (category === 'MARKETING' || category === 'UTILITY' || category === 'AUTHENTICATION') return t(`template.category_${category}`);
  return category;
}

export function sentence(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Words in WhatsApp's own signs: `*bold*`, `_italic_`, `~struck~`, `` ```fixed``` ``. */
export type Styled = { text: string; style?: 'bold' | 'italic' | 'struck' | 'fixed' };

const STYLES = { '*': 'bold', _: 'italic', '~': 'struck' } as const;

export function styled(words: string): Styled[] {
  const found: Styled[] = [];
  let rest = words;
  const sign = /```([^`]+)```|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])/u;
  for (let match = sign.exec(rest); match; match = sign.exec(rest)) {
    if (match.index > 0) found.push({ text: rest.slice(0, match.index) });
    const mark = match[2] as keyof typeof STYLES | undefined;
    found.push(match[1] !== undefined ? { text: match[1], style: 'fixed' } : { text: match[3] ?? '', ...(mark ? { style: STYLES[mark] } : {}) });
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest) found.push({ text: rest });
  return found;
}
