import { describe, expect, it } from 'vitest';
import type { FilterCondition } from '@/api/types';
import { conditionOf, conditionWords, FIELDS, keysOf, kindOf, valuesOf, wholeFilter, type Names } from '@/lib/inbox/filters';

const names: Names = {
  meId: 'usr_me',
  users: [{ id: 'usr_ben', name: 'Ben', email: 'b@x', role: 'agent' }] as Names['users'],
  teams: [{ id: 'team_s', name: 'Sales' }] as Names['teams'],
  channels: [{ id: 'chn_1', name: 'Shop' }] as Names['channels'],
  labels: [{ id: 'lbl_r', name: 'Repair', color: 'red' }] as Names['labels'],
};

describe('a condition', () => {
  it('names again what was chosen, for every field and every value', () => {
    for (const field of FIELDS) {
      for (const not of [false, true]) {
        const values = valuesOf(field, names);
        const chosen = kindOf(field) === 'values' ? [values.map((one) => one.key), values.slice(0, 1).map((one) => one.key)] : kindOf(field) === 'flag' ? [[]] : values.map((one) => [one.key]);
        for (const keys of chosen) {
          const condition = conditionOf(field, keys, not);
          expect(condition?.field).toBe(field);
          expect(condition?.not ?? false).toBe(not);
          if (condition && kindOf(field) !== 'flag') expect([...keysOf(condition)].sort()).toEqual([...keys].sort());
        }
      }
    }
  });

  it('that names nothing is none', () => {
    for (const field of ['status', 'assignee', 'team', 'label', 'priority', 'window', 'created'] as const) expect(conditionOf(field, [], false)).toBeNull();
  });

  it('reads as a sentence, also of what is gone', () => {
    const words = (condition: FilterCondition) => conditionWords(condition, names);
    expect(words({ field: 'label', any: ['lbl_r'] })).toBe('Label is Repair');
    expect(words({ field: 'label', not: true, any: ['lbl_r', 'lbl_gone'] })).toBe('Label is not Repair or deleted');
    expect(words({ field: 'assignee', me: true, nobody: true })).toBe('Assignee is Me or Nobody');
    expect(words({ field: 'window', any: ['closing'] })).toBe('Window is closing within an hour');
    expect(words({ field: 'active', not: true, within_hours: 168 })).toBe('Last activity more than 7 days ago');
    expect(words({ field: 'waiting', at_least_minutes: 60 })).toBe('Waiting 1 hour or longer');
  });
});

describe('a kept view', () => {
  it('holds what its list asked for beside the chips', () => {
    const filter: FilterCondition[] = [{ field: 'unread' }];
    expect(wholeFilter({ view: 'mine', status: 'open', sort: 'newest', filter })).toEqual([{ field: 'assignee', me: true }, { field: 'status', any: ['open'] }, ...filter]);
    expect(wholeFilter({ view: 'all', status: 'any', sort: 'newest' })).toEqual([]);
  });
});
