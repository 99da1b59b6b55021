import { expect, test } from 'vitest';
import { callAt } from '@/lib/caret';

const call = (text: string, signs = '/@:') => {
  const at = text.indexOf('|');
  return callAt(text.replace('|', ''), at, at, signs);
};

test('a sign at the start of a word calls something up', () => {
  expect(call('/|')).toEqual({ sign: '/', typed: '', from: 0, to: 1 });
  expect(call('Hello /hou| there')).toEqual({ sign: '/', typed: 'hou', from: 6, to: 10 });
  expect(call('first\n@an|')).toEqual({ sign: '@', typed: 'an', from: 6, to: 9 });
});

test('within a word, after a space or without the sign nothing is called', () => {
  for (const text of ['and/or|', 'https://example.com/|', 'ana@example|', '/hours |', '|/hours', 'hours|']) expect(call(text)).toBeNull();
  expect(call('@ana|', '/')).toBeNull();
  expect(callAt('/abc', 1, 3, '/')).toBeNull();
  expect(call(`/${'x'.repeat(41)}|`)).toBeNull();
});
