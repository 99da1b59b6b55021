import { beforeEach, expect, it } from 'vitest';
import { setChosen, useChosen } from '@/lib/inbox/chosen';
import { made } from '@/lib/templates';

const template = { name: 'order_update', language: 'en', category: 'UTILITY', status: 'APPROVED', sendable: true, named: false, body: 'Order {{1}} is {{2}}', header_parameters: [], body_parameters: ['1', '2'] };
const chosen = (values: Record<string, string>) => made(template, values, []);
const of = (id: string) => useChosen.getState().chosen[id] ?? null;

beforeEach(() => { useChosen.setState({ chosen: {} }); });

it('keeps what was filled in, each conversation for itself', () => {
  setChosen('con_1', chosen({ 'body 1': '17' }));
  setChosen('con_2', chosen({}));
  setChosen('con_1', chosen({ 'body 1': '17', 'body 2': 'packed' }));
  expect(of('con_1')).toMatchObject({ values: { 'body 1': '17', 'body 2': 'packed' }, ready: true, missing: 0 });
  expect(of('con_2')).toMatchObject({ values: {}, ready: false, missing: 2 });
});

it('forgets what was sent or put away, and nothing else', () => {
  setChosen('con_1', chosen({}));
  setChosen('con_2', chosen({}));
  setChosen('con_1', null);
  expect(useChosen.getState().chosen).toEqual({ con_2: of('con_2') });
  expect(of('con_2')).not.toBeNull();
});
