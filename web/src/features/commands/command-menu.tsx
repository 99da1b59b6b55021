import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { AlarmClock, ArrowDown, ArrowUp, ArrowUpDown, Bell, BellOff, CalendarClock, ChartColumn, Check, CheckCheck, CornerUpLeft, Hourglass, Inbox, Keyboard, Languages, LayoutTemplate, ListChecks, ListFilter, Lock, LogOut, MessageSquareText, Monitor, Moon, PanelRight, Paperclip, Rows3, Search, Settings, ShieldBan, ShieldCheck, SignalHigh, Smile, SquarePen, Sun, Tag, UserRoundCheck, UserRoundX, Users } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { queryClient } from '@/api/queries';
import type { Conversation, SavedReply } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Keys } from '@/components/keys';
import { openDialog } from '@/lib/dialogs';
import { AVAILABILITIES, availabilityName, setAvailability } from '@/lib/availability';
import { recentCommands, withRecentCommand } from '@/lib/commands';
import { returnToDraft } from '@/lib/drafts';
import { useFocusReturn, useSettled } from '@/lib/hooks';
import { language, nextLanguage, t } from '@/lib/i18n';
import '@/lib/i18n-account';
import '@/lib/i18n-reports';
import '@/lib/i18n-notify';
import '@/lib/i18n-settings';
import '@/lib/i18n-writing';
import { assign, putWithTeam, setLabel, setPriority, setStatus, wordsOf } from '@/lib/inbox/actions';
import { saveContact } from '@/lib/inbox/contacts';
import { learn } from '@/lib/inbox/live';
import { neighbour } from '@/lib/inbox/neighbour';
import { snoozeChoices, snoozeName } from '@/lib/inbox/snooze';
import { orderOf, plainList, SORTS, STATUSES, VIEWS } from '@/lib/inbox/state';
import { askComposer, askDetails, focusComposer, setComposerMode, useInbox, usePlace } from '@/lib/inbox/store';
import { useAnswering, useLabels, useMacros, useMay, useMe, useTeams, useViews } from '@/lib/people';
import { markAllRead, pauseFor } from '@/lib/notify/acts';
import { languageNames, LANGUAGES } from '@/lib/languages';
import { REPORT_PAGES } from '@/lib/report-search';
import { filledQuery, repliesQuery } from '@/lib/replies';
import { setPreferences } from '@/lib/preferences';
import { signOut } from '@/lib/session';
import { noFilters, searchFor, searchQuery } from '@/lib/search';
import { useSettingsSections } from '@/lib/settings';
import { shortcuts } from '@/lib/shortcuts';
import { showToast } from '@/lib/toast';
import { PRIORITIES, priorityName } from '@/lib/words';
import { goToWorkspace } from '@/lib/workspaces';

const icon = { size: 16, 'aria-hidden': true } as const;

/** Nothing is asked while keys follow each other this closely, in milliseconds. */
const SETTLE_MS = 180;
/** People of the server's answer, at most. */
const PEOPLE_MAX = 5;

type Command = { icon: ReactNode; keys: string | undefined; children: string; onSelect: () => void };

/** The commands that are on the menu now, by what they are called there. */
const OnMenu = createContext<Map<string, Command>>(new Map());

/** ⌘K: everything that can be done here and everywhere one can go. */
export function CommandMenu({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const { list, openId } = usePlace();
  const conversation = useInbox((state) => (openId ? state.conversations[openId] : undefined));
  const conversations = useInbox((state) => state.conversations);
  const { user, workspace, workspaces } = useMe();
  const users = useAnswering();
  const answers = useMay('answer');
  const seesReports = useMay('see_reports');
  const sections = useSettingsSections();
  const teams = useTeams() ?? [];
  const labels = useLabels() ?? [];
  const views = useViews() ?? [];
  const macros = useMacros() ?? [];
  const open = (id: string | null) => {
    if (id) void navigate({ to: '/inbox/$conversationId', params: { conversationId: id }, search: list });
  };
  const back = useFocusReturn();
  const [words, setWords] = useState('');
  const [selected, setSelected] = useState('');
  const [onMenu] = useState(() => new Map<string, Command>());
  const { data: replies } = useQuery({ ...repliesQuery, enabled: conversation !== undefined && answers });
  const settled = useSettled(words.trim(), SETTLE_MS);
  // People who are not among the conversations here. They come below what is here, and move nothing.
  const { data: found } = useInfiniteQuery(searchQuery({ words: settled, group: 'contacts', filters: noFilters }));
  const run = (act: () => void) => () => {
    onClose();
    // After the dialog gave the focus back, so that an act may move it.
    setTimeout(act, 0);
  };
  const known = orderOf(useInbox.getState(), list).slice(0, 200);
  const people = settled === '' || settled !== words.trim() ? [] : (found?.pages[0]?.contacts.hits ?? [])
    .flatMap((hit) => hit.conversations.slice(0, 1).map((one) => ({ contact: hit.contact, conversation: one })))
    .filter((one) => !known.includes(one.conversation.id))
    .slice(0, PEOPLE_MAX);

  return (
    <Dialog.Root open onOpenChange={(on) => { if (!on) onClose(); }}>
      <OnMenu.Provider value={onMenu}><Dialog.Portal>
        <div className="backdrop" />
        <Dialog.Content className="dialog !w-[min(560px,calc(100vw-24px))]" aria-describedby={undefined} onCloseAutoFocus={back}>
          <Dialog.Title className="sr-only">{t('commands.title')}</Dialog.Title>
          <Command label={t('commands.title')} loop value={selected} onValueChange={setSelected} filter={fits} className="flex min-h-0 flex-col">
            <Command.Input value={words} onValueChange={setWords} className="h-12 w-full border-b border-line bg-transparent px-4 text-[15px] outline-none" placeholder={t('commands.field')} />
            <Command.List className="max-h-[min(420px,60vh)] overflow-y-auto p-1.5">
              {people.length === 0 && <Command.Empty className="p-3 text-text-3">{t('commands.none')}</Command.Empty>}
              {words === '' && <Recent onFirst={setSelected} />}
              {conversation && !answers && (
                <Command.Group heading={t('commands.conversation')}>
                  <Item icon={<PanelRight {...icon} />} keys={shortcuts.details} onSelect={run(askDetails)}>{t('actions.details')}</Item>
                </Command.Group>
              )}
              {conversation && answers && (
                <Command.Group heading={t('commands.conversation')}>
                  {conversation.status !== 'resolved' && (
                    <Item icon={<Check {...icon} />} keys={shortcuts.resolve} onSelect={run(() => void setStatus(conversation.id, 'resolved'))}>{t('actions.resolve')}</Item>
                  )}
                  {conversation.status !== 'resolved' && (
                    <Item icon={<Check {...icon} />} keys={shortcuts.resolveNext} onSelect={run(() => {
                      const next = neighbour(1) ?? neighbour(-1);
                      void setStatus(conversation.id, 'resolved');
                      if (next) {
                        focusComposer(next);
                        open(next);
                      } else void navigate({ to: '/inbox', search: list });
                    })}>{t('actions.resolveNext')}</Item>
                  )}
                  {conversation.status !== 'open' && <Item icon={<Inbox {...icon} />} onSelect={run(() => void setStatus(conversation.id, 'open'))}>{t('actions.reopen')}</Item>}
                  {conversation.status !== 'pending' && <Item icon={<Hourglass {...icon} />} onSelect={run(() => void setStatus(conversation.id, 'pending'))}>{t('actions.pending')}</Item>}
                  <Item icon={<CornerUpLeft {...icon} />} keys={shortcuts.reply} onSelect={run(() => { setComposerMode(conversation.id, 'reply'); })}>{t('actions.reply')}</Item>
                  <Item icon={<Lock {...icon} />} keys={shortcuts.note} onSelect={run(() => { setComposerMode(conversation.id, 'note'); })}>{t('actions.note')}</Item>
                  <Item icon={<LayoutTemplate {...icon} />} onSelect={run(() => { setComposerMode(conversation.id, 'template'); })}>{t('composer.template')}</Item>
                  <Item icon={<Paperclip {...icon} />} keys={shortcuts.attach} onSelect={run(() => { askComposer(conversation.id, 'attach'); })}>{t('attach.add')}</Item>
                  <Item icon={<MessageSquareText {...icon} />} onSelect={run(() => { askComposer(conversation.id, 'saved'); })}>{t('writing.saved')}</Item>
                  <Item icon={<Smile {...icon} />} onSelect={run(() => { askComposer(conversation.id, 'emoji'); })}>{t('writing.emoji')}</Item>
                  <Item icon={<CalendarClock {...icon} />} onSelect={run(() => { askComposer(conversation.id, 'schedule'); })}>{t('schedule.open')}</Item>
                  <Item icon={<PanelRight {...icon} />} keys={shortcuts.details} onSelect={run(askDetails)}>{t('actions.details')}</Item>
                  <Item icon={conversation.contact.blocked ? <ShieldCheck {...icon} /> : <ShieldBan {...icon} />} onSelect={run(() => void saveContact(conversation.contact.id, { blocked: !conversation.contact.blocked }))}>{conversation.contact.blocked ? t('details.unblock') : t('details.block')}</Item>
                  {conversation.assignee_id !== user.id && (
                    <Item icon={<UserRoundCheck {...icon} />} onSelect={run(() => void assign(conversation.id, user.id))}>{t('actions.toMe')}</Item>
                  )}
                  {users.filter((one) => one.id !== user.id && one.id !== conversation.assignee_id).map((one) => (
                    <Item key={one.id} icon={<Avatar id={one.id} name={one.name} size={20} />} onSelect={run(() => void assign(conversation.id, one.id))}>
                      {`${t('actions.assign')}: ${one.name}`}
                    </Item>
                  ))}
                  {conversation.assignee_id && (
                    <Item icon={<UserRoundX {...icon} />} onSelect={run(() => void assign(conversation.id, null))}>{`${t('actions.assign')}: ${t('actions.toNobody')}`}</Item>
                  )}
                  {teams.filter((team) => team.id !== conversation.team_id).map((team) => (
                    <Item key={team.id} icon={<Users {...icon} />} onSelect={run(() => void putWithTeam(conversation.id, team.id))}>{`${t('details.team')}: ${team.name}`}</Item>
                  ))}
                  {conversation.team_id && <Item icon={<Users {...icon} />} onSelect={run(() => void putWithTeam(conversation.id, null))}>{`${t('details.team')}: ${t('details.noTeam')}`}</Item>}
                  {PRIORITIES.filter((one) => one !== (conversation.priority ?? 'none')).map((one) => (
                    <Item key={one} icon={<SignalHigh {...icon} />} onSelect={run(() => void setPriority(conversation.id, one))}>{`${t('priority.label')}: ${priorityName(one)}`}</Item>
                  ))}
                  {labels.map((label) => {
                    const on = conversation.labels?.includes(label.id) ?? false;
                    return (
                      <Item key={label.id} icon={<Tag {...icon} />} onSelect={run(() => void setLabel(conversation.id, label.id, !on))}>
                        {on ? t('commands.unlabel', { name: label.name }) : t('commands.label', { name: label.name })}
                      </Item>
                    );
                  })}
                  {macros.map((one) => (
                    <Item key={one.id} icon={<ListChecks {...icon} />} onSelect={run(() => void import('@/lib/automation').then(({ runMacro }) => runMacro(conversation.id, one)))}>{t('commands.macro', { name: one.name })}</Item>
                  ))}
                  {snoozeChoices(new Date()).map((choice) => (
                    <Item key={choice.kind} icon={<AlarmClock {...icon} />} onSelect={run(() => void setStatus(conversation.id, 'snoozed', choice.at.toISOString()))}>
                      {`${t('actions.snooze')}: ${snoozeName(choice)}`}
                    </Item>
                  ))}
                  <Item icon={<AlarmClock {...icon} />} onSelect={run(() => { openDialog('snooze'); })}>{`${t('actions.snooze')}: ${t('actions.snoozeOther')}`}</Item>
                </Command.Group>
              )}
              <Command.Group heading={t('commands.goTo')}>
                {answers && <Item icon={<SquarePen {...icon} />} onSelect={run(() => { openDialog('start'); })}>{t('list.new')}</Item>}
                <Item icon={<Bell {...icon} />} keys={shortcuts.alerts} onSelect={run(() => { openDialog('notifications'); })}>{t('areas.alertsNone')}</Item>
                <Item icon={<CheckCheck {...icon} />} onSelect={run(() => void markAllRead())}>{`${t('areas.alertsNone')}: ${t('notify.markAll')}`}</Item>
                <Item icon={<BellOff {...icon} />} onSelect={run(() => void pauseFor(3_600_000))}>{`${t('notifySettings.pause')}: ${t('notifySettings.pauseHour')}`}</Item>
                <Item icon={<ArrowDown {...icon} />} keys={shortcuts.next} onSelect={run(() => { open(neighbour(1)); })}>{t('actions.next')}</Item>
                <Item icon={<ArrowUp {...icon} />} keys={shortcuts.previous} onSelect={run(() => { open(neighbour(-1)); })}>{t('actions.previous')}</Item>
                {STATUSES.map((status) => (
                  <Item key={status} icon={<Inbox {...icon} />} onSelect={run(() => void navigate({ to: '/inbox', search: { ...plainList(list), status } }))}>
                    {`${t('areas.inbox')}: ${t(`status.${status}`)}`}
                  </Item>
                ))}
                {VIEWS.map((view) => (
                  <Item key={view} icon={<Inbox {...icon} />} onSelect={run(() => void navigate({ to: '/inbox', search: { ...list, view } }))}>{`${t('areas.inbox')}: ${t(`views.${view}`)}`}</Item>
                ))}
                {SORTS.map((sort) => (
                  <Item key={sort} icon={<ArrowUpDown {...icon} />} onSelect={run(() => void navigate({ to: '/inbox', search: { ...list, sort } }))}>{`${t('sort.label')}: ${t(`sort.${sort}`)}`}</Item>
                ))}
                {workspaces.filter((one) => one.id !== workspace.id).map((one) => (
                  <Item key={one.id} icon={<span className="tile small" aria-hidden="true">{[...one.name][0]?.toUpperCase()}</span>} onSelect={run(() => void goToWorkspace(one.id))}>{`${t('workspaces.label')}: ${one.name}`}</Item>
                ))}
                {teams.map((team) => (
                  <Item key={team.id} icon={<Users {...icon} />} onSelect={run(() => void navigate({ to: '/inbox', search: { ...plainList(list), view: `team:${team.id}` } }))}>{`${t('areas.inbox')}: ${team.name}`}</Item>
                ))}
                {views.map((view) => (
                  <Item key={view.id} icon={<ListFilter {...icon} />} onSelect={run(() => void navigate({ to: '/inbox', search: { saved: view.id } }))}>{`${t('areas.inbox')}: ${view.name}`}</Item>
                ))}
                {seesReports && REPORT_PAGES.map((page) => (
                  <Item key={page} icon={<ChartColumn {...icon} />} keys={page === 'live' ? shortcuts.reports : undefined} onSelect={run(() => void navigate({ to: '/reports/$page', params: { page } }))}>{`${t('areas.reports')}: ${t(`reports.${page}`)}`}</Item>
                ))}
                {sections.map(({ id: section, label }) => (
                  <Item key={section} icon={<Settings {...icon} />} onSelect={run(() => void navigate({ to: '/settings/$section', params: { section } }))}>
                    {`${t('areas.settings')}: ${t(label)}`}
                  </Item>
                ))}
              </Command.Group>
              <Command.Group heading={t('commands.contacts')}>
                {known.map((id) => {
                  const one = conversations[id];
                  if (!one) return null;
                  return (
                    <Item key={id} kept={false} value={`${one.contact.name} ${one.contact.identities.map((identity) => identity.value).join(' ')} ${id}`} icon={<Avatar id={one.contact.id} name={one.contact.name} size={20} />} onSelect={run(() => { open(id); })}>
                      {one.contact.name}
                    </Item>
                  );
                })}
              </Command.Group>
              {conversation && answers && replies && replies.saved_replies.length > 0 && (
                <Command.Group heading={t('writing.saved')}>
                  {replies.saved_replies.map((reply) => (
                    <Item key={reply.id} value={`/${reply.name} ${reply.text}`} icon={<MessageSquareText {...icon} />} onSelect={run(() => void insert(conversation, reply))}>{`/${reply.name}`}</Item>
                  ))}
                </Command.Group>
              )}
              <Command.Group heading={t('commands.settings')}>
                {AVAILABILITIES.map((one) => (
                  <Item key={one} icon={<span className={`presence inline ${one}`} aria-hidden="true" />} onSelect={run(() => void setAvailability(user.id, { availability: one }))}>{`${t('availability.label')}: ${availabilityName(one)}`}</Item>
                ))}
                <Item icon={<Monitor {...icon} />} onSelect={run(() => { setPreferences({ theme: 'system' }); })}>{`${t('account.theme')}: ${t('account.system')}`}</Item>
                <Item icon={<Sun {...icon} />} onSelect={run(() => { setPreferences({ theme: 'light' }); })}>{`${t('account.theme')}: ${t('account.light')}`}</Item>
                <Item icon={<Moon {...icon} />} onSelect={run(() => { setPreferences({ theme: 'dark' }); })}>{`${t('account.theme')}: ${t('account.dark')}`}</Item>
                {(['comfortable', 'compact'] as const).map((density) => (
                  <Item key={density} icon={<Rows3 {...icon} />} onSelect={run(() => { setPreferences({ density }); })}>{`${t('settings.density')}: ${t(`settings.${density}`)}`}</Item>
                ))}
                {LANGUAGES.filter((one) => one !== language).map((one) => (
                  <Item key={one} icon={<Languages {...icon} />} onSelect={run(() => { setPreferences({ language: one }); if (nextLanguage() !== language) location.reload(); })}>{`${t('settings.language')}: ${languageNames[one]}`}</Item>
                ))}
                <Item icon={<Keyboard {...icon} />} onSelect={run(() => void navigate({ to: '/settings/$section', params: { section: 'appearance' }, hash: 'keys' }))}>{t('keys.change')}</Item>
                <Item icon={<Keyboard {...icon} />} keys={shortcuts.sheet} onSelect={run(() => { openDialog('keys'); })}>{t('account.keyboard')}</Item>
                <Item icon={<LogOut {...icon} />} onSelect={run(() => void signOut().then(() => navigate({ to: '/signin' })))}>{t('account.signOut')}</Item>
              </Command.Group>
              <Command.Group forceMount>
                {/* Whatever is typed may be what somebody said: this one always fits, and so stands below what fits better. */}
                <Item force value="search" icon={<Search {...icon} />} keys={shortcuts.search} onSelect={run(() => { if (words.trim()) searchFor(words.trim()); openDialog('search'); })}>
                  {words.trim() ? t('commands.searchFor', { words: words.trim() }) : t('commands.search')}
                </Item>
              </Command.Group>
              {people.length > 0 && (
                <Command.Group heading={t('search.group.contacts')} forceMount>
                  {people.map((one) => (
                    <Item key={one.contact.id} force value={`person ${one.contact.id}`} icon={<Avatar id={one.contact.id} name={one.contact.name} size={20} />} onSelect={run(() => { learn(one.conversation); open(one.conversation.id); })}>
                      {one.contact.name}
                    </Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal></OnMenu.Provider>
    </Dialog.Root>
  );
}

/** What was chosen before stands first, where it can be chosen now: that is known once the rest of the menu is. */
function Recent({ onFirst }: { onFirst: (value: string) => void }) {
  const { user } = useMe();
  const onMenu = useContext(OnMenu);
  const [recent, setRecent] = useState<string[]>([]);
  useEffect(() => {
    const known = recentCommands(user.id).filter((one) => onMenu.has(one));
    setRecent(known);
    if (known[0] !== undefined) onFirst(`recent ${known[0]}`);
  }, [onMenu, user.id, onFirst]);
  if (recent.length === 0) return null;
  return (
    <Command.Group heading={t('commands.recent')}>
      {recent.map((one) => {
        const command = onMenu.get(one);
        return command && <Item key={one} {...command} value={`recent ${one}`} again={one} />;
      })}
    </Command.Group>
  );
}

/** Puts a saved reply, filled in, where the answer is written. */
async function insert({ id, contact }: Conversation, reply: SavedReply): Promise<void> {
  try {
    const { text } = await queryClient.fetchQuery(filledQuery(reply, id, `${contact.name} ${JSON.stringify(contact.identities)}`));
    returnToDraft(id, 'reply', text);
    setComposerMode(id, 'reply');
  } catch (error) {
    showToast({ error: true, words: t('writing.fillFailed', { name: reply.name, detail: wordsOf(error) }) });
  }
}

/** Every word must be there; a match at the start of a word counts more. */
function fits(value: string, search: string): number {
  const text = value.toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => text.includes(word))) return 0;
  return words.every((word) => ` ${text}`.includes(` ${word}`)) ? 1 : 0.5;
}

/** `again`: what it is called where it stands otherwise. `kept`: it is offered again; who a customer is does not stay on the device by it. */
function Item({ icon: mark, keys, value, again, force = false, kept = !force, onSelect, children }: { icon: ReactNode; keys?: string | undefined; value?: string; again?: string; force?: boolean; kept?: boolean; onSelect: () => void; children: string }) {
  const onMenu = useContext(OnMenu);
  const called = value ?? children;
  const { user } = useMe();
  if (kept && again === undefined) onMenu.set(called, { icon: mark, keys, children, onSelect });
  return (
    <Command.Item
      className="command-item"
      value={called}
      forceMount={force}
      onSelect={() => {
        if (kept) withRecentCommand(user.id, again ?? called);
        onSelect();
      }}
    >
      {mark}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys && <Keys of={keys} />}
    </Command.Item>
  );
}
