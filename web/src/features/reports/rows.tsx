import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download, Star } from 'lucide-react';
import { useEffect } from 'react';
import type { ReportRow } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Modal } from '@/components/modal';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-reports';
import { wordsOf } from '@/lib/inbox/actions';
import { useChannels, useTeams, useUsers } from '@/lib/people';
import { exportRowsOf, rowsQuery, span, type RowsParams } from '@/lib/reports';
import { moment } from '@/lib/time';

/** The rows behind a figure: each opens its conversation at the message. */
export function Rows({ title, params, onClose }: { title: string; params: RowsParams; onClose: () => void }) {
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(rowsQuery(params));
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  // A page may hold nothing that is meant and still not be the last.
  const looksOn = hasNextPage && !isFetching && rows.length === 0;
  useEffect(() => {
    if (looksOn) void fetchNextPage();
  }, [looksOn, fetchNextPage]);
  return (
    <Modal
      title={title}
      onClose={onClose}
      footer={<a className="btn" href={exportRowsOf(params)} download><Download size={16} aria-hidden="true" />{t('reports.export.rows')}</a>}
    >
      {error && <p className="text-bad" role="alert">{t('reports.loadFailed', { detail: wordsOf(error) })} <button type="button" className="link" onClick={() => void refetch()}>{t('app.tryAgain')}</button></p>}
      {data && !hasNextPage && rows.length === 0 && <p className="text-text-2">{t('reports.rows.none')}</p>}
      <ul>
        {rows.map((row) => <Row key={`${row.conversation_id} ${String(row.seq)}`} row={row} kind={params.kind} onOpen={onClose} />)}
      </ul>
      {hasNextPage && rows.length > 0 && <button type="button" className="btn mt-3" disabled={isFetching} onClick={() => { void fetchNextPage(); }}>{t('reports.rows.more')}</button>}
    </Modal>
  );
}

export function Stars({ score }: { score: number }) {
  return (
    <span className="inline-flex items-center gap-px align-[-2px]" role="img" aria-label={t('reports.rows.stars', { count: score })}>
      {[1, 2, 3, 4, 5].map((star) => <Star key={star} size={13} aria-hidden="true" className={star <= score ? 'fill-current text-warn-solid' : 'text-line-2'} />)}
    </span>
  );
}

function Row({ row, kind, onOpen }: { row: ReportRow; kind: RowsParams['kind']; onOpen: () => void }) {
  const now = useMinute();
  const users = useUsers();
  const teams = useTeams() ?? [];
  const channels = useChannels() ?? [];
  const name = row.contact_name || t('reports.rows.unnamed');
  const by = users.find((one) => one.id === row.user_id)?.name ?? (row.user_id ? t('reports.gone') : undefined);
  const team = teams.find((one) => one.id === row.team_id)?.name;
  const channel = channels.length > 1 ? channels.find((one) => one.id === row.channel_id)?.name : undefined;
  const facts = [
    by ? t('reports.rows.by', { name: by }) : undefined,
    team,
    channel,
    row.reopened && kind === 'opened' ? t('reports.rows.again') : undefined,
    row.waited_s !== undefined && row.waited_s !== null ? t('reports.rows.waited', { span: span(row.waited_s) }) : undefined,
    kind !== 'answered' && kind !== 'first_answered' && typeof row.first_response_s === 'number' ? t('reports.rows.first', { span: span(row.first_response_s) }) : undefined,
    typeof row.resolution_s === 'number' ? t('reports.rows.resolved', { span: span(row.resolution_s) }) : undefined,
  ].filter((fact) => fact !== undefined);
  return (
    <li className="border-b border-line last:border-0">
      <Link
        to="/inbox/$conversationId"
        params={{ conversationId: row.conversation_id }}
        search={{ view: 'all', status: 'any', sort: 'newest', message: row.seq }}
        className="flex items-start gap-3 rounded-[7px] px-1.5 py-2 hover:bg-hover"
        aria-label={t('reports.rows.open', { name })}
        onClick={onOpen}
      >
        <Avatar id={row.conversation_id} name={name} size={28} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-medium text-text"><bdi>{name}</bdi> {row.rating ? <Stars score={row.rating} /> : null}</span>
            <time className="num flex-none text-[12px] text-text-3" dateTime={row.at}>{moment(row.at, now)}</time>
          </span>
          <span className="block text-[12px] leading-4 text-text-2">{facts.join(' · ')}</span>
          {row.comment && <q className="mt-0.5 block text-[13px] break-words text-text" dir="auto">{row.comment}</q>}
        </span>
      </Link>
    </li>
  );
}
