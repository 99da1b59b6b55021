import { useMutation, useQuery } from '@tanstack/react-query';
import { Volume2 } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { ask } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { NotificationClass, NotificationSettings, NotificationWays } from '@/api/types';
import { Choice } from '@/components/field';
import { Head, LoadError } from '@/features/settings/parts';
import { useMinute } from '@/lib/hooks';
import { dayName, DAYS } from '@/lib/hours';
import { t } from '@/lib/i18n';
import '@/lib/i18n-notify';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { CHOOSING, noticeSettingsQuery, pushQuery } from '@/lib/notify/mark';
import { canPush, isPushed, startPush, stopPush } from '@/lib/notify/push';
import { play } from '@/lib/notify/sound';
import { useNotices } from '@/lib/notify/state';
import { browserName } from '@/lib/notify/words';
import { useMe } from '@/lib/people';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';
import { zone as ownZone } from '@/lib/zone';

const CLASSES = ['mention', 'assigned', 'new', 'unassigned', 'sla', 'failed'] as const satisfies NotificationClass[];
const WAYS = ['page', 'sound', 'desktop', 'push'] as const satisfies (keyof NotificationWays)[];
/** Pause before what is moved is saved, in milliseconds. */
const SETTLE_MS = 400;

const zoneHere = () => ownZone() ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How I hear of things, and when not. */
export function Notifications() {
  const { data, error, refetch } = useQuery(noticeSettingsQuery);
  return (
    <>
      <Head title={t('settings.notifications')} text={t('notifySettings.text')} />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && <Form settings={data} />}
    </>
  );
}

function Form({ settings }: { settings: NotificationSettings }) {
  const { mutate } = useMutation({
    mutationFn: (next: NotificationSettings) => ask<NotificationSettings>('/notifications/settings', { method: 'PUT', body: next }),
    // What is chosen last holds, in whatever order the answers come.
    scope: { id: 'notification-settings' },
    mutationKey: CHOOSING,
    onSettled: () => {
      if (queryClient.isMutating({ mutationKey: CHOOSING }) <= 1) void queryClient.invalidateQueries({ queryKey: noticeSettingsQuery.queryKey });
    },
    onError: (failure) => {
      showToast({ error: true, words: t('notifySettings.saveFailed', { detail: wordsOf(failure) }) });
    },
  });
  const save = (change: Partial<NotificationSettings>) => {
    // What is being read is older than this.
    void queryClient.cancelQueries({ queryKey: noticeSettingsQuery.queryKey });
    const next = { ...(queryClient.getQueryData(noticeSettingsQuery.queryKey) ?? settings), ...change };
    queryClient.setQueryData(noticeSettingsQuery.queryKey, next);
    mutate(next);
  };
  return (
    <div className="grid gap-7">
      <Matrix settings={settings} save={save} />
      <Loudness settings={settings} save={save} />
      <Pause settings={settings} save={save} />
      <Quiet settings={settings} save={save} />
      <fieldset className="grid gap-1">
        <legend className="mb-1 text-[14px] leading-5 font-semibold">{t('notifySettings.when')}</legend>
        <Check label={t('notifySettings.mentionsAlways')} on={settings.mentions_always ?? false} onChange={(on) => { save({ mentions_always: on }); }} />
        <Check label={t('notifySettings.whileAway')} on={settings.while_away ?? false} onChange={(on) => { save({ while_away: on }); }} />
        <Check label={t('notifySettings.whileOffline')} on={settings.while_offline ?? true} onChange={(on) => { save({ while_offline: on }); }} />
      </fieldset>
      <Browser settings={settings} save={save} />
    </div>
  );
}

type Part = { settings: NotificationSettings; save: (change: Partial<NotificationSettings>) => void };

function Check({ label, hint, on, onChange, disabled = false }: { label: string; hint?: string; on: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div>
      <label className="inline-flex min-h-[26px] items-center gap-2">
        <input type="checkbox" className="size-4 flex-none accent-accent" checked={on} disabled={disabled} aria-describedby={hint ? id : undefined} onChange={(event) => { onChange(event.target.checked); }} />
        {label}
      </label>
      {hint && <p id={id} className="hint !mt-0 ps-6">{hint}</p>}
    </div>
  );
}

function Matrix({ settings, save }: Part) {
  return (
    <table className="notice-matrix">
      <caption className="sr-only">{t('notifySettings.how')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('notifySettings.of')}</th>
          {WAYS.map((way) => <th key={way} scope="col" className="text-center">{t(`notifySettings.${way}`)}</th>)}
          <td />
        </tr>
      </thead>
      <tbody>
        {CLASSES.map((of) => (
          <tr key={of}>
            <th scope="row">{t(`notifySettings.${of}`)}</th>
            {WAYS.map((way) => (
              <td key={way} className="text-center">
                <label className="inline-grid size-8 place-items-center">
                  <span className="sr-only">{t('notifySettings.cell', { of: t(`notifySettings.${of}`), way: t(`notifySettings.${way}`) })}</span>
                  <input
                    type="checkbox"
                    className="size-4 accent-accent"
                    checked={settings.ways[of][way] ?? false}
                    onChange={(event) => { save({ ways: { ...settings.ways, [of]: { ...settings.ways[of], [way]: event.target.checked } } }); }}
                  />
                </label>
              </td>
            ))}
            <td>
              <button type="button" className="btn plain icon small" aria-label={t('notifySettings.test', { of: t(`notifySettings.${of}`) })} title={t('notifySettings.test', { of: t(`notifySettings.${of}`) })} onClick={() => void play(of, settings.volume ?? 50)}>
                <Volume2 size={16} aria-hidden="true" />
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Loudness({ settings, save }: Part) {
  const id = useId();
  const muted = useNotices((state) => state.muted);
  const [volume, setVolume] = useState(settings.volume ?? 50);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  return (
    <div className="max-w-md">
      <label className="label" htmlFor={id}>{t('notifySettings.volume')}</label>
      <input
        id={id}
        type="range"
        className="h-8 w-full accent-accent"
        min={0}
        max={100}
        step={5}
        value={volume}
        aria-valuetext={t('notifySettings.volumeText', { count: volume })}
        onChange={(event) => {
          const next = Number(event.target.value);
          setVolume(next);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            save({ volume: next });
            void play('new', next);
          }, SETTLE_MS);
        }}
      />
      {muted && <p className="hint" role="status">{t('notify.blocked')}</p>}
    </div>
  );
}

function Pause({ settings, save }: Part) {
  const now = useMinute();
  const until = settings.paused_until && Date.parse(settings.paused_until) > now ? settings.paused_until : null;
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(8, 0, 0, 0);
  const choices = [
    ['pauseHour', now + 3_600_000],
    ['pauseFour', now + 4 * 3_600_000],
    ['pauseTomorrow', tomorrow.getTime()],
  ] as const;
  return (
    <section aria-labelledby="do-not-disturb">
      <h3 id="do-not-disturb" className="mb-1 text-[14px] leading-5 font-semibold">{t('notifySettings.pause')}</h3>
      <p className="mb-2 text-text-2" role="status">{until ? t('notifySettings.pauseUntil', { time: moment(until, now) }) : t('notifySettings.pauseNot')}</p>
      <div className="flex flex-wrap gap-1.5">
        {until && <button type="button" className="btn primary" onClick={() => { save({ paused_until: undefined }); }}>{t('notifySettings.pauseEnd')}</button>}
        {choices.map(([name, at]) => (
          <button key={name} type="button" className="btn" onClick={() => { save({ paused_until: new Date(at).toISOString() }); }}>{t(`notifySettings.${name}`)}</button>
        ))}
      </div>
    </section>
  );
}

function Quiet({ settings, save }: Part) {
  const quiet = settings.quiet_hours ?? null;
  const zones = Intl.supportedValuesOf('timeZone');
  const zone = settings.time_zone ?? 'UTC';
  const put = (change: Partial<NonNullable<typeof quiet>>) => {
    if (quiet) save({ quiet_hours: { ...quiet, ...change } });
  };
  return (
    <section aria-labelledby="quiet-hours">
      <h3 id="quiet-hours" className="mb-1 text-[14px] leading-5 font-semibold">{t('notifySettings.quiet')}</h3>
      <Check
        label={t('notifySettings.quietOn')}
        hint={t('notifySettings.quietText')}
        on={quiet !== null}
        onChange={(on) => {
          save(on ? { quiet_hours: { days: [...DAYS], from: '20:00', to: '08:00' }, time_zone: zone === 'UTC' ? zoneHere() : zone } : { quiet_hours: undefined });
        }}
      />
      {quiet && (
        <div className="mt-3 grid max-w-md gap-4">
          <fieldset>
            <legend className="label">{t('notifySettings.days')}</legend>
            <div className="flex flex-wrap gap-1.5">
              {DAYS.map((day) => {
                const on = quiet.days.includes(day);
                return <button key={day} type="button" className={`btn small ${on ? 'primary' : ''}`} aria-pressed={on} onClick={() => { put({ days: DAYS.filter((one) => (one === day ? !on : quiet.days.includes(one))) }); }}>{dayName(day)}</button>;
              })}
            </div>
          </fieldset>
          <div>
            <div className="flex flex-wrap gap-3">
              <Time label={t('notifySettings.from')} value={quiet.from} onValue={(from) => { put({ from }); }} />
              <Time label={t('notifySettings.to')} value={quiet.to} onValue={(to) => { put({ to }); }} />
            </div>
            {quiet.to <= quiet.from && <p className="hint">{t('notifySettings.overnight')}</p>}
          </div>
          <Choice label={t('notifySettings.zone')} value={zone} onValue={(value) => { save({ time_zone: value }); }} options={(zones.includes(zone) ? zones : [zone, ...zones]).map((value) => ({ value, label: value.replaceAll('_', ' ') }))} />
        </div>
      )}
    </section>
  );
}

function Time({ label, value, onValue }: { label: string; value: string; onValue: (value: string) => void }) {
  const id = useId();
  return (
    <div>
      <label className="label" htmlFor={id}>{label}</label>
      <input id={id} type="time" className="field !w-36" defaultValue={value} onBlur={(event) => { if (event.target.value !== '' && event.target.value !== value) onValue(event.target.value); }} />
    </div>
  );
}

const permission = () => (typeof window.Notification === 'undefined' ? 'none' : window.Notification.permission);

function Browser({ settings, save }: Part) {
  const { user } = useMe();
  const { data, error, refetch } = useQuery(pushQuery);
  const [allowed, setAllowed] = useState(permission);
  const [pushed, setPushed] = useState(() => isPushed(user.id));
  const [busy, setBusy] = useState(false);
  const now = useMinute();
  const change = async (on: boolean) => {
    setBusy(true);
    try {
      const here = data?.subscriptions.find((one) => one.current);
      if (on) await startPush(user.id);
      else {
        if (here) await ask(`/push-subscriptions/${here.id}`, { method: 'DELETE' });
        await stopPush();
      }
    } catch (failure) {
      showToast({ error: true, words: t('notifySettings.pushFailed', { detail: failure instanceof DOMException ? failure.message : wordsOf(failure) }) });
    }
    setBusy(false);
    setAllowed(permission());
    setPushed(isPushed(user.id));
    void refetch();
  };
  const forget = useMutation({
    mutationFn: (id: string) => ask(`/push-subscriptions/${id}`, { method: 'DELETE' }),
    onSettled: () => void refetch(),
  });
  const off = data && !data.public_key;
  return (
    <section aria-labelledby="this-browser" className="grid gap-4">
      <h3 id="this-browser" className="text-[14px] leading-5 font-semibold">{t('notifySettings.browser')}</h3>
      <div>
        <p className="font-medium">{t('notifySettings.permission')}</p>
        <p className="text-text-2" role="status">
          {allowed === 'granted' ? t('notifySettings.permissionGranted') : allowed === 'denied' ? t('notifySettings.permissionDenied') : allowed === 'none' ? t('notifySettings.permissionNone') : t('notifySettings.permissionDefault')}
        </p>
        {allowed === 'default' && <button type="button" className="btn mt-2" onClick={() => void window.Notification.requestPermission().then(() => { setAllowed(permission()); })}>{t('notifySettings.allow')}</button>}
      </div>
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {off ? <p className="text-text-2">{t('notifySettings.pushOff')}</p> : !canPush() ? <p className="text-text-2">{t('notifySettings.pushNone')}</p> : (
        <Check label={t('notifySettings.pushHere')} hint={t('notifySettings.pushHereText')} on={pushed} disabled={busy || !data || allowed === 'denied'} onChange={(on) => void change(on)} />
      )}
      <Check label={t('notifySettings.showText')} hint={t('notifySettings.showTextText')} on={settings.show_text ?? false} onChange={(on) => { save({ show_text: on }); }} />
      {data && data.subscriptions.length > 0 && (
        <div>
          <h4 className="label">{t('notifySettings.others')}</h4>
          <ul className="grid grid-cols-1 gap-2">
            {data.subscriptions.map((one) => (
              <li key={one.id} className="flex items-center gap-3 rounded-[9px] border border-line px-3 py-2">
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium">{browserName(one.browser ?? one.service)}{one.current && <span className="font-normal text-text-2">{` (${t('notifySettings.thisOne')})`}</span>}</p>
                  <p className="num text-[12px] leading-4 text-text-3">{t('notifySettings.since', { date: moment(one.created_at, now) })}</p>
                </div>
                <button type="button" className="btn" aria-label={t('notifySettings.forgetOne', { name: browserName(one.browser ?? one.service) })} disabled={forget.isPending} onClick={() => { if (one.current) void change(false); else forget.mutate(one.id); }}>{t('notifySettings.forget')}</button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
