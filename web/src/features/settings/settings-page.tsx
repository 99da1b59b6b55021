import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Bell, CalendarClock, History, KeyRound, Keyboard, LayoutTemplate, Link2, ListChecks, MessageSquareText, RotateCw, Star, Tag, Timer, TriangleAlert, UserRound, Users, Zap } from 'lucide-react';
import { Suspense } from 'react';
import { ask } from '@/api/client';
import { deadLettersQuery } from '@/api/queries';
import type { Replayed } from '@/api/types';
import { PageMissing } from '@/components/page-error';
import { ApiKeys } from '@/features/settings/api-keys';
import { Channels } from '@/features/settings/channels';
import { Members } from '@/features/settings/members';
import { Head, LoadError } from '@/features/settings/parts';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay } from '@/lib/people';
import { settingsSections, useSettingsSections } from '@/lib/settings';
import { later } from '@/lib/later';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';

const Appearance = later(() => import('@/features/settings/appearance').then((module) => ({ default: module.Appearance })));
const Templates = later(() => import('@/features/settings/templates').then((module) => ({ default: module.Templates })));
const Availability = later(() => import('@/features/settings/availability').then((module) => ({ default: module.Availability })));
const Hours = later(() => import('@/features/settings/hours').then((module) => ({ default: module.Hours })));
const Notifications = later(() => import('@/features/settings/notifications').then((module) => ({ default: module.Notifications })));
const Audit = later(() => import('@/features/settings/audit').then((module) => ({ default: module.Audit })));
const Ratings = later(() => import('@/features/settings/ratings').then((module) => ({ default: module.Ratings })));
const Teams = later(() => import('@/features/settings/teams').then((module) => ({ default: module.Teams })));

const Labels = later(() => import('@/features/settings/labels').then((module) => ({ default: module.Labels })));

const Rules = later(() => import('@/features/settings/automation/rules').then((module) => ({ default: module.Rules })));
const Macros = later(() => import('@/features/settings/automation/macros').then((module) => ({ default: module.Macros })));

const SavedReplies = later(() => import('@/features/settings/saved-replies').then((module) => ({ default: module.SavedReplies })));

const pages = {
  channels: { icon: Link2, Page: Channels },
  templates: { icon: LayoutTemplate, Page: Templates },
  replies: { icon: MessageSquareText, Page: SavedReplies },
  members: { icon: UserRound, Page: Members },
  teams: { icon: Users, Page: Teams },
  labels: { icon: Tag, Page: Labels },
  hours: { icon: CalendarClock, Page: Hours },
  rules: { icon: Zap, Page: Rules },
  macros: { icon: ListChecks, Page: Macros },
  ratings: { icon: Star, Page: Ratings },
  'api-keys': { icon: KeyRound, Page: ApiKeys },
  audit: { icon: History, Page: Audit },
  'dead-letters': { icon: TriangleAlert, Page: DeadLetters },
  notifications: { icon: Bell, Page: Notifications },
  availability: { icon: Timer, Page: Availability },
  appearance: { icon: Keyboard, Page: Appearance },
};

export function SettingsPage() {
  const { section } = useParams({ from: '/app/settings/$section' });
  const shown = useSettingsSections();
  const current = settingsSections.find((one) => one.id === section);
  if (!current) return <PageMissing />;
  const { Page } = pages[current.id];
  return (
    <div className="flex min-w-0 flex-1 flex-col md:flex-row">
      <nav className="flex flex-none gap-px overflow-x-auto border-line bg-canvas px-2 max-md:border-b max-md:py-1 md:w-[240px] md:flex-col md:border-e" aria-label={t('settings.nav')} data-pane>
        <h1 className="pane-title flex h-[52px] flex-none items-center px-2 max-md:sr-only">{t('settings.nav')}</h1>
        {shown.map(({ id, label }) => {
          const Icon = pages[id].icon;
          return (
            <Link key={id} to="/settings/$section" params={{ section: id }} className="view" aria-current={id === section ? 'page' : undefined} ref={id === section ? intoSight : undefined}>
              <Icon size={16} aria-hidden="true" />
              <span className="truncate">{t(label)}</span>
            </Link>
          );
        })}
      </nav>
      <main className="min-w-0 flex-1 overflow-y-auto bg-surface" data-pane>
        <div className="mx-auto max-w-[760px] px-5 pb-12"><Suspense fallback={null}><Page /></Suspense></div>
      </main>
    </div>
  );
}

/** On a phone the sections are wider than the screen. */
function intoSight(link: HTMLElement | null): void {
  link?.scrollIntoView({ inline: 'center', block: 'nearest' });
}

// Updates that could not be applied --------------------------------------------------------------------------

function DeadLetters() {
  const allowed = useMay('replay_deliveries');
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({ ...deadLettersQuery, enabled: allowed });
  const now = useMinute();
  const replay = useMutation({
    mutationFn: () => ask<Replayed>('/dead-letters/replay', { method: 'POST' }),
    onSuccess: ({ applied, left }) => {
      showToast({ error: false, words: t('settings.replayed', { applied, left }) });
      void refetch();
    },
    onError: (failure) => { showToast({ error: true, words: t('settings.replayFailed', { detail: wordsOf(failure) }) }); },
  });
  const letters = data?.pages.flatMap((page) => page.dead_letters) ?? [];
  return (
    <>
      <Head
        title={t('settings.deadLetters')}
        text={allowed ? t('settings.deadText') : t('settings.deadOwners')}
        action={allowed && letters.length > 0 && (
          <button type="button" className="btn primary" disabled={replay.isPending} onClick={() => { replay.mutate(); }}><RotateCw size={16} aria-hidden="true" />{t('settings.replay')}</button>
        )}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && letters.length === 0 && (
        <div>
          <p className="font-semibold">{t('settings.deadNone')}</p>
          <p className="text-text-2">{t('settings.deadNoneText')}</p>
        </div>
      )}
      <ul className="grid grid-cols-1 gap-2">
        {letters.map((letter) => (
          <li key={letter.id} className="rounded-[9px] border border-line px-3 py-2">
            <div className="flex flex-wrap items-baseline gap-x-3">
              <span className="min-w-0 flex-1 font-medium">{letter.reason}</span>
              <time className="num text-[12px] text-text-3" dateTime={letter.at}>{moment(letter.at, now)}</time>
            </div>
            <details className="mt-1">
              <summary className="link cursor-pointer text-[12px]">{t('settings.raw')}</summary>
              <pre className="mt-1 max-h-72 overflow-auto rounded-[7px] bg-sunken p-2 text-[12px] leading-4 whitespace-pre-wrap">
                {letter.raw ?? t('thread.rawStored', { blob: letter.blob ?? '' })}
              </pre>
            </details>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className="btn mt-3" disabled={isFetchingNextPage} onClick={() => { void fetchNextPage(); }}>{t('settings.deadMore')}</button>
      )}
    </>
  );
}
