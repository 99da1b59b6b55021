import { describe, expect, it } from 'vitest';
import { emptyInteractive, headersOf, interactiveOf, interactiveProblems } from '@/lib/interactive';

describe('a message with something to tap', () => {
  const buttons = { ...emptyInteractive(), body: 'When?', buttons: ['Monday', 'Tuesday'] };

  it('says of each field what is wrong with it', () => {
    expect(Object.keys(interactiveProblems(emptyInteractive()))).toEqual(['body', 'buttons.0', 'buttons.1']);
    expect(interactiveProblems(buttons)).toEqual({});
    expect(Object.keys(interactiveProblems({ ...buttons, buttons: ['Monday', ' Monday'] }))).toEqual(['buttons.1']);
    expect(Object.keys(interactiveProblems({ ...buttons, buttons: ['a'.repeat(21)], header: 'h'.repeat(61), body: 'b'.repeat(1_025) }))).toEqual(['header', 'body', 'buttons.0']);
  });

  it('has titles on its sections where there are several, and a longer text above a list', () => {
    const row = { title: 'Blue', description: '' };
    const list = { ...emptyInteractive(), taps: 'list' as const, body: 'b'.repeat(4_096), listButton: 'Choose', sections: [{ title: '', rows: [row] }] };
    expect(interactiveProblems(list)).toEqual({});
    expect(Object.keys(interactiveProblems({ ...list, sections: [...list.sections, { title: 'More', rows: [{ title: '', description: 'd'.repeat(73) }] }] }))).toEqual(['sections.0', 'rows.1.0', 'descriptions.1.0']);
  });

  it('links to a page and nowhere else', () => {
    const link = { ...emptyInteractive(), taps: 'cta_url' as const, body: 'Track it', linkText: 'Track' };
    for (const url of ['https://shop.example/1', 'http://shop.example']) expect(interactiveProblems({ ...link, url })).toEqual({});
    for (const url of ['', 'shop.example', 'javascript:alert(1)', 'https://']) expect(Object.keys(interactiveProblems({ ...link, url }))).toEqual(['url']);
  });

  it('has a file above buttons and links, and only words above a list', () => {
    const file = { mediaId: 'med_1', name: 'offer.pdf', picture: null };
    const draft = { ...buttons, above: 'document' as const, header: 'Unseen' };
    expect(Object.keys(interactiveProblems(draft))).toEqual(['file']);
    expect(interactiveProblems({ ...draft, file })).toEqual({});
    expect(interactiveOf({ ...draft, file }).header).toEqual({ type: 'document', document: { media_id: 'med_1', filename: 'offer.pdf' } });
    expect(interactiveOf({ ...draft, above: 'image', file }).header).toEqual({ type: 'image', image: { media_id: 'med_1' } });
    const list = { ...draft, file, taps: 'list' as const };
    expect(headersOf('list')).toEqual(['text']);
    expect(interactiveOf(list).header).toEqual({ type: 'text', text: 'Unseen' });
  });

  it('counts characters and not halves of them', () => {
    expect(interactiveProblems({ ...buttons, buttons: ['🚲'.repeat(20)] })).toEqual({});
  });

  it('becomes what the server takes, with an id for every answer', () => {
    expect(interactiveOf({ ...buttons, footer: ' Vela ' })).toEqual({
      body: 'When?',
      footer: 'Vela',
      action: { type: 'buttons', buttons: [{ id: 'button-1', title: 'Monday' }, { id: 'button-2', title: 'Tuesday' }] },
    });
  });
});
