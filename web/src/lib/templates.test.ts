import { describe, expect, it } from 'vitest';
import type { Template } from '@/api/types';
import { badValue, byName, fillTemplate, isReady, missingValues, parametersOf, prefill, problemOf, requestOf, textOf, untouched, whyNot } from '@/lib/templates';

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

  it('come by name, numbers by what they count', () => {
    const all = ['bulk_10', 'order', 'bulk_2', 'bulk_1'].map((name) => ({ name, language: 'en' }));
    expect([...all, { name: 'bulk_2', language: 'de' }].sort(byName).map((one) => `${one.name} ${one.language}`)).toEqual(['bulk_1 en', 'bulk_2 de', 'bulk_2 en', 'bulk_10 en', 'order en']);
  });

  it('say why one cannot be sent', () => {
    expect(whyNot(template)).toBeNull();
    expect(whyNot({ ...template, status: 'PENDING' })).toBe('In review');
    expect(whyNot({ ...template, status: 'IN_APPEAL' })).toBe('In appeal');
    expect(whyNot({ ...template, status: 'LIMIT_EXCEEDED' })).toBe('Limit exceeded');
    expect(whyNot({ ...template, sendable: false })).toContain('parts');
  });

  const whole: Template = {
    ...template,
    header_format: 'document',
    buttons: [
      { kind: 'quick_reply', text: 'Yes' },
      { kind: 'url', text: 'Track', url: 'https://a.example/{{1}}', needs_value: true },
      { kind: 'copy_code', text: '', needs_value: true },
    ],
  };

  it('ask for a file and for what their buttons need, and leave a payload to whoever wants one', () => {
    expect(parametersOf(whole).map(({ key, required }) => [key, required])).toEqual([
      ['file', true], ['header 1', true], ['body 1', true], ['body 2', true], ['button 0', false], ['button 1', true], ['button 2', true],
    ]);
    const values = { file: 'med_1', 'file name': 'offer.pdf', 'header 1': '42', 'body 1': 'Elif', 'body 2': 'five', 'button 1': '42', 'button 2': 'SAVE10' };
    expect(isReady(whole, values)).toBe(true);
    expect(isReady(whole, { ...values, file: '' })).toBe(false);
    expect(isReady(whole, { ...values, 'button 2': 'x'.repeat(16) })).toBe(false);
    expect(requestOf(whole, values)).toMatchObject({
      header_file: { media_id: 'med_1', filename: 'offer.pdf' },
      buttons: [{ index: 1, value: '42' }, { index: 2, value: 'SAVE10' }],
    });
  });

  it('take a place with degrees, and no code twice', () => {
    const place: Template = { ...template, header: null, header_parameters: [], header_format: 'location' };
    const latitude = parametersOf(place).find(({ key }) => key === 'place latitude');
    expect(latitude && problemOf(latitude, '91')).toContain('90');
    expect(latitude && problemOf(latitude, '51,9')).toBeNull();
    const values = { 'place name': 'Shop', 'place address': 'Quay 1', 'place latitude': '51,9', 'place longitude': '4.4' };
    expect(requestOf(place, values).header_location).toEqual({ name: 'Shop', address: 'Quay 1', latitude: 51.9, longitude: 4.4 });
    const code: Template = { ...whole, category: 'AUTHENTICATION' };
    expect(parametersOf(code).some(({ part }) => part === 'button')).toBe(false);
    expect(parametersOf(code).filter(({ part }) => part === 'body').every(({ most }) => most === 15)).toBe(true);
  });

  it('ask for what cards, an offer and a list of products need, and give each its own', () => {
    const page = { kind: 'url' as const, text: 'Look', url: 'https://a.example/{{1}}', needs_value: true };
    const cards: Template = {
      ...template,
      header: null,
      header_parameters: [],
      offer: { text: 'Ends soon', ends: true },
      buttons: [{ kind: 'products', text: 'View', needs_value: true }],
      cards: [
        { header_format: 'image', body: 'For {{1}}', body_parameters: ['1'], buttons: [page] },
        { header_format: 'product', buttons: [{ kind: 'product', text: 'View' }] },
      ],
      fills: [{ part: 'body', placeholder: '1', card: 0, source: 'first_name' }],
    };
    expect(parametersOf(cards).map(({ key, card }) => [key, card])).toEqual([
      ['body 1', undefined], ['body 2', undefined], ['section 0', undefined], ['products 0', undefined], ['offer ends', undefined],
      ['card 0 file', 0], ['card 0 body 1', 0], ['card 0 button 0', 0], ['card 1 product catalog', 1], ['card 1 product product', 1],
    ]);
    expect(prefill(cards, { first_name: 'Elif' }).values).toEqual({ 'card 0 body 1': 'Elif' });
    const values = {
      'body 1': 'Elif', 'body 2': 'five', 'section 0': 'Bells', 'products 0': 'b1, b2,', 'offer ends': '2099-01-01T10:00',
      'card 0 file': 'med_1', 'card 0 body 1': 'Elif', 'card 0 button 0': '7', 'card 1 product catalog': 'cat', 'card 1 product product': 'p1',
    };
    expect(isReady(cards, values)).toBe(true);
    expect(isReady(cards, { ...values, 'offer ends': '2020-01-01T10:00' })).toBe(false);
    expect(isReady(cards, { ...values, 'products 0': Array.from({ length: 31 }, (_, index) => `b${String(index)}`).join(',') })).toBe(false);
    expect(requestOf(cards, values)).toMatchObject({
      offer_ends_at: new Date('2099-01-01T10:00').toISOString(),
      buttons: [{ index: 0, value: 'b1', sections: [{ title: 'Bells', products: ['b1', 'b2'] }] }],
      cards: [
        { header_file: { media_id: 'med_1' }, body: [{ text: 'Elif' }], buttons: [{ index: 0, value: '7' }] },
        { header_product: { catalog_id: 'cat', product_id: 'p1' } },
      ],
    });
  });

  it('are filled from the contact as their settings say, and say what the contact lacks', () => {
    const filled: Template = {
      ...template,
      fills: [
        { part: 'body', placeholder: '1', source: 'first_name' },
        { part: 'body', placeholder: '2', source: 'phone' },
        { part: 'header', placeholder: '1', source: 'text', text: '42' },
      ],
    };
    const elif = prefill(filled, { name: 'Elif Kaya', first_name: 'Elif', phone: '+31612345678' });
    expect(elif.values).toEqual({ 'body 1': 'Elif', 'body 2': '+31612345678', 'header 1': '42' });
    expect(elif.fills).toEqual(filled.fills);
    const nobody = prefill(filled, {});
    expect(nobody.values).toEqual({ 'header 1': '42' });
    expect(nobody.fills.map((fill) => fill.source)).toEqual(['text']);
    expect(nobody.lacking['body 1']).toContain('First name');
    expect(prefill({ ...template, fills: [{ part: 'body', placeholder: '1', source: 'username' }] }, {}).lacking['body 1']).toContain('WhatsApp username');
    expect(nobody.lacking['body 2']).toContain('Phone number');
  });

  it('leave to the server what nobody typed over, also of somebody who is not known yet', () => {
    const filled: Template = { ...template, fills: [{ part: 'body', placeholder: '1', source: 'first_name' }] };
    const { values, fills } = prefill(filled, null);
    expect(missingValues(filled, values, fills)).toBe(2);
    const typed = { 'header 1': '7', 'body 2': 'today' };
    expect(requestOf(filled, { ...values, ...typed }, untouched(fills, typed))).toEqual({
      name: 'ready', language: 'en_GB', header: [{ text: '7' }], body: [{ text: 'today' }], fills,
    });
    expect(requestOf(filled, { ...typed, 'body 1': 'Eli' }, untouched(fills, { 'body 1': 'Eli' }))).toEqual({
      name: 'ready', language: 'en_GB', header: [{ text: '7' }], body: [{ text: 'Eli' }, { text: 'today' }],
    });
  });
});
