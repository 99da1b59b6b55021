import type { NumberFacts } from '@/api/types';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-settings';

/** `TIER_2K` as people read it. */
function limitOf(tier: string | undefined): string | undefined {
  if (tier === 'TIER_UNLIMITED') return t('channel.unlimited');
  const found = /^TIER_(\d+)(K?)$/.exec(tier ?? '');
  return found ? written(Number(found[1]) * (found[2] ? 1_000 : 1)) : tier;
}

const qualities: Record<string, string> = { GREEN: t('channel.quality_green'), YELLOW: t('channel.quality_yellow'), RED: t('channel.quality_red') };

/** `GREEN` as people say it; what there is no word for stays. */
const qualityOf = (rating: string | undefined) => rating && (qualities[rating.toUpperCase()] ?? rating.toLowerCase());

/** What WhatsApp says of a number. */
export function Facts({ facts, rest = [] }: { facts: NumberFacts | undefined; rest?: [string, string][] }) {
  const rows: [string, string | undefined][] = [
    [t('channel.phone'), facts?.display_phone_number ?? undefined],
    [t('channel.subject_name'), facts?.verified_name ?? undefined],
    [t('channel.subject_quality'), qualityOf(facts?.quality ?? undefined)],
    [t('channel.limit'), limitOf(facts?.messaging_limit ?? undefined)],
    [t('channel.pace'), facts ? String(facts.throughput_per_second) : undefined],
    [t('channel.app'), facts ? t(facts.coexistence ? 'channel.appYes' : 'channel.appNo') : undefined],
    ...rest,
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
      {rows.filter(([, value]) => value).map(([label, value]) => (
        <div key={label} className="col-span-2 grid grid-cols-subgrid">
          <dt className="text-text-2">{label}</dt>
          <dd className="num min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
