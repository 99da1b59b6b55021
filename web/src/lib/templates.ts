/** Templates and the values of their placeholders. */
import type { FillSource, Template, TemplateButton, TemplateButtonValue, TemplateFill, TemplateHeaderFormat, TemplateParameter, TemplateRequest } from '@/api/types';
import { locale, t } from '@/lib/i18n';
import '@/lib/i18n-settings';

/**
 * Values by part and placeholder: `body 1`, `header name`, `button 0`; of a file above the words `file` and `file name`; of a
 * place `place latitude`, `place longitude`, `place name`, `place address`; of a product `product catalog`, `product product`; of
 * a button with products `products 0` and their title `section 0`; of an offer `offer ends`. What belongs to a card has `card 0 `
 * before it.
 */
export type Values = Record<string, string>;

/** Something of a template that a send gives. */
export type Need = {
  key: string;
  part: 'header' | 'body' | 'button' | 'file' | 'place' | 'product' | 'section' | 'products' | 'offer';
  name: string;
  required: boolean;
  most: number;
  /** The card that it is of, from 0. */
  card?: number;
  /** Of a file: which. */
  file?: FileKind;
};

const MAX_PARAMETER_CHARS = 1_024;
const MAX_CODE_CHARS = 15;
const MAX_URL_CHARS = 2_000;
const MAX_PAYLOAD_CHARS = 256;
const MAX_PLACE_CHARS = 1_000;
const MAX_ID_CHARS = 256;
const MAX_SECTION_CHARS = 24;
const MAX_PRODUCTS = 30;

/** The kinds of file that stand above a template's words. */
export const fileKinds = ['image', 'video', 'document'] as const;
export type FileKind = (typeof fileKinds)[number];

export function fileKindOf({ header_format }: { header_format?: TemplateHeaderFormat | null }): FileKind | null {
  return fileKinds.find((kind) => kind === header_format) ?? null;
}

/** Why a template cannot be sent; `null` when it can. */
export function whyNot(template: Template): string | null {
  if (template.status !== 'APPROVED') return statusName(template.status);
  if (!template.sendable) return t('template.notSendable');
  return null;
}

type Face = { header_format?: TemplateHeaderFormat | null; header?: string[]; body?: string[]; buttons?: TemplateButton[] };

/** What a template or one of its cards needs; its keys begin with `before`. */
function needsOf(face: Face, before: string, card: number | undefined): Need[] {
  const of = card === undefined ? {} : { card };
  const one = (part: Need['part'], name: string, most: number, key = `${part} ${name}`, required = true): Need => ({ key: `${before}${key}`, part, name, required, most, ...of });
  const kind = fileKindOf(face);
  const buttons = (face.buttons ?? []).flatMap((button, index): Need[] => {
    const name = button.text || t('template.copyCode');
    if (button.kind === 'products')
      return [
        one('section', name, MAX_SECTION_CHARS, `section ${String(index)}`),
        one('products', name, MAX_ID_CHARS * MAX_PRODUCTS, `products ${String(index)}`),
      ];
    if (!button.needs_value && button.kind !== 'quick_reply' && button.kind !== 'flow') return [];
    return [one('button', name, mostOf(button), `button ${String(index)}`, button.needs_value === true)];
  });
  return [
    ...(kind ? [{ ...one('file', 'file', MAX_PARAMETER_CHARS, 'file'), file: kind }] : []),
    ...(face.header_format === 'location' ? ['name', 'address', 'latitude', 'longitude'].map((name) => one('place', name, MAX_PLACE_CHARS)) : []),
    ...(face.header_format === 'product' ? ['catalog', 'product'].map((name) => one('product', name, MAX_ID_CHARS)) : []),
    ...(face.header ?? []).map((name) => one('header', name, MAX_PARAMETER_CHARS)),
    ...(face.body ?? []).map((name) => one('body', name, MAX_PARAMETER_CHARS)),
    ...buttons,
  ];
}

/** What stands before the keys of a card. */
export const ofCard = (card: number): string => `card ${String(card)} `;

/** Is it one with a code to sign in with? Its button copies the code of its words. */
export const isCode = (category: string): boolean => category.toUpperCase() === 'AUTHENTICATION';

/** All that a send gives a template, in the order in which it stands there. */
export function parametersOf(template: Template): Need[] {
  const { header_format, header_parameters, body_parameters } = template;
  // The button of a code takes the code of the text.
  const buttons = isCode(template.category) ? [] : (template.buttons ?? []);
  const needs = needsOf({ ...(header_format ? { header_format } : {}), header: header_parameters, body: body_parameters, buttons }, '', undefined);
  const whole = isCode(template.category) ? needs.map((need) => (need.part === 'body' ? { ...need, most: MAX_CODE_CHARS } : need)) : needs;
  const offer: Need[] = template.offer?.ends ? [{ key: 'offer ends', part: 'offer', name: template.offer.text, required: true, most: MAX_PARAMETER_CHARS }] : [];
  const cards = (template.cards ?? []).flatMap((card, index) => needsOf({ header_format: card.header_format, body: card.body_parameters ?? [], buttons: card.buttons ?? [] }, ofCard(index), index));
  return [...whole, ...offer, ...cards];
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
    if (!Number.isFinite(number) || Math.abs(number) > most) return t('templates.badDegrees', { most });
  }
  if (need.part === 'offer' && value && !(Date.parse(value) > Date.now())) return t('templates.badEnd');
  if (need.part === 'products' && productsIn(value).length > MAX_PRODUCTS) return t('templates.tooManyProducts', { most: MAX_PRODUCTS });
  return badValue(value, need.most) ? t('templates.badValue', { most: need.most }) : null;
}

/** Products are written with commas between them. */
export const productsIn = (value: string): string[] => value.split(',').map((one) => one.trim()).filter(Boolean);

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

/** Words with each placeholder filled or marked; `before` is what stands before their keys. */
export function fillWords(words: string, before: string, values: Values): Piece[] {
  return words
    .split(/\{\{\s*([\w.]+)\s*\}\}/g)
    .map((text, index): Piece => {
      if (index % 2 === 0) return { text };
      const value = values[`${before} ${text}`]?.trim();
      return value ? { text: value, slot: text } : { text: `{{${text}}}`, slot: text, missing: true };
    })
    .filter((piece) => piece.text !== '');
}

/** The words of a part, with each placeholder filled or marked. */
export function fillTemplate(template: Template, part: 'header' | 'body', values: Values): Piece[] {
  return fillWords((part === 'header' ? template.header : template.body) ?? '', part, values);
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
  const wanted: TemplateFill[] = set.length > 0 ? set : guessed ? [{ part: guessed.part === 'header' ? 'header' : 'body', placeholder: guessed.name, source: 'first_name', ...(guessed.card === undefined ? {} : { card: guessed.card }) }] : [];
  const found: ReturnType<typeof prefill> = { values: {}, fills: [], lacking: {} };
  for (const fill of wanted) {
    const key = keyOf(fill);
    const value = fill.source === 'text' ? fill.text : fields?.[fill.source];
    if (value) found.values[key] = value;
    if (value ?? fields === null) found.fills.push(fill);
    else if (set.length > 0) found.lacking[key] = t('templates.lacks', { field: t(`templates.source_${fill.source}`) });
  }
  return found;
}

/** The key of the place that is filled. */
export const keyOf = ({ part, placeholder, card }: Pick<TemplateFill, 'part' | 'placeholder' | 'card'>): string => `${typeof card === 'number' ? ofCard(card) : ''}${part} ${placeholder}`;

/** What is left to the server once somebody typed into places. */
export function untouched(fills: TemplateFill[], typed: Values): TemplateFill[] {
  return fills.filter((fill) => !(keyOf(fill) in typed));
}

export function requestOf(template: Template, values: Values, fills: TemplateFill[] = []): TemplateRequest {
  const filled = keysOf(fills);
  const value = (key: string) => (filled.has(key) ? '' : (values[key] ?? '').trim());
  const list = (before: string, names: string[]): TemplateParameter[] =>
    names.filter((name) => !filled.has(`${before} ${name}`)).map((name) => {
      const text = value(`${before} ${name}`);
      return template.named ? { name, text } : { text };
    });
  const file = (face: { header_format?: TemplateHeaderFormat | null }, before: string) =>
    fileKindOf(face) ? { header_file: { media_id: value(`${before}file`), ...(face.header_format === 'document' && value(`${before}file name`) ? { filename: value(`${before}file name`) } : {}) } } : {};
  const product = (face: { header_format?: TemplateHeaderFormat | null }, before: string) =>
    face.header_format === 'product' ? { header_product: { catalog_id: value(`${before}product catalog`), product_id: value(`${before}product product`) } } : {};
  const buttons = (all: TemplateButton[] | undefined, before: string) => {
    const given = (all ?? []).flatMap((button, index): TemplateButtonValue[] => {
      const at = String(index);
      if (button.kind === 'products') {
        const products = productsIn(value(`${before}products ${at}`));
        return [{ index, value: products[0] ?? '', sections: [{ title: value(`${before}section ${at}`), products }] }];
      }
      return value(`${before}button ${at}`) ? [{ index, value: value(`${before}button ${at}`) }] : [];
    });
    return given.length > 0 ? { buttons: given } : {};
  };
  const words = (name: 'header' | 'body', given: TemplateParameter[]) => (given.length > 0 ? { [name]: given } : {});
  const degrees = (name: string) => Number(value(`place ${name}`).replace(',', '.'));
  const cards = (template.cards ?? []).map((card, index) => ({
    ...file(card, ofCard(index)),
    ...product(card, ofCard(index)),
    ...words('body', list(`${ofCard(index)}body`, card.body_parameters ?? [])),
    ...buttons(card.buttons, ofCard(index)),
  }));
  return {
    name: template.name,
    language: template.language,
    ...words('header', list('header', template.header_parameters)),
    ...words('body', list('body', template.body_parameters)),
    ...file(template, ''),
    ...(template.header_format === 'location'
      ? { header_location: { latitude: degrees('latitude'), longitude: degrees('longitude'), name: value('place name'), address: value('place address') } }
      : {}),
    ...product(template, ''),
    ...(template.offer?.ends && value('offer ends') ? { offer_ends_at: new Date(value('offer ends')).toISOString() } : {}),
    ...buttons(template.buttons, ''),
    ...(cards.length > 0 ? { cards } : {}),
    ...(fills.length > 0 ? { fills } : {}),
  };
}

/** The whole text, for the bubble that shows before the server answers. */
export function textOf(template: Template, values: Values): string {
  const part = (name: 'header' | 'body') => fillTemplate(template, name, values).map((piece) => piece.text).join('');
  return [part('header'), part('body'), template.footer ?? ''].filter(Boolean).join('\n');
}

/** A template, what stands in its places, and which of these the server fills. */
export type Chosen = {
  template: Template;
  values: Values;
  fills: TemplateFill[];
  /** Everything it needs is there. */
  ready: boolean;
  /** Fields that are empty. */
  missing: number;
  /** What a send asks for. */
  request: TemplateRequest;
  /** Its text, for the bubble that shows before the server answers. */
  text: string;
} | null;

export function made(template: Template, values: Values, fills: TemplateFill[]): NonNullable<Chosen> {
  return {
    template,
    values,
    fills,
    ready: isReady(template, values, fills),
    missing: missingValues(template, values, fills),
    request: requestOf(template, values, fills),
    text: textOf(template, values),
  };
}

/** A category in words, and that it is what a message is charged as. */
export function categoryName(category: string): string {
  if (category === 'MARKETING' || category === 'UTILITY' || category === 'AUTHENTICATION') return t(`template.category_${category}`);
  return category;
}

const names = new Intl.Collator(locale, { numeric: true });

/** In the order of their names, where 2 comes before 10, then of their languages. */
export const byName = (a: Pick<Template, 'name' | 'language'>, b: Pick<Template, 'name' | 'language'>): number =>
  names.compare(sentence(a.name), sentence(b.name)) || names.compare(a.language, b.language);

/** A status in words; one that nobody has a word for keeps WhatsApp's. */
export function statusName(status: string): string {
  switch (status) {
    case 'APPROVED': return t('templates.approved');
    case 'PENDING': return t('templates.pending');
    case 'IN_APPEAL': return t('templates.inAppeal');
    case 'REJECTED': return t('templates.rejected');
    case 'PAUSED': return t('templates.paused');
    case 'DISABLED': return t('templates.disabled');
    default: return sentence(status.toLowerCase());
  }
}

export function sentence(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
