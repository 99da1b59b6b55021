import { useEffect, useRef, useState } from 'react';
import { Keys } from '@/components/keys';
import { Head } from '@/features/settings/parts';
import { announce } from '@/lib/announce';
import { openDialog } from '@/lib/dialogs';
import { useMinute } from '@/lib/hooks';
import { language, nextLanguage, t } from '@/lib/i18n';
import '@/lib/i18n-account';
import '@/lib/i18n-settings';
import { languageFor, languageNames, LANGUAGES, type LanguageChoice } from '@/lib/languages';
import { PANE_LIMITS, type Widths } from '@/lib/panes';
import { defaults, setPreferences, usePreferences, type Preferences } from '@/lib/preferences';
import { shortcutGroups, shortcutName } from '@/lib/shortcut-list';
import { defaultShortcuts, glyphs, holderOf, isSingle, shortcutFrom, type ShortcutName } from '@/lib/shortcuts';
import { clock } from '@/lib/time';

/** How the app looks, speaks and is worked by keys, for one person on one device. */
export function Appearance() {
  const preferences = usePreferences();
  return (
    <>
      <Head
        title={t('settings.appearance')}
        text={t('settings.appearanceText')}
        action={<button type="button" className="btn" onClick={() => { openDialog('keys'); }}>{t('settings.showKeys')}</button>}
      />
      <Options name="theme" legend={t('settings.theme')} value={preferences.theme} options={[['system', t('account.system')], ['light', t('account.light')], ['dark', t('account.dark')]]} />
      <LanguageChoices chosen={preferences.language} />
      <Zones chosen={preferences.timeZone} />
      <Options name="density" legend={t('settings.density')} value={preferences.density} options={[['comfortable', t('settings.comfortable')], ['compact', t('settings.compact')]]} />
      <Panes widths={preferences} />
      <Options name="keepCopy" legend={t('settings.keepCopy')} value={preferences.keepCopy} options={[[true, t('settings.keepCopyOn')], [false, t('settings.keepCopyOff')]]} />
      <Options name="sendWith" legend={t('settings.sendWith')} value={preferences.sendWith} options={[['enter', t('settings.sendEnter')], ['mod-enter', t('settings.sendModEnter', { key: `\u2066${glyphs('Mod+Enter').join('+')}\u2069` })]]} />
      <Options name="undoSend" legend={t('settings.undoSend')} value={preferences.undoSend} options={[[0, t('settings.off')], ...([5, 10, 20] as const).map((count): [typeof count, string] => [count, t('settings.undoFor', { count })])]} />
      <Options name="singleKeys" legend={t('settings.singleKeys')} value={preferences.singleKeys} options={[[true, `${t('settings.on')}: ${t('settings.singleKeysText')}`], [false, t('settings.off')]]} />
      <OwnKeys own={preferences.keys} singleKeys={preferences.singleKeys} />
    </>
  );
}

function Options<Name extends keyof Preferences>({ name, legend, value, options }: { name: Name; legend: string; value: Preferences[Name]; options: [Preferences[Name], string][] }) {
  return (
    <fieldset className="border-b border-line py-3">
      <legend className="w-44 pt-1 font-medium max-sm:mb-1 sm:float-start">{legend}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {options.map(([option, label]) => (
          <label key={String(option)} className="inline-flex min-h-[26px] items-center gap-2">
            <input type="radio" name={name} className="size-4 flex-none accent-accent" checked={value === option} onChange={() => { setPreferences({ [name]: option }); }} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function LanguageChoices({ chosen }: { chosen: LanguageChoice }) {
  const choose = (choice: LanguageChoice) => {
    setPreferences({ language: choice });
    // The words are brought before anything is shown.
    if (nextLanguage() !== language) location.reload();
  };
  const auto = languageNames[languageFor(undefined, navigator.languages)];
  return (
    <fieldset className="border-b border-line py-3">
      <legend className="w-44 pt-1 font-medium max-sm:mb-1 sm:float-start">{t('settings.language')}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {(['auto', ...LANGUAGES] as const).map((choice) => (
          <label key={choice} className="inline-flex min-h-[26px] items-center gap-2" lang={choice === 'auto' ? undefined : choice}>
            <input type="radio" name="language" className="size-4 flex-none accent-accent" checked={chosen === choice} onChange={() => { choose(choice); }} />
            {choice === 'auto' ? t('settings.languageAuto', { name: auto }) : <bdi>{languageNames[choice]}</bdi>}
          </label>
        ))}
        <p className="hint w-full">{t('settings.languageHint')}</p>
      </div>
    </fieldset>
  );
}

function Zones({ chosen }: { chosen: string }) {
  const now = useMinute();
  const zones = Intl.supportedValuesOf('timeZone');
  const own = new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
  const known = chosen === '' || zones.includes(chosen) ? zones : [chosen, ...zones];
  return (
    <div className="border-b border-line py-3">
      <label className="w-44 pt-1.5 font-medium max-sm:mb-1 max-sm:block sm:float-start" htmlFor="time-zone">{t('settings.timeZone')}</label>
      <div className="sm:ms-44">
        <select id="time-zone" className="field max-w-xs" value={chosen} aria-describedby="time-zone-hint" onChange={(event) => { setPreferences({ timeZone: event.target.value }); }}>
          <option value="">{t('settings.timeZoneAuto', { name: own.replaceAll('_', ' ') })}</option>
          {known.map((name) => <option key={name} value={name}>{name.replaceAll('_', ' ')}</option>)}
        </select>
        <p id="time-zone-hint" className="hint num">{t('settings.timeZoneHint', { time: clock(new Date(now)) })}</p>
      </div>
    </div>
  );
}

/** The widths without dragging, for whom that is hard. */
function Panes({ widths }: { widths: Widths }) {
  const at = (end: 0 | 1): Widths => ({ viewsWidth: PANE_LIMITS.viewsWidth[end], listWidth: PANE_LIMITS.listWidth[end], detailsWidth: PANE_LIMITS.detailsWidth[end] });
  const { viewsWidth, listWidth, detailsWidth } = defaults;
  const choices: [string, Widths][] = [[t('settings.panesNarrow'), at(0)], [t('settings.panesUsual'), { viewsWidth, listWidth, detailsWidth }], [t('settings.panesWide'), at(1)]];
  const is = (one: Widths) => one.viewsWidth === widths.viewsWidth && one.listWidth === widths.listWidth && one.detailsWidth === widths.detailsWidth;
  const own = !choices.some(([, one]) => is(one));
  return (
    <fieldset className="border-b border-line py-3">
      <legend className="w-44 pt-1 font-medium max-sm:mb-1 sm:float-start">{t('settings.panes')}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {choices.map(([label, one]) => (
          <label key={label} className="inline-flex min-h-[26px] items-center gap-2">
            <input type="radio" name="panes" className="size-4 flex-none accent-accent" checked={is(one)} onChange={() => { setPreferences(one); }} />
            {label}
          </label>
        ))}
        {own && (
          <label className="inline-flex min-h-[26px] items-center gap-2">
            <input type="radio" name="panes" className="size-4 flex-none accent-accent" checked readOnly />
            {t('settings.panesOwn')}
          </label>
        )}
      </div>
    </fieldset>
  );
}

function OwnKeys({ own, singleKeys }: { own: Record<string, string>; singleKeys: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { if (location.hash === '#keys') heading.current?.scrollIntoView(); }, []);
  return (
    <section className="py-4" aria-labelledby="keys">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div>
          <h3 id="keys" ref={heading} className="text-[15px] leading-5 font-semibold">{t('settings.ownKeys')}</h3>
          <p className="text-text-2">{t('settings.ownKeysText')}</p>
        </div>
        <button type="button" className="btn" disabled={Object.keys(own).length === 0} onClick={() => { setPreferences({ keys: {} }); }}>{t('settings.keysReset')}</button>
      </div>
      {shortcutGroups.map((group) => (
        <div key={group.heading} className="mt-3">
          <h4 className="mb-1 text-[12px] leading-4 font-semibold text-text-2">{t(`keys.${group.heading}`)}</h4>
          <ul>{group.names.map((name) => <OwnKey key={name} name={name} own={own[name]} singleKeys={singleKeys} />)}</ul>
        </div>
      ))}
    </section>
  );
}

function OwnKey({ name, own, singleKeys }: { name: ShortcutName; own: string | undefined; singleKeys: boolean }) {
  const [listens, setListens] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const words = shortcutName(name);
  const shortcut = own ?? defaultShortcuts[name];
  const set = (next: string | undefined) => {
    const { [name]: _, ...others } = usePreferences.getState().keys;
    setPreferences({ keys: next === undefined || next === defaultShortcuts[name] ? others : { ...others, [name]: next } });
    announce(() => t('settings.keySet', { name: words, keys: next === '' ? t('settings.keyNone') : glyphs(next ?? defaultShortcuts[name]).join('+') }));
  };
  const listen = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      setListens(false);
      setProblem(null);
      return;
    }
    if (/^(Control|Alt|AltGraph|Shift|Meta)$/.test(event.key)) return;
    const pressed = shortcutFrom(event);
    const holder = pressed === null ? null : holderOf(pressed, name);
    if (pressed === null) setProblem(t('settings.keyCannot'));
    else if (holder) setProblem(t('settings.keyTaken', { name: shortcutName(holder) }));
    else {
      set(pressed);
      setListens(false);
      setProblem(null);
    }
  };
  const heard = useRef(listen);
  useEffect(() => { heard.current = listen; });
  useEffect(() => {
    if (!listens) return;
    const press = (event: KeyboardEvent) => { heard.current(event); };
    // Before the page's own keys hear of it.
    window.addEventListener('keydown', press, { capture: true });
    return () => { window.removeEventListener('keydown', press, { capture: true }); };
  }, [listens]);
  return (
    <li className="flex min-h-[38px] flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-1" data-key={name}>
      <span className="min-w-0 flex-1">{words}</span>
      {problem && <span className="text-[12px] leading-4 text-bad" role="alert">{problem}</span>}
      <button
        type="button"
        className="btn small"
        aria-pressed={listens}
        aria-label={`${t('settings.keyChange', { name: words })}. ${listens ? t('settings.keyPress') : t('settings.keyNow', { keys: shortcut === '' ? t('settings.keyNone') : glyphs(shortcut).join('+') })}`}
        onClick={() => { setListens(!listens); setProblem(null); }}
        onBlur={() => { setListens(false); setProblem(null); }}
      >
        {listens ? t('settings.keyPress') : shortcut === '' ? t('settings.keyNone') : <Keys of={shortcut} />}
      </button>
      {shortcut !== '' && <button type="button" className="link" aria-label={t('settings.keyOffFor', { name: words })} onClick={() => { set(''); }}>{t('settings.keyOff')}</button>}
      {own !== undefined && holderOf(defaultShortcuts[name], name) === null && <button type="button" className="link" aria-label={t('settings.keyUsualFor', { name: words })} onClick={() => { set(undefined); }}>{t('settings.keyUsual')}</button>}
      {isSingle(shortcut) && shortcut !== '' && !singleKeys && <span className="text-[12px] leading-4 text-text-3">{t('settings.off')}</span>}
    </li>
  );
}
