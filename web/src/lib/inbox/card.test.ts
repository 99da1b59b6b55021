import { describe, expect, it } from 'vitest';
import type { Contact } from '@/api/types';
import { cardOf, cardOfContact, cardProblems } from '@/lib/inbox/card';

const draft = { name: 'Ana', organization: '', phones: ['+31 (6) 1234-5678', ''], emails: ['ana@example.com'] };

describe('a contact card', () => {
  it('says of each line what is wrong with it', () => {
    expect(cardProblems(draft)).toEqual({});
    expect(cardProblems({ ...draft, name: ' ', phones: ['0612345678', '+31'], emails: ['ana', 'a b@c.d'] })).toEqual({
      name: 'needed', 'phones.0': 'phoneWrong', 'phones.1': 'phoneWrong', 'emails.0': 'emailWrong', 'emails.1': 'emailWrong',
    });
    expect(cardProblems({ ...draft, phones: [''], emails: [''] })).toEqual({ 'phones.0': 'phoneNeeded' });
    expect(cardProblems({ ...draft, organization: 'x'.repeat(1_001) })).toEqual({ organization: 'tooLong' });
  });

  it('leaves out lines that are empty', () => {
    expect(cardOf(draft)).toEqual({ name: 'Ana', phones: [{ phone: '+31 (6) 1234-5678' }], emails: [{ value: 'ana@example.com' }] });
  });

  it('is made of a contact whose number we know, with the number once', () => {
    const contact = { name: 'Ben', identities: [{ kind: 'wa_id', value: '447700900001' }, { kind: 'phone', value: '447700900001' }] } as unknown as Contact;
    expect(cardOfContact(contact)).toEqual({ name: 'Ben', phones: [{ phone: '+447700900001', wa_id: '447700900001' }] });
    expect(cardOfContact({ name: 'Cleo', identities: [{ kind: 'bsuid', value: 'x' }] } as unknown as Contact)).toBeNull();
  });
});
