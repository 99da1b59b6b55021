import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Notice } from '@/api/types';
import { browserName, noticePath, noticeWords, pushWords } from '@/lib/notify/words';

const one = (change: Partial<Notice>): Notice => ({ id: 'ntf_1', class: 'new', conversation_id: 'cnv_1', contact: 'Ana', count: 1, at: '2026-11-27T10:00:00Z', read: false, ...change });

describe('a notification in words', () => {
  it('says who did what, and counts', () => {
    expect(noticeWords(one({}))).toBe('Ana wrote');
    expect(noticeWords(one({ count: 3 }))).toBe('3 new messages from Ana');
    expect(noticeWords(one({ class: 'mention', by: 'Ben' }))).toBe('Ben mentioned you in a note on Ana');
    expect(noticeWords(one({ class: 'assigned', by_rule: { rule: 'by_load' } }))).toBe('You were given the conversation with Ana');
    expect(noticeWords(one({ class: 'sla', sla: { target: 'first_response', due_at: '2026-11-27T10:00:00Z', missed: true } }))).toBe('A target was missed: Ana');
    expect(noticeWords(one({ class: 'failed', state: 'unknown' }))).toBe('Your message to Ana may not have been sent');
  });

  it('says at least whom it is about where its class is a later one', () => {
    expect(noticeWords(one({ class: 'later' as Notice['class'] }))).toBe('Ana');
  });

  it('leads to the message', () => {
    expect(noticePath(one({ seq: 7 }))).toBe('/inbox/cnv_1?message=7');
    expect(noticePath(one({}))).toBe('/inbox/cnv_1');
  });
});

it('the worker has the same words in English, and the same places to fill', () => {
  const source = readFileSync('public/offline.js', 'utf8');
  const block = /const ENGLISH = (\{[\s\S]*?\n\});/.exec(source)?.[1] ?? '{}';
  const theirs = Object.fromEntries([...block.matchAll(/^ {2}(\w+): '(.*)',$/gm)].map(([, key, words]) => [key, words]));
  expect(theirs).toEqual(pushWords());
});

it('a browser is called what people call it', () => {
  expect(browserName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36')).toBe('Chrome, Linux');
  expect(browserName('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0')).toBe('Edge, Windows');
  expect(browserName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1')).toBe('Safari, iOS');
  expect(browserName('something else')).toBe('something else');
});
