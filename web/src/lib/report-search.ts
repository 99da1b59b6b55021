/** What an address of the reports says. */
import type { ReportGrain, ReportGroup } from '@/api/types';

export const REPORT_PAGES = ['live', 'history', 'ratings'] as const;
export type ReportPage = (typeof REPORT_PAGES)[number];
export const GRAINS = ['hour', 'day', 'week', 'month'] as const satisfies readonly ReportGrain[];
export const GROUPS = ['agent', 'team', 'channel'] as const satisfies readonly ReportGroup[];
export const RANGES = ['today', 'yesterday', 'days7', 'days30', 'days90', 'thisMonth', 'lastMonth'] as const;
export type Range = (typeof RANGES)[number];

/** What is looked at: in the address, so that it can be kept and shared. */
export type ReportSearch = {
  range?: Range;
  from?: string;
  to?: string;
  grain?: ReportGrain;
  group?: ReportGroup;
  channel?: string;
  team?: string;
  user?: string;
  wall?: boolean;
};

const isDay = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
const one = <T extends string>(value: unknown, known: readonly T[]): T | undefined => known.find((item) => item === value);
const id = (value: unknown, prefix: string): string | undefined => (typeof value === 'string' && (value === 'none' || value.startsWith(`${prefix}_`)) ? value : undefined);

/** What an address says, as far as it says something that can be meant. */
export function readSearch(search: Record<string, unknown>): ReportSearch {
  const found: Record<string, unknown> = {
    range: one(search['range'], RANGES),
    from: isDay(search['from']) ? search['from'] : undefined,
    to: isDay(search['to']) ? search['to'] : undefined,
    grain: one(search['grain'], GRAINS),
    group: one(search['group'], GROUPS),
    channel: id(search['channel'], 'chn'),
    team: id(search['team'], 'team'),
    user: id(search['user'], 'usr'),
    wall: search['wall'] === true ? true : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
