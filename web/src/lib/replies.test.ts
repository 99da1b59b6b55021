import { expect, test } from 'vitest';
import type { SavedReply } from '@/api/types';
import { findReplies } from '@/lib/replies';
import { placeOf } from '@/lib/writing';

const reply = (name: string, text: string): SavedReply => ({ id: `rpl_${name}`, version: 1, shared: true, name, text, updated_at: '', updated_by: '' });
const all = [reply('bye', 'See you'), reply('hours', 'We are open from 9'), reply('open-hours', 'Nine'), reply('return', 'Bring it back')];
const names = (typed: string) => findReplies(all, typed).map((one) => one.name);

test('names that begin so come first, then those that have it in them, then words that do', () => {
  expect(names('')).toEqual(['bye', 'hours', 'open-hours', 'return']);
  expect(names('HOUR')).toEqual(['hours', 'open-hours']);
  expect(names('open')).toEqual(['open-hours', 'hours']);
  expect(names('nothing of the kind')).toEqual([]);
});

test('a place that was left open is found, and what only looks like one is not', () => {
  expect(placeOf('Hi {{contact.first_name}}, yes')).toEqual({ words: '{{contact.first_name}}', from: 3, to: 25 });
  expect(placeOf('{{ agent.name | }}')?.words).toBe('{{ agent.name | }}');
  for (const text of ['Hi', '{{1}}', '{contact.name}', '{{order.total}}', '{{contact.name']) expect(placeOf(text)).toBeNull();
});
