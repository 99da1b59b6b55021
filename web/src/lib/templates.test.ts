import { describe, expect, it } from 'vitest';
import type { Template } from '@/api/types';
import { badValue, fillTemplate, isReady, missingValues, requestOf, textOf, whyNot } from '@/lib/templates';

const template: Template = {
  name: 'ready',
  language: 'en_GB',
  category: 'UTILITY',
  status: 'APPROVED',
  header: 'Order {{1}}',
  body: 'Hello {{1}}, come by {{2}}.',
  footer: 'Marlow',
  header_parameters: ['1'],
  body_parameters: ['1', '2'],
  named: false,
  sendable: true,
};

describe('templates', () => {
  it('mark what is missing and fill what is there', () => {
    expect(fillTemplate(template, 'body', { 'body 1': 'Elif' })).toEqual([
      { text: 'Hello ' },
      { text: 'Elif', slot: '1' },
      { text: ', come by ' },
      { text: '{{2}}', slot: '2', missing: true },
      { text: '.' },
    ]);
    expect(missingValues(template, { 'body 1': 'Elif' })).toBe(2);
  });

  it('go out in order, by name where they have names', () => {
    const values = { 'header 1': '7', 'body 1': 'Elif', 'body 2': 'today' };
    expect(isReady(template, values)).toBe(true);
    expect(requestOf(template, values)).toEqual({ name: 'ready', language: 'en_GB', header: [{ text: '7' }], body: [{ text: 'Elif' }, { text: 'today' }] });
    expect(textOf(template, values)).toBe('Order 7\nHello Elif, come by today.\nMarlow');
    const named = { ...template, named: true, header_parameters: [], body_parameters: ['who'], body: 'Hi {{who}}' };
    expect(requestOf(named, { 'body who': 'Elif' }).body).toEqual([{ name: 'who', text: 'Elif' }]);
  });

  it('take no line break, tab or run of spaces in a value', () => {
    expect(['a\nb', 'a\tb', 'a     b', 'x'.repeat(1_025)].map(badValue)).toEqual([true, true, true, true]);
    expect(badValue('a    b')).toBe(false);
  });

  it('say why one cannot be sent', () => {
    expect(whyNot(template)).toBeNull();
    expect(whyNot({ ...template, status: 'PENDING' })).toContain('pending');
    expect(whyNot({ ...template, sendable: false })).toContain('media');
  });
});
