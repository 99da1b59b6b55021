import { describe, expect, it, vi } from 'vitest';
import type { Message } from '@/api/types';
import { addressOf, failureOf, fileName, firstName, isLate, isWindowClosed, reasonOf, remedyOf, senderName, sentenceOf, shownAt, shownIdentities, systemWords, waitWords } from '@/lib/words';

describe('words', () => {
  it('make a sentence of a cause', () => {
    expect(['what is stored cannot be written', 'Taken.', 'why?', ''].map(sentenceOf)).toEqual(['What is stored cannot be written.', 'Taken.', 'Why?', '']);
  });

  it('name a file without folders, line breaks, and what turns its end around', () => {
    expect(['../../poly.pdf', 'C:\\temp\\poly.pdf', 'po\nly.pdf', 'photo\u202efdp.exe', ' a b.txt '].map(fileName)).toEqual(['poly.pdf', 'poly.pdf', 'po ly.pdf', 'photofdp.exe', 'a b.txt']);
    expect([null, '', ' / ', '\n'].map(fileName)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('do not say twice that something was not sent', () => {
    expect(reasonOf({ message: 'Not sent: this is our own number.' })).toBe('this is our own number.');
    expect(reasonOf({ message: 'This number changed.' })).toBe('This number changed.');
    expect(reasonOf({ message: 'Not delivered: the number is not on WhatsApp.' })).toBe('the number is not on WhatsApp.');
    expect(reasonOf({ message: 'Not delivered, and WhatsApp gave no reason.' })).toBe('WhatsApp gave no reason.');
    expect(reasonOf(null)).toBe('');
  });

  it('call what failed one thing, however it was told, and tell nobody twice to take a template', () => {
    expect(failureOf({ message: 'Not delivered: the number is not on WhatsApp.' })).toBe('Not sent: the number is not on WhatsApp.');
    expect(failureOf({ message: 'This number changed.' })).toBe('Not sent: This number changed.');
    const closed = { message: 'Not sent: the 24-hour window had closed. Use a template.' };
    expect(failureOf(closed)).toBe('Not sent: the 24-hour window had closed. Use a template.');
    expect(failureOf(closed, true)).toBe('Not sent: the 24-hour window had closed.');
    expect(failureOf({ message: 'The 24-hour window closed at 2026-11-28T00:45:00.5Z. Send a template; it opens again.' }, true)).toMatch(/^Not sent: The 24-hour window closed at [^.]+\.$/);
  });

  it('offer to try again only what may go then', () => {
    const first = (code: string, refused: string | null = null) => remedyOf({ code }, refused === null ? null : { code: refused });
    expect(first('whatsapp_131000')).toBe('retry');
    expect(first('whatsapp_131056')).toBe('retry');
    expect(first('outcome_unknown')).toBe('retry');
    // The words say what to do instead.
    for (const code of ['whatsapp_131026', 'whatsapp_131050', 'whatsapp_131049', 'whatsapp_131021']) expect(first(code)).toBeNull();
    for (const code of ['window_closed', 'whatsapp_131047', 'whatsapp_132001', 'whatsapp_132015']) expect(first(code)).toBe('template');
    // The server would refuse it again now, and takes it once that is over.
    expect(first('opted_out', 'opted_out')).toBeNull();
    expect(first('whatsapp_131000', 'contact_blocked')).toBeNull();
    expect(first('whatsapp_131000', 'window_closed')).toBe('template');
    expect(first('contact_blocked')).toBe('retry');
  });

  it('say how long something waits in the units one speaks of', () => {
    const now = Date.now();
    const inSeconds = (seconds: number) => waitWords('thread.waitsToo', { at: new Date(now + seconds * 1_000).toISOString(), because: 'WhatsApp takes one message in 6 seconds to one person' }, now);
    vi.useFakeTimers({ now });
    expect(inSeconds(7)).toBe('Goes in about 7 s.');
    expect(inSeconds(42)).toBe('Goes in about 40 s.');
    expect(inSeconds(58)).toBe('Goes in about 1 min.');
    expect(inSeconds(85)).toBe('Goes in about 1 min 25 s.');
    expect(inSeconds(119)).toBe('Goes in about 2 min.');
    expect(inSeconds(200)).toBe('Goes in about 3 min.');
    vi.useRealTimers();
  });

  it('know both ways of saying that the window was closed', () => {
    expect(['window_closed', 'whatsapp_131047', 'whatsapp_131026'].map((code) => isWindowClosed({ code }))).toEqual([true, true, false]);
  });

  it('tell what came late, by the server or by its own time, and when it was written', () => {
    const said = (fields: Partial<Message>) => ({ at: '2026-11-28T01:45:00Z', late: false, ...fields }) as Message;
    const old = '2026-11-27T00:45:00Z';
    expect(isLate(said({ provider_at: old }))).toBe(true);
    expect(shownAt(said({ provider_at: old }))).toBe(old);
    // Some seconds on the way are nothing to speak of, unless something newer was faster.
    const near = '2026-11-28T01:44:30Z';
    expect(isLate(said({ provider_at: near }))).toBe(false);
    expect(shownAt(said({ provider_at: near }))).toBe('2026-11-28T01:45:00Z');
    expect(shownAt(said({ provider_at: near, late: true }))).toBe(near);
    // What a phone kept is old, and did not come late.
    expect(isLate(said({ provider_at: old, imported: true }))).toBe(false);
    expect(isLate(said({}))).toBe(false);
  });

  it('say of a key that it is one, and of a person who they are', () => {
    expect(senderName({ kind: 'api', id: 'key_1', name: 'workspace create' })).toBe('API key “workspace create”');
    expect(senderName({ kind: 'agent', id: 'usr_1', name: 'Ana' })).toBe('Ana');
    expect(senderName({ kind: 'phone_app' })).toBe('Business phone');
  });

  it('call me you', () => {
    expect(systemWords({ event: 'assigned', actor: 'Ana', subject: 'Priya' }, 'Priya')).toBe('<b>Ana</b> assigned this to <b>you</b>');
    expect(systemWords({ event: 'assigned', actor: 'Priya', subject: 'Priya' }, 'Priya')).toBe('<b>You</b> took this');
    expect(systemWords({ event: 'moved_to_a_team' as never }, '')).toBe('moved to a team');
  });

  it('show numbers with their plus, and whole', () => {
    expect(addressOf({ kind: 'phone', value: '31612345678' })).toBe('+31612345678');
    expect(addressOf({ kind: 'bsuid', value: 'NL.1' })).toBe('NL.1');
    expect(firstName('+31 6 12345678')).toBe('+31 6 12345678');
    expect(firstName('Elif Kaya')).toBe('Elif');
  });

  it('say an address once, the number first', () => {
    const phone = { kind: 'phone', value: '447700900101' } as const;
    const bsuid = { kind: 'bsuid', value: 'GB.1' } as const;
    expect(shownIdentities([bsuid, { kind: 'wa_id', value: '447700900101' }, phone])).toEqual([phone, bsuid]);
    expect(shownIdentities([{ kind: 'wa_id', value: '447700900102' }, phone]).map((one) => one.kind)).toEqual(['phone', 'wa_id']);
  });

  it('say by which rule of which team somebody was given a conversation', () => {
    const given = (by_rule: { rule: 'round_robin' | 'by_load'; team?: string }) => systemWords({ event: 'assigned', subject: 'Ann', by_rule }, 'Ben');
    expect(given({ rule: 'round_robin' })).toBe('Assigned to <b>Ann</b> by round robin');
    expect(given({ rule: 'by_load', team: 'Repairs' })).toBe('Assigned to <b>Ann</b> by load of team Repairs');
  });
});
