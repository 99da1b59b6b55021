import { expect, test } from 'vitest';
import { follow, nothing, sameWords, type Words } from '@/lib/drafts-merge';

const words = (reply: string, note = ''): Words => ({ ...nothing, reply, note });

test('who has not typed takes over what was written elsewhere, also that it was sent', () => {
  expect(follow(words('Hi'), words('Hi'), words('Hi there'))).toEqual(words('Hi there'));
  expect(follow(words('Hi'), words('Hi'), nothing)).toEqual(nothing);
  expect(follow(nothing, nothing, words('From elsewhere'))).toEqual(words('From elsewhere'));
});

test('what was typed since is never overwritten, and what was typed into the other part comes beside it', () => {
  expect(follow(words('Hi, I'), words('Hi'), words('Hello'))).toEqual(words('Hi, I'));
  expect(follow(words(''), words('Hi'), words('Hello'))).toEqual(words(''));
  expect(follow(words('Hi, I', 'x'), words('Hi', 'x'), words('Hi', 'ask Ana'))).toEqual(words('Hi, I', 'ask Ana'));
});

test('the message that is answered goes with the words', () => {
  const about: Words = { ...words('Yes'), reply_to: 'msg_1' };
  expect(follow(words('Hi'), words('Hi'), about)).toEqual(about);
  expect(follow(words('Hi, I'), words('Hi'), about).reply_to).toBe(null);
  expect(sameWords({ ...nothing, reply_to: 'msg_1' }, nothing)).toBe(true);
  expect(sameWords(about, words('Yes'))).toBe(false);
  expect(sameWords(words(' \n'), nothing)).toBe(true);
});
