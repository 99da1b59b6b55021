/** Templates and the values of their placeholders. */
import type { Template, TemplateParameter, TemplateRequest } from '@/api/types';
import { t } from '@/lib/i18n';

/** Values by part and placeholder: `body 1`, `header name`. */
export type Values = Record<string, string>;

const MAX_PARAMETER_CHARS = 1_024;

/** Why a template cannot be sent; `null` when it can. */
export function whyNot(template: Template): string | null {
  if (template.status !== 'APPROVED') return t('template.notApproved', { status: template.status.toLowerCase() });
  if (!template.sendable) return t('template.notSendable');
  return null;
}

export function parametersOf(template: Template): { key: string; part: 'header' | 'body'; name: string }[] {
  return [
    ...template.header_parameters.map((name) => ({ key: `header ${name}`, part: 'header' as const, name })),
    ...template.body_parameters.map((name) => ({ key: `body ${name}`, part: 'body' as const, name })),
  ];
}

/** WhatsApp takes no line break, no tab and no run of more than four spaces in a value. */
export function badValue(value: string): boolean {
  return /[\n\r\t]| {5}/.test(value) || [...value].length > MAX_PARAMETER_CHARS;
}

export function missingValues(template: Template, values: Values): number {
  return parametersOf(template).filter(({ key }) => !values[key]?.trim()).length;
}

export function isReady(template: Template, values: Values): boolean {
  return missingValues(template, values) === 0 && !parametersOf(template).some(({ key }) => badValue(values[key] ?? ''));
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

export function requestOf(template: Template, values: Values): TemplateRequest {
  const list = (part: 'header' | 'body', names: string[]): TemplateParameter[] =>
    names.map((name) => {
      const text = (values[`${part} ${name}`] ?? '').trim();
      return template.named ? { name, text } : { text };
    });
  const header = list('header', template.header_parameters);
  const body = list('body', template.body_parameters);
  return {
    name: template.name,
    language: template.language,
    ...(header.length > 0 ? { header } : {}),
    ...(body.length > 0 ? { body } : {}),
  };
}

/** The whole text, for the bubble that shows before the server answers. */
export function textOf(template: Template, values: Values): string {
  const part = (name: 'header' | 'body') => fillTemplate(template, name, values).map((piece) => piece.text).join('');
  return [part('header'), part('body'), template.footer ?? ''].filter(Boolean).join('\n');
}
