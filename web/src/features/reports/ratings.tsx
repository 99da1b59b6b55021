import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Bars, DataTable, Figure, type Bar } from '@/features/reports/charts';
import { RangeBar } from '@/features/reports/range-bar';
import { Rows, Stars } from '@/features/reports/rows';
import { daysWords, share, useShown } from '@/features/reports/shown';
import { useMinute } from '@/lib/hooks';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-reports';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay, useUsers } from '@/lib/people';
import { rowsQuery, satisfied, type ReportSearch, type RowsParams } from '@/lib/reports';
import { moment } from '@/lib/time';

const COLORS = ['var(--bad-solid)', 'var(--warn-solid)', 'var(--line-3)', 'var(--ok-solid)', 'var(--ok-solid)'];

/** What customers said of it: the score, how many answered, and their words. */
export function Ratings({ search, onSearch }: { search: ReportSearch; onSearch: (next: ReportSearch) => void }) {
  const shown = useShown(search, 'agent');
  const { today, params, history, error, retry, rowsOf } = shown;
  const [rows, setRows] = useState<{ title: string; params: RowsParams } | null>(null);
  const mayChange = useMay('manage_teams');
  const days = daysWords(params.from, params.to);
  const open = (figure: string, asked: RowsParams) => { setRows({ title: t('reports.rows.title', { figure, days }), params: asked }); };
  const total = history?.total;
  const score = total ? satisfied(total.ratings) : null;
  const rated = total?.ratings.reduce((sum, count) => sum + count, 0) ?? 0;
  const bars: Bar[] = [5, 4, 3, 2, 1].map((stars) => ({
    key: String(stars),
    name: <Stars score={stars} />,
    value: total?.ratings[stars - 1] ?? 0,
    text: written(total?.ratings[stars - 1] ?? 0),
    color: COLORS[stars - 1] ?? 'var(--accent)',
    label: `${t('reports.rows.stars', { count: stars })}: ${written(total?.ratings[stars - 1] ?? 0)}`,
    onOpen: () => { open(t('reports.rows.stars', { count: stars }), rowsOf('rated', { score: stars })); },
  }));
  return (
    <>
      <h2 className="sr-only">{t('reports.ratings')}</h2>
      <RangeBar search={search} today={today} onSearch={onSearch} />
      {error && !history && <p className="text-bad" role="alert">{t('reports.loadFailed', { detail: wordsOf(error) })} <button type="button" className="link" onClick={retry}>{t('app.tryAgain')}</button></p>}
      {total && rated + total.asked === 0 && (
        <div className="py-6">
          <p className="font-semibold">{t('reports.csat.none')}</p>
          <p className="text-text-2">{t('reports.csat.off')} {mayChange && <Link className="link" to="/settings/$section" params={{ section: 'ratings' }}>{t('reports.csat.settings')}</Link>}</p>
        </div>
      )}
      {total && rated + total.asked > 0 && (
        <>
          <div className="report-tiles">
            <section className="report-tile" aria-label={t('reports.csat.score')}>
              <h3>{t('reports.csat.score')}</h3>
              <p className="value num">{score === null ? '–' : share(score)}</p>
              <div className="beside"><span>{t('reports.csat.scoreText')}</span></div>
            </section>
            <section className="report-tile" aria-label={t('reports.csat.response')}>
              <h3>{t('reports.csat.response')}</h3>
              {total.asked > 0
                ? <button type="button" className="value num" aria-label={`${share(total.asked_rated / total.asked)}. ${t('reports.figure.rows', { figure: t('reports.figures.asked') })}`} onClick={() => { open(t('reports.figures.asked'), rowsOf('asked')); }}>{share(total.asked_rated / total.asked)}</button>
                : <p className="value num">–</p>}
              <div className="beside"><span>{t('reports.csat.responseText')}: <span className="num">{written(total.asked)}</span></span></div>
            </section>
          </div>
          <div className="report-columns pt-6">
            <Figure
              finding={t('reports.charts.ratings')}
              text={days}
              table={<DataTable heads={[t('reports.rows.rating'), t('reports.charts.count')]} rows={[5, 4, 3, 2, 1].map((stars) => [t('reports.rows.stars', { count: stars }), written(total.ratings[stars - 1] ?? 0)])} />}
            >
              <Bars bars={bars} />
            </Figure>
            <Comments params={rowsOf('rated', { commented: true })} />
          </div>
        </>
      )}
      {rows && <Rows title={rows.title} params={rows.params} onClose={() => { setRows(null); }} />}
    </>
  );
}

/** Whoever rated and said why, newest first. */
function Comments({ params }: { params: RowsParams }) {
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(rowsQuery(params));
  const users = useUsers();
  const now = useMinute();
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <section aria-label={t('reports.csat.comments')} className="min-w-0">
      <h3 className="pb-2 text-[14px] font-semibold">{t('reports.csat.comments')}</h3>
      {data && rows.length === 0 && !hasNextPage && <p className="text-text-2">{t('reports.csat.noComments')}</p>}
      <ul className="grid grid-cols-1 gap-2">
        {rows.map((row) => (
          <li key={`${row.conversation_id} ${String(row.seq)}`}>
            <Link to="/inbox/$conversationId" params={{ conversationId: row.conversation_id }} search={{ view: 'all', status: 'any', sort: 'newest', message: row.seq }} className="block rounded-[9px] border border-line px-3 py-2 hover:bg-hover">
              <span className="flex items-baseline gap-2 text-[12px] text-text-3">
                <Stars score={row.rating ?? 0} /> <bdi className="min-w-0 flex-1 truncate">{row.contact_name || t('reports.rows.unnamed')}</bdi>
                <time className="num flex-none" dateTime={row.at}>{moment(row.at, now)}</time>
              </span>
              <q className="block break-words text-text" dir="auto">{row.comment}</q>
              {row.user_id && <span className="block text-[12px] text-text-3">{users.find((one) => one.id === row.user_id)?.name ?? t('reports.gone')}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {hasNextPage && <button type="button" className="btn mt-3" disabled={isFetching} onClick={() => { void fetchNextPage(); }}>{t('reports.rows.more')}</button>}
    </section>
  );
}
