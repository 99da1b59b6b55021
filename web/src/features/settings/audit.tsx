import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment, useEffect, useState, type ReactNode } from 'react';
import { apiKeysQuery, auditQuery } from '@/api/queries';
import type { AuditArea, AuditEntry } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Head, LoadError } from '@/features/settings/parts';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import '@/lib/i18n-settings';
import { useMay, useUsers } from '@/lib/people';
import { roleName } from '@/lib/roles';
import { clock, dayKey, dayName, withLocalTimes } from '@/lib/time';

const AREAS = ['access', 'people', 'keys', 'teams', 'channels', 'writing', 'contacts', 'conversations', 'inbox'] as const satisfies readonly AuditArea[];

/** Who did what in the workspace, newest first, for those who look after it. */
export function Audit() {
  const allowed = useMay('see_audit');
  const [area, setArea] = useState<AuditArea | ''>('');
  const [by, setBy] = useState('');
  const users = useUsers();
  const { data: keys } = useQuery({ ...apiKeysQuery, enabled: allowed });
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({ ...auditQuery(area, by), enabled: allowed });
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  // A page may hold nothing that is meant and still not be the last.
  const looksOn = hasNextPage && !isFetching && entries.length === 0;
  useEffect(() => {
    if (looksOn) void fetchNextPage();
  }, [looksOn, fetchNextPage]);
  const isOver = data !== undefined && !hasNextPage;
  return (
    <>
      <Head title={t('settings.audit')} text={allowed ? t('audit.text') : t('audit.owners')} />
      {allowed && (
        <div className="mb-3 flex flex-wrap gap-2">
          <select className="field !w-auto" aria-label={t('audit.area')} value={area} onChange={(event) => { setArea(AREAS.find((one) => one === event.target.value) ?? ''); }}>
            <option value="">{t('audit.everything')}</option>
            {AREAS.map((one) => <option key={one} value={one}>{t(`audit.areas.${one}`)}</option>)}
          </select>
          <select className="field !w-auto" aria-label={t('audit.who')} value={by} onChange={(event) => { setBy(event.target.value); }}>
            <option value="">{t('audit.everybody')}</option>
            <optgroup label={t('settings.members')}>{users.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</optgroup>
            {keys && keys.api_keys.length > 0 && (
              <optgroup label={t('settings.keys')}>{keys.api_keys.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</optgroup>
            )}
          </select>
        </div>
      )}
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {isOver && entries.length === 0 && (
        <div>
          <p className="font-semibold">{t('audit.none')}</p>
          <p className="text-text-2">{area || by ? t('audit.noneSuch') : t('audit.noneText')}</p>
        </div>
      )}
      <Days entries={entries} />
      {hasNextPage && entries.length > 0 && (
        <button type="button" className="btn mt-3" disabled={isFetching} onClick={() => { void fetchNextPage(); }}>{t('audit.older')}</button>
      )}
    </>
  );
}

function Days({ entries }: { entries: AuditEntry[] }) {
  const now = useMinute();
  const days: AuditEntry[][] = [];
  for (const entry of entries) {
    const day = days.at(-1);
    if (day?.[0] && dayKey(day[0].at) === dayKey(entry.at)) day.push(entry);
    else days.push([entry]);
  }
  return days.map((day) => day[0] && (
    <section key={day[0].id} className="mb-4" aria-label={dayName(day[0].at, now)}>
      <h3 className="sticky top-0 border-b border-line bg-surface py-1.5 text-[12px] font-medium text-text-3">{dayName(day[0].at, now)}</h3>
      <ul>{day.map((entry) => <Act key={entry.id} entry={entry} />)}</ul>
    </section>
  ));
}

function Act({ entry }: { entry: AuditEntry }) {
  const { by, changes = [] } = entry;
  const name = by.name ?? (by.kind === 'system' ? t('audit.server') : by.kind);
  return (
    <li className="flex gap-3 border-b border-line py-2">
      <Avatar id={by.id ?? by.kind} name={name} size={24} />
      <div className="min-w-0 flex-1">
        <p className="break-words">
          <span className="font-medium">{name}</span>{by.kind === 'api' && <span className="text-text-3"> ({t('audit.key')})</span>}{by.kind === 'rule' && <span className="text-text-3"> ({t('thread.rule')})</span>} {said(entry)}
        </p>
        {changes.length > 0 && (
          <dl className="mt-0.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-[12px] leading-4 text-text-2">
            {changes.map((change, at) => (
              <Fragment key={at}>
                <dt className="text-text-3">{fieldName(change.field)}</dt>
                <dd className="break-words">{changed(change)}</dd>
              </Fragment>
            ))}
          </dl>
        )}
        {(entry.address ?? entry.correlation_id) && (
          <details className="text-[12px] text-text-3">
            <summary className="link w-fit cursor-pointer">{t('audit.details')}</summary>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
              {entry.address && <><dt>{t('audit.address')}</dt><dd className="num">{entry.address}</dd></>}
              {entry.correlation_id && <><dt>{t('audit.request')}</dt><dd className="num break-all">{entry.correlation_id}</dd></>}
            </dl>
          </details>
        )}
      </div>
      <time className="num flex-none text-[12px] text-text-3" dateTime={entry.at}>{clock(entry.at)}</time>
    </li>
  );
}

/** Stands in words for what is drawn there. */
const GAP = '\u0000';

/** What was done, in words; an act that this version does not know, as the server calls it. */
function said(entry: AuditEntry): ReactNode {
  const { act, about } = entry;
  const [before, after] = t(`audit.acts.${act}`, { about: GAP, defaultValue: `${act} ${GAP}` }).split(GAP);
  if (!about || after === undefined) return before;
  const name = <span className="font-medium">{about.name}</span>;
  const shown = about.id.startsWith('cnv_')
    ? <Link className="link" to="/inbox/$conversationId" params={{ conversationId: about.id }} search={{ view: 'all', status: 'open', sort: 'newest' }}>{about.name}</Link>
    : name;
  return <>{before}{shown}{after}</>;
}

const FIELDS = [
  'name', 'role', 'email', 'members', 'rule', 'capacity', 'phone_number_id', 'read_receipts', 'access_token', 'app_secret', 'draft', 'fills', 'text',
  'about', 'everything', 'marketing', 'utility', 'authentication', 'assignee_id', 'team_id', 'status', 'snoozed_until', 'handled_by', 'hours',
  'ask', 'question', 'button', 'delay_minutes', 'every_days', 'ratings', 'color', 'filter', 'sort', 'enabled', 'position', 'when', 'actions', 'change', 'conversations',
] as const;

function fieldName(field: string): string {
  const known = FIELDS.find((one) => one === field);
  return known ? t(`audit.fields.${known}`) : field;
}

const SECRETS = ['access_token', 'app_secret'];

function changed({ field, ...change }: NonNullable<AuditEntry['changes']>[number]): ReactNode {
  const [before, after] = [change.before ?? null, change.after ?? null];
  if (before === null && after === null) return SECRETS.includes(field) ? t('audit.secret') : t('audit.changed');
  const shown = (value: string) => valueOf(field, value);
  if (before === null) return shown(after ?? '');
  if (after === null) return <del>{shown(before)}</del>;
  return <><del>{shown(before)}</del> <span aria-hidden="true">→</span> <ins className="no-underline">{shown(after)}</ins></>;
}

const ROLES = ['owner', 'admin', 'supervisor', 'agent', 'analyst'] as const;
const RULES = ['by_hand', 'round_robin', 'by_load'] as const;
/** What a change of many conversations is of. */
const CHANGES = { assignee_id: 'assignee', team_id: 'team', status: 'status', priority: 'priority', labels: 'labelField', read: 'unread' } as const;

function valueOf(field: string, value: string): ReactNode {
  const role = field === 'role' && ROLES.find((one) => one === value);
  if (role) return roleName(role);
  const rule = field === 'rule' && RULES.find((one) => one === value);
  if (rule) return t(`teams.${rule}`);
  const change = field === 'change' && Object.entries(CHANGES).find(([one]) => one === value);
  if (change) return t(`filter.${change[1]}`);
  if (field === 'ask' || field === 'enabled') return t(value === 'true' ? 'settings.on' : 'settings.off');
  return field === 'members' ? <Members ids={value} /> : withLocalTimes(value, Date.now());
}

/** People by their ids, as they are called now. */
function Members({ ids }: { ids: string }) {
  const users = useUsers();
  return ids.split(', ').map((id) => users.find((one) => one.id === id)?.name ?? id).join(', ');
}
