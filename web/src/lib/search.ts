/** What is searched for, as it is asked of the server, and what was searched for before. */
import { momentAt } from '@/lib/zone';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { create } from 'zustand';
import { ask, isPassing } from '@/api/client';
import type { SearchAnswer } from '@/api/types';

export const GROUPS = ['all', 'messages', 'conversations', 'contacts'] as const;
export type Group = (typeof GROUPS)[number];
export const WHENS = ['week', 'month', 'year', 'dates'] as const;
export type When = (typeof WHENS)[number];

/** What else must hold; `null` is anything. */
export type SearchFilters = {
  channel: string | null;
  status: string | null;
  assignee: string | null;
  by: string | null;
  when: When | null;
  /** Days of the viewer's calendar, `YYYY-MM-DD`, where `when` is `dates`; empty is open. */
  from: string;
  to: string;
  file: boolean;
};

export const noFilters: SearchFilters = { channel: null, status: null, assignee: null, by: null, when: null, from: '', to: '', file: false };

export type Question = { words: string; group: Group; filters: SearchFilters };

/** The question on the screen. It stays when a result is opened, so that the others are found again. */
export const useQuestion = create<Question>(() => ({ words: '', group: 'all', filters: noFilters }));

/** Begins a new question. */
export function searchFor(words: string): void {
  useQuestion.setState({ words, group: 'all', filters: noFilters });
}

export function isFiltered(filters: SearchFilters): boolean {
  return Object.keys(noFilters).some((key) => filters[key as keyof SearchFilters] !== noFilters[key as keyof SearchFilters]);
}

const DAYS = { week: 7, month: 30, year: 365 } as const;
const DAY_MS = 24 * 3_600_000;

/** A day of the viewer's calendar as a moment: its beginning, or that of the day after it. */
function beginning(day: string, after: number): string | null {
  const [year = NaN, month = NaN, date = NaN] = day.split('-').map(Number);
  const moment = momentAt(year, month, date + after);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The question's parameters, in the server's words. Times are of the hour, so that the same question is the same address. */
export function parametersOf({ words, group, filters }: Question, now: number): URLSearchParams {
  const parameters = new URLSearchParams({ q: words });
  const put = (name: string, value: string | null) => { if (value) parameters.set(name, value); };
  if (group !== 'all') parameters.set('kind', group);
  put('channel_id', filters.channel);
  put('status', filters.status);
  put('assignee', filters.assignee);
  put('by', filters.by);
  if (filters.file) parameters.set('attachment', 'true');
  if (filters.when === 'dates') {
    const [from, to] = [beginning(filters.from, 0), beginning(filters.to, 1)];
    put('from', from);
    // The other way round finds nothing, and the server says so: half of it is on its way to be changed.
    if (!from || !to || from < to) put('to', to);
  } else if (filters.when) {
    const hour = now - (now % 3_600_000);
    put('from', new Date(hour - DAYS[filters.when] * DAY_MS).toISOString());
  }
  return parameters;
}

/** Page after page of what fits; the pages after the first are of one group. */
export const searchQuery = (question: Question) => {
  const asked = parametersOf(question, Date.now()).toString();
  return infiniteQueryOptions({
    queryKey: ['search', asked],
    enabled: /[\p{L}\p{N}]/u.test(question.words),
    staleTime: 10_000,
    // Somebody waits for it: what does not come at once is said, and asked for again by hand.
    retry: (count: number, error: Error) => isPassing(error) && count < 1,
    gcTime: 5 * 60_000,
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => {
      const parameters = new URLSearchParams(asked);
      if (pageParam) {
        parameters.set('cursor', pageParam);
        if (question.group === 'all') parameters.set('kind', 'messages');
      }
      return ask<SearchAnswer>(`/search?${parameters.toString()}`, { signal });
    },
    getNextPageParam: (last: SearchAnswer) => last[question.group === 'all' ? 'messages' : question.group].next_cursor ?? undefined,
  });
};

/** Searches that are remembered on this device. */
export const RECENT_MAX = 8;

/** What was searched for before, the last first, with this one in front. */
export function withRecent(recent: readonly string[], words: string): string[] {
  const said = words.trim().replace(/\s+/g, ' ');
  if (said.length < 2) return [...recent];
  return [said, ...recent.filter((one) => one.toLowerCase() !== said.toLowerCase())].slice(0, RECENT_MAX);
}

const keyOf = (meId: string) => `switchboard.searches.${meId}`;

/** What this person searched for on this device, the last first. */
export function recentOf(meId: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(meId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, RECENT_MAX) : [];
  } catch {
    return [];
  }
}

export function keepRecent(meId: string, recent: readonly string[]): void {
  try {
    if (recent.length === 0) localStorage.removeItem(keyOf(meId));
    else localStorage.setItem(keyOf(meId), JSON.stringify(recent));
  } catch {
    // Full or switched off: there is nothing to be lost by it.
  }
}
