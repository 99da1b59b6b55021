import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError } from '@/api/client';
import { PageMissing } from '@/components/page-error';
import { outboxQuery } from '@/lib/doors';
import { useMinute, useTitle } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-doors';
import { wordsOf } from '@/lib/inbox/actions';
import { moment } from '@/lib/time';

/** Mail that stayed here: whoever tries the demo reads what would have been sent. */
export function OutboxPage() {
  useTitle(t('outbox.title'));
  const { data, error, refetch } = useQuery(outboxQuery);
  const now = useMinute();
  if (error instanceof ApiError && error.status === 404) return <PageMissing />;
  return (
    <main className="h-full overflow-y-auto bg-surface">
      <div className="mx-auto max-w-[640px] p-6">
        <p className="mb-6 font-semibold text-text-2">{t('app.name')}</p>
        <h1 className="text-[24px] leading-8 font-[650] tracking-[-0.02em]">{t('outbox.title')}</h1>
        <p className="mb-5 text-[14px] leading-5 text-text-2">{t('outbox.text')}</p>
        {error && (
          <p role="alert" className="text-bad">
            {t('outbox.failed', { detail: wordsOf(error) })} <button type="button" className="link" onClick={() => void refetch()}>{t('app.tryAgain')}</button>
          </p>
        )}
        {data?.mails.length === 0 && (
          <>
            <h2 className="font-semibold">{t('outbox.none')}</h2>
            <p className="text-text-2">{t('outbox.noneText')}</p>
          </>
        )}
        <ul className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-live="polite">
          {data?.mails.map((mail) => (
            <li key={`${mail.at} ${mail.to} ${mail.text}`} className="rounded-[12px] border border-line px-4 py-3">
              <div className="flex flex-wrap items-baseline gap-x-3">
                <h2 className="min-w-0 flex-1 font-semibold break-words">{mail.subject}</h2>
                <time className="num text-[12px] text-text-3" dateTime={mail.at}>{moment(mail.at, now)}</time>
              </div>
              <p className="text-[12px] leading-4 break-words text-text-2">{t('outbox.to', { to: mail.to })}</p>
              <p className="mt-2 [overflow-wrap:anywhere] whitespace-pre-wrap">{linked(mail.text)}</p>
            </li>
          ))}
        </ul>
        <p className="mt-5"><Link to="/inbox" className="link">{t('join.toInbox')}</Link></p>
      </div>
    </main>
  );
}

/** Words whose addresses can be followed. */
function linked(text: string) {
  return text.split(/(https?:\/\/\S+)/).map((part, index) => (index % 2 === 1 ? <a key={index} className="link" href={part}>{part}</a> : part));
}
