import { useQuery } from '@tanstack/react-query';
import { availabilityQuery } from '@/api/queries';
import { Choice } from '@/components/field';
import { Head, LoadError } from '@/features/settings/parts';
import { AVAILABILITIES, availabilityName, setAvailability } from '@/lib/availability';
import { t } from '@/lib/i18n';
import '@/lib/i18n-account';
import { presenceName, useMe } from '@/lib/people';

/** Minutes that can be chosen; 0 is never. */
const MINUTES = [5, 10, 15, 30, 60, 120, 240, 0];

/** Whether one is there, and when silence means that one is not. */
export function Availability() {
  const { data, error, refetch } = useQuery(availabilityQuery);
  const { user } = useMe();
  const own = data?.people.find((one) => one.user_id === user.id);
  const silent = own?.state === 'away' && own.availability !== 'away';
  // What a program chose is shown, too.
  const minutes = data && !MINUTES.includes(data.away_after_minutes) ? [data.away_after_minutes, ...MINUTES] : MINUTES;
  return (
    <>
      <Head title={t('availability.label')} text={t('availability.text')} />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && own && (
        <div className="grid max-w-md gap-5">
          <fieldset>
            <legend className="sr-only">{t('availability.label')}</legend>
            {AVAILABILITIES.map((one) => (
              <label key={one} className="grid min-h-11 grid-cols-[auto_auto_1fr] items-center gap-x-3 rounded-[9px] px-2 py-1.5 hover:bg-hover">
                <input type="radio" name="availability" checked={own.availability === one} onChange={() => void setAvailability(user.id, { availability: one })} />
                <span className={`presence inline ${one}`} aria-hidden="true" />
                <span className="font-medium">{availabilityName(one)}</span>
                <span className="col-start-3 text-[12px] leading-4 text-text-3">{t(`availability.${one}Text`)}</span>
              </label>
            ))}
            <p className="hint px-2" role="status">{silent ? t('availability.nowSilent') : t('availability.now', { state: presenceName(own.state) })}</p>
          </fieldset>
          <div>
            <Choice
              label={t('availability.after')}
              value={String(data.away_after_minutes)}
              onValue={(value) => void setAvailability(user.id, { away_after_minutes: Number(value) })}
              options={minutes.map((count) => ({ value: String(count), label: count === 0 ? t('availability.never') : t('availability.minutes', { count }) }))}
            />
            <p className="hint">{t('availability.afterText')}</p>
          </div>
        </div>
      )}
    </>
  );
}
