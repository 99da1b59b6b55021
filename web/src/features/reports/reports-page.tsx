import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, useCallback } from 'react';
import { PageMissing } from '@/components/page-error';
import { History } from '@/features/reports/history';
import { Live } from '@/features/reports/live';
import { Ratings } from '@/features/reports/ratings';
import { t } from '@/lib/i18n';
import '@/lib/i18n-reports';
import { useMay } from '@/lib/people';
import { REPORT_PAGES, type ReportSearch } from '@/lib/reports';

/** How it stands, what happened, and what customers thought of it. */
export function ReportsPage() {
  const { page } = useParams({ from: '/app/reports/$page' });
  const search = useSearch({ from: '/app/reports/$page' });
  const navigate = useNavigate();
  const allowed = useMay('see_reports');
  const current = REPORT_PAGES.find((one) => one === page);
  const change = useCallback((next: ReportSearch) => void navigate({ to: '/reports/$page', params: { page: current ?? 'live' }, search: next, replace: true }), [navigate, current]);
  const onWall = useCallback((on: boolean) => { change(on ? { wall: true } : {}); }, [change]);
  if (!current) return <PageMissing />;
  const days: ReportSearch = { ...(search.range ? { range: search.range } : {}), ...(search.from ? { from: search.from } : {}), ...(search.to ? { to: search.to } : {}) };
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <nav className="flex h-[52px] flex-none items-center gap-4 border-b border-line bg-canvas px-4" aria-label={t('reports.nav')} data-pane>
        <h1 className="pane-title max-md:sr-only">{t('reports.nav')}</h1>
        <div className="flex items-stretch gap-4 self-stretch">
          {REPORT_PAGES.map((one) => (
            <Link key={one} to="/reports/$page" params={{ page: one }} search={one === 'live' ? {} : days} className="report-tab" aria-current={one === current ? 'page' : undefined}>{t(`reports.${one}`)}</Link>
          ))}
        </div>
      </nav>
      <main className="min-w-0 flex-1 overflow-y-auto bg-surface" data-pane>
        <div className="mx-auto max-w-[1160px] px-5 pb-12">
          {allowed
            ? <Suspense fallback={null}>{current === 'live' ? <Live wall={search.wall === true} onWall={onWall} /> : current === 'history' ? <History search={search} onSearch={change} /> : <Ratings search={search} onSearch={change} />}</Suspense>
            : <p className="pt-5 text-text-2">{t('reports.notYours')}</p>}
        </div>
      </main>
    </div>
  );
}
