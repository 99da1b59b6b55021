import { expect, test } from 'vitest';
import type { User } from '@/api/types';
import { findPeople, mentionsIn, piecesOf } from '@/lib/mentions';

const user = (id: string, name: string): User => ({ id, name, email: '', role: 'agent' });
const users = [user('1', 'Ana'), user('2', 'Ana Souza'), user('3', 'Tomás Vega'), user('4', 'Tomás Vega')];

test('a note is for those whom it names, the longer of two names that begin alike', () => {
  expect(mentionsIn('Look, @Ana Souza, and @Ana.', users)).toEqual(['1', '2']);
  expect(mentionsIn('@Ana Souza', users)).toEqual(['2']);
  expect(mentionsIn('@Tomás Vega', users)).toEqual(['3', '4']);
});

test('an address, a longer word and a name without the sign mean nobody', () => {
  for (const text of ['mail@Ana', '@Anabel', '@ana', 'Ana', '@', '']) expect(mentionsIn(text, users)).toEqual([]);
});

test('pieces put together are the note', () => {
  const text = '(@Ana) a@Ana @Tomás Vega!';
  expect(piecesOf(text, users).map((piece) => piece.text).join('')).toBe(text);
  expect(piecesOf(text, users).flatMap((piece) => (piece.user ? [piece.text] : []))).toEqual(['@Ana', '@Tomás Vega']);
});

test('people are found by how any of their names begins', () => {
  expect(findPeople(users, 'sou').map((one) => one.id)).toEqual(['2']);
  expect(findPeople(users, 'an').map((one) => one.id)).toEqual(['1', '2']);
  expect(findPeople(users, '').length).toBe(4);
  expect(findPeople(users, 'x')).toEqual([]);
});
