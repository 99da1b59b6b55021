import { describe, expect, it } from 'vitest';
import { isFiltered, noFilters, parametersOf, RECENT_MAX, withRecent } from '@/lib/search';

const NOW = Date.parse('2027-01-15T08:12:34Z');
const ask = (filters: Partial<typeof noFilters>, group: 'all' | 'contacts' = 'all') =>
  Object.fromEntries(parametersOf({ words: 'late "blue bike"', group, filters: { ...noFilters, ...filters } }, NOW));

describe('a question', () => {
  it('asks for nothing that was not chosen', () => {
    expect(ask({})).toEqual({ q: 'late "blue bike"' });
    expect(ask({}, 'contacts')).toEqual({ q: 'late "blue bike"', kind: 'contacts' });
  });

  it('says every filter in the words of the server', () => {
    expect(ask({ channel: 'chn_1', status: 'open', assignee: 'nobody', by: 'customer', file: true })).toMatchObject({
      channel_id: 'chn_1', status: 'open', assignee: 'nobody', by: 'customer', attachment: 'true',
    });
  });

  it('is the same question for an hour', () => {
    expect(ask({ when: 'week' })['from']).toBe('2027-01-08T08:00:00.000Z');
  });

  it('takes whole days of the viewer’s calendar, the last one included', () => {
    const { from, to } = ask({ when: 'dates', from: '2027-01-02', to: '2027-01-02' });
    expect(Date.parse(to ?? '') - Date.parse(from ?? '')).toBe(24 * 3_600_000);
    expect(new Date(from ?? '').getHours()).toBe(0);
    expect(ask({ when: 'dates', from: '', to: '' })).toEqual({ q: 'late "blue bike"' });
    expect(ask({ when: 'dates', from: '2027-02-01', to: '2027-01-01' })['to']).toBeUndefined();
  });

  it('knows whether something is filtered', () => {
    expect(isFiltered(noFilters)).toBe(false);
    expect(isFiltered({ ...noFilters, file: true })).toBe(true);
  });
});

describe('recent searches', () => {
  it('have the last one first, each once', () => {
    expect(withRecent(['refund', 'bike'], ' Refund ')).toEqual(['Refund', 'bike']);
    expect(withRecent(['refund'], 'x')).toEqual(['refund']);
  });

  it('are few', () => {
    const many = Array.from({ length: 20 }, (_, n) => `search ${String(n)}`).reduce<string[]>((recent, one) => withRecent(recent, one), []);
    expect(many).toHaveLength(RECENT_MAX);
    expect(many[0]).toBe('search 19');
  });
});
