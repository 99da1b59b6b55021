import { beforeEach, expect, test, vi } from 'vitest';
import { resolveOnceSent } from '@/lib/inbox/resolve';
import type { Pending } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';

const setStatus = vi.hoisted(() => vi.fn(() => Promise.resolve()));
vi.mock('@/lib/inbox/actions', () => ({ setStatus }));
vi.mock('@/lib/inbox/store', async () => ({ useInbox: (await import('zustand')).create(() => ({ pending: [] })) }));

const pending = (id: string, state: Pending['state'], conversation_id = 'c'): Pending => ({ id, key: id, conversation_id, act: { type: 'note', body: '' }, at: '', state });
const now = (...all: Pending[]) => { useInbox.setState({ pending: all }); };

beforeEach(() => {
  setStatus.mockClear();
  now();
});

test('it waits until all of it is taken', () => {
  now(pending('1', 'sending'), pending('2', 'waiting'), pending('3', 'waiting', 'other'));
  resolveOnceSent('c');
  now(pending('2', 'sending'), pending('3', 'waiting', 'other'));
  expect(setStatus).not.toHaveBeenCalled();
  now(pending('3', 'waiting', 'other'));
  expect(setStatus).toHaveBeenCalledExactlyOnceWith('c', 'resolved');
  now();
  expect(setStatus).toHaveBeenCalledOnce();
});

test('refused, or taken back before it went, it stays open', () => {
  now(pending('1', 'sending'));
  resolveOnceSent('c');
  now(pending('1', 'refused'));
  now();
  now(pending('2', 'waiting'));
  resolveOnceSent('c');
  now();
  expect(setStatus).not.toHaveBeenCalled();
});
