import { useInfiniteQuery, keepPreviousData } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FileText, History, Lock, Paperclip, RotateCw, Search, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { ApiError, NoAnswer } from '@/api/client';
import type { FoundContact, FoundConversation, FoundMessage, SearchAnswer } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { SearchFilterBar } from '@/features/search/search-filters';
import { statusName } from '@/features/inbox/views';
import { announce } from '@/lib/announce';
import { openDialog } from '@/lib/dialogs';
import { useFocusReturn, useAfter, useMinute, useSettled } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { learn } from '@/lib/inbox/live';
import { usePlace } from '@/lib/inbox/store';
import { useChannelName, useMay, useMe } from '@/lib/people';
import { GROUPS, isFiltered, keepRecent, noFilters, recentOf, searchFor, searchQuery, useQuestion, withRecent, type Group } from '@/lib/search';
import { exact, moment, when } from '@/lib/time';
import { addressOf, kindName, senderName, shownAt, shownIdentities } from '@/lib/words';

/** Nothing is asked while keys follow each other this closely, in milliseconds. */
const SETTLE_MS = 180;
/** An index that is behind by less than this is as good as not, in milliseconds. */
const BEHIND_MS = 5_000;

type Hit =
  | { kind: 'recent'; id: string; words: string }
  | { kind: 'contact'; id: string; hit: FoundContact }
  | { kind: 'conversation'; id: string; hit: FoundConversation }
  | { kind: 'message'; id: string; hit: FoundMessage };

/** `/`: everything that was said, and whom it was said to. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const back = useFocusReturn();
  const navigate = useNavigate();
  const { user } = useMe();
  const answers = useMay('answer');
  const question = useQuestion();
  const { words, group, filters } = question;
  const settled = useSettled(words, SETTLE_MS);
  const asked = useMemo(() => ({ words: settled, group, filters }), [settled, group, filters]);
  const found = useInfiniteQuery({ ...searchQuery(asked), placeholderData: keepPreviousData });
  const [recent, setRecent] = useState(() => recentOf(user.id));
  const isEmpty = !/[\p{L}\p{N}]/u.test(words);
  const pages = useMemo(() => (isEmpty ? [] : (found.data?.pages ?? [])), [isEmpty, found.data]);
  const first = pages[0];
  const failed = !isEmpty && found.isError && !found.isPlaceholderData;

  const sections = useMemo(() => (isEmpty ? [] : sectionsOf(pages, group)), [isEmpty, pages, group]);
  const hits = useMemo<Hit[]>(
    () => (isEmpty ? recent.map((one) => ({ kind: 'recent', id: `recent ${one}`, words: one })) : sections.flatMap((section) => section.hits)),
    [isEmpty, recent, sections],
  );
  const waits = !isEmpty && (found.isFetching || settled !== words);
  const slow = useAfter(waits && !found.isFetchingNextPage, 250);

  // The first one is chosen, until somebody moves on.
  const [chosen, setChosen] = useState<string | null>(null);
  const active = hits.find((hit) => hit.id === chosen) ?? hits[0];
  const ids = useId();
  const idOf = (hit: Hit) => `${ids}-${String(hits.indexOf(hit))}`;
  const list = useRef<HTMLDivElement>(null);
  const moveTo = (index: number) => {
    const hit = hits[Math.max(0, Math.min(hits.length - 1, index))];
    if (!hit) return;
    setChosen(hit.id);
    requestAnimationFrame(() => document.getElementById(idOf(hit))?.scrollIntoView({ block: 'nearest' }));
    if (index >= hits.length - 2) more();
  };
  const more = () => {
    if (found.hasNextPage && !found.isFetchingNextPage && !found.isPlaceholderData) void found.fetchNextPage();
  };

  const remember = () => {
    const next = withRecent(recent, words);
    setRecent(next);
    keepRecent(user.id, next);
  };
  const open = (hit: Hit) => {
    if (hit.kind === 'recent') {
      searchFor(hit.words);
      return;
    }
    const conversation = hit.kind === 'contact' ? hit.hit.conversations[0] : hit.hit.conversation;
    if (!conversation && !answers) return;
    remember();
    onClose();
    if (!conversation) {
      openDialog('start');
      return;
    }
    learn(conversation);
    const message = hit.kind === 'message' ? hit.hit.message : null;
    if (message) announce(() => t('search.opened', { time: moment(shownAt(message), Date.now()) }));
    void navigate({
      to: '/inbox/$conversationId',
      params: { conversationId: conversation.id },
      search: { ...usePlace.getState().list, ...(message ? { message: message.seq } : {}) },
    });
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    // What an input method still composes is its own.
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const now = active ? hits.indexOf(active) : -1;
    const to = event.key === 'ArrowDown' ? now + 1 : event.key === 'ArrowUp' ? now - 1 : event.key === 'PageDown' ? now + 8 : event.key === 'PageUp' ? now - 8 : null;
    if (to !== null) {
      event.preventDefault();
      moveTo(to);
    } else if (event.key === 'Enter' && active && !waits) {
      event.preventDefault();
      open(active);
    }
  };

  // What was found is said once it stands.
  const count = hits.length;
  const isMore = found.hasNextPage;
  useEffect(() => {
    if (isEmpty || waits || failed || !first) return;
    announce(() => (count === 0 ? t('search.none', { words }) : isMore ? t('search.foundMore', { count }) : t('search.found', { count })));
  }, [isEmpty, waits, failed, first, count, isMore, words]);

  return (
    <Dialog.Root open onOpenChange={(on) => { if (!on) onClose(); }}>
      <Dialog.Portal>
        <div className="backdrop" />
        <Dialog.Content
          className="dialog search"
          aria-describedby={undefined}
          // It opens a page, and the page takes the focus.
          onCloseAutoFocus={back}
        >
          <Dialog.Title className="sr-only">{t('search.title')}</Dialog.Title>
          <div className="flex items-center gap-2.5 border-b border-line ps-4 pe-2.5">
            <Search size={16} className="flex-none text-text-3" aria-hidden="true" />
            <input
              className="search-field"
              type="search"
              role="combobox"
              aria-label={t('search.field')}
              aria-expanded={hits.length > 0}
              aria-controls={`${ids}-results`}
              aria-activedescendant={active ? idOf(active) : undefined}
              aria-autocomplete="list"
              autoComplete="off"
              spellCheck={false}
              maxLength={200}
              placeholder={t('search.field')}
              value={words}
              onFocus={(event) => { event.currentTarget.select(); }}
              onChange={(event) => { useQuestion.setState({ words: event.target.value }); setChosen(null); list.current?.scrollTo(0, 0); }}
              onKeyDown={press}
            />
            <Dialog.Close className="btn plain icon small" aria-label={t('app.close')}><X size={16} aria-hidden="true" /></Dialog.Close>
          </div>
          <Groups group={group} onGroup={(next) => { useQuestion.setState({ group: next }); setChosen(null); }} />
          <SearchFilterBar filters={filters} onFilters={(next) => { useQuestion.setState({ filters: next }); setChosen(null); }} />
          <div className="flex min-h-0 flex-1 flex-col pt-1.5">
            {!failed && first && <Honest answer={pages} onAgain={() => void found.refetch()} />}
            {failed && <Failed error={found.error} onAgain={() => void found.refetch()} />}
            {!failed && (
              <div
                ref={list}
                id={`${ids}-results`}
                role="listbox"
                aria-label={isEmpty ? t('search.recent') : t('search.results')}
                aria-busy={waits}
                className="min-h-0 overflow-y-auto overscroll-contain px-1.5"
                onScroll={(event) => {
                  const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
                  if (scrollHeight - scrollTop - clientHeight < 240) more();
                }}
              >
                {isEmpty ? (
                  <Recents hits={hits} active={active} idOf={idOf} onOpen={open} />
                ) : (
                  sections.map((section) => (
                    <div key={section.group} role="group" aria-label={t(`search.group.${section.group}`)}>
                      {group === 'all' && <div className="search-heading" aria-hidden="true">{t(`search.group.${section.group}`)}</div>}
                      {section.hits.map((hit) => (
                        <Option key={hit.id} id={idOf(hit)} hit={hit} selected={hit === active} disabled={hit.kind === 'contact' && !hit.hit.conversations[0] && !answers} onOpen={open} />
                      ))}
                    </div>
                  ))
                )}
              </div>
            )}
            {isEmpty && recent.length > 0 && (
              <p><button type="button" className="link ms-4 mt-1 text-[12px]" onClick={() => { setRecent([]); keepRecent(user.id, []); announce(() => t('search.forgot')); }}>{t('search.forget')}</button></p>
            )}
            {isEmpty && <p className="px-4 py-2 text-text-3">{t('search.hint')}</p>}
            {!isEmpty && !failed && first && !waits && hits.length === 0 && (
              <div className="grid justify-items-center gap-1 px-6 py-8 text-center">
                <p className="font-semibold break-words">{t('search.none', { words: words.trim() })}</p>
                {isFiltered(filters) ? (
                  <p className="text-text-2">{t('search.noneFiltered')} <button type="button" className="link" onClick={() => { useQuestion.setState({ filters: noFilters }); }}>{t('search.clear')}</button></p>
                ) : (
                  <p className="text-text-2">{t('search.noneText')}</p>
                )}
              </div>
            )}
            {slow && hits.length === 0 && !failed && <Skeletons />}
            {found.hasNextPage && !isEmpty && !failed && hits.length > 0 && (
              <p className="border-t border-line px-4 py-2"><button type="button" className="link" onClick={more}>{found.isFetchingNextPage ? t('search.loadingMore') : t('search.more')}</button></p>
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type Section = { group: Exclude<Group, 'all'>; hits: Hit[] };

/** What was found in its groups. Whoever has a conversation among the results stands there, and not beside it again. */
function sectionsOf(pages: readonly SearchAnswer[], group: Group): Section[] {
  const once = <T extends Hit>(hits: T[]): T[] => [...new Map(hits.map((hit) => [hit.id, hit])).values()];
  const conversations = once(pages.flatMap((page) => page.conversations.hits.map((hit) => ({ kind: 'conversation' as const, id: hit.conversation.id, hit }))));
  const shown = new Set(group === 'all' ? conversations.map(({ hit }) => hit.conversation.contact.id) : []);
  const contacts = once(pages.flatMap((page) => page.contacts.hits.filter((hit) => !shown.has(hit.contact.id)).map((hit) => ({ kind: 'contact' as const, id: hit.contact.id, hit }))));
  const messages = once(pages.flatMap((page) => page.messages.hits.map((hit) => ({ kind: 'message' as const, id: hit.message.id, hit }))));
  const all: Section[] = [
    { group: 'conversations', hits: conversations },
    { group: 'contacts', hits: contacts },
    { group: 'messages', hits: messages },
  ];
  return all.filter((section) => section.hits.length > 0);
}

function Groups({ group, onGroup }: { group: Group; onGroup: (group: Group) => void }) {
  return (
    <div className="flex gap-1 px-3 pt-2" role="group" aria-label={t('search.groups')}>
      {GROUPS.map((one) => (
        <button key={one} type="button" className="mode" aria-pressed={one === group} onClick={() => { onGroup(one); }}>{t(`search.group.${one}`)}</button>
      ))}
    </div>
  );
}

function Recents({ hits, active, idOf, onOpen }: { hits: Hit[]; active: Hit | undefined; idOf: (hit: Hit) => string; onOpen: (hit: Hit) => void }) {
  if (hits.length === 0) return null;
  return (
    <div role="group" aria-label={t('search.recent')}>
      <div className="search-heading" aria-hidden="true">{t('search.recent')}</div>
      {hits.map((hit) => <Option key={hit.id} id={idOf(hit)} hit={hit} selected={hit === active} disabled={false} onOpen={onOpen} />)}
    </div>
  );
}

/** What is not in the answer, said so. */
function Honest({ answer, onAgain }: { answer: readonly SearchAnswer[]; onAgain: () => void }) {
  const now = useMinute();
  const lag = answer[0]?.lag;
  const cut = answer.some((page) => page.cut);
  const behind = lag?.since && Date.now() - Date.parse(lag.since) > BEHIND_MS;
  const words = lag?.rebuilding ? t('search.building')
    : behind && lag.since ? t('search.behind', { count: lag.events, time: moment(lag.since, now) })
    : cut ? t('search.cut')
    : null;
  if (!words) return null;
  return (
    <p className="search-partial" role="status">
      <span>{words}</span>
      <button type="button" className="link inline-flex items-center gap-1 whitespace-nowrap" onClick={onAgain}><RotateCw size={12} aria-hidden="true" />{t('search.again')}</button>
    </p>
  );
}

function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const isRefused = error instanceof ApiError && error.status === 422;
  const detail = error instanceof ApiError ? (isRefused ? error.problem.detail : error.message) : error instanceof NoAnswer ? t('search.offline') : '';
  return (
    <div className="grid justify-items-center gap-1 px-6 py-8 text-center" role="alert">
      <p>{t(isRefused ? 'search.refused' : 'search.failed', { detail })}</p>
      {!isRefused && <button type="button" className="link" onClick={onAgain}>{t('app.tryAgain')}</button>}
    </div>
  );
}

/** Parts of a text, with what was found. */
function Parts({ parts }: { parts: { text: string; found?: boolean }[] }): ReactNode {
  // Parts have nothing but their place to be known by.
  return parts.map((part, index) => (part.found ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>));
}

function Option({ id, hit, selected, disabled, onOpen }: { id: string; hit: Hit; selected: boolean; disabled: boolean; onOpen: (hit: Hit) => void }) {
  return (
    // The field has the keys: what is chosen there is opened by Enter.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div id={id} role="option" tabIndex={-1} aria-selected={selected} aria-disabled={disabled || undefined} className="search-option" onClick={() => { onOpen(hit); }}>
      {hit.kind === 'recent' ? (
        <>
          <History size={16} className="flex-none text-text-3" aria-hidden="true" />
          <span className="truncate">{hit.words}</span>
        </>
      ) : hit.kind === 'contact' ? (
        <ContactHit hit={hit.hit} />
      ) : hit.kind === 'conversation' ? (
        <ConversationHit hit={hit.hit} />
      ) : (
        <MessageHit hit={hit.hit} />
      )}
    </div>
  );
}

function ContactHit({ hit }: { hit: FoundContact }) {
  const { contact } = hit;
  const address = shownIdentities(contact.identities)[0];
  return (
    <>
      <Avatar id={contact.id} name={contact.name} size={28} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium" dir="auto"><Parts parts={hit.name} /></span>
        <span className="num block truncate text-[12px] leading-4 text-text-3">
          <bdi dir="ltr">{hit.address?.length ? <Parts parts={hit.address} /> : address ? addressOf(address) : null}</bdi>
        </span>
      </span>
      {hit.conversations.length === 0 && <span className="flex-none text-[12px] text-text-3">{t('search.noConversation')}</span>}
    </>
  );
}

function ConversationHit({ hit }: { hit: FoundConversation }) {
  const { conversation } = hit;
  const now = useMinute();
  const channel = useChannelName(conversation.channel_id);
  return (
    <>
      <Avatar id={conversation.contact.id} name={conversation.contact.name} size={28} channel />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium" dir="auto"><Parts parts={hit.name} /></span>
        <span className="block truncate text-[12px] leading-4 text-text-3">{[statusName(conversation.status), channel].filter(Boolean).join(' · ')}</span>
      </span>
      <span className="num flex-none self-start text-[12px] leading-[18px] text-text-3">{when(conversation.updated_at, now)}</span>
    </>
  );
}

function MessageHit({ hit }: { hit: FoundMessage }) {
  const { message, conversation } = hit;
  const now = useMinute();
  const { user } = useMe();
  const sender = message.direction === 'in' ? null : message.sent_by.id === user.id ? t('thread.you') : senderName(message.sent_by);
  const Icon = message.type === 'note' ? Lock : message.type === 'document' ? FileText : ['image', 'video', 'audio', 'sticker'].includes(message.type) ? Paperclip : null;
  return (
    <>
      <Avatar id={conversation.contact.id} name={conversation.contact.name} size={28} channel />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-1.5">
          <span className="truncate font-medium">{conversation.contact.name}</span>
          {message.type === 'note' && <span className="flex-none text-[12px] text-text-3">{t('search.note')}</span>}
          <span className="num ms-auto flex-none ps-2 text-[12px] text-text-3"><time dateTime={shownAt(message)} title={exact(shownAt(message))}>{when(shownAt(message), now)}</time></span>
        </span>
        <span className="search-words" dir="auto">
          {Icon && <Icon size={12} className="me-1 inline-block align-[-1px] text-text-3" aria-hidden="true" />}
          {sender && <span className="text-text-3">{sender}: </span>}
          {hit.parts.length > 0 ? <Parts parts={hit.parts} /> : kindName(message.type)}
        </span>
      </span>
    </>
  );
}

function Skeletons() {
  return (
    <div className="flex flex-col gap-4 px-2.5 py-2" aria-hidden="true">
      {[62, 80, 48].map((width) => (
        <div key={width} className="flex gap-2.5">
          <div className="skeleton size-7 rounded-full" />
          <div className="flex flex-1 flex-col gap-2 pt-1"><div className="skeleton h-2.5 w-28" /><div className="skeleton h-2.5" style={{ width: `${String(width)}%` }} /></div>
        </div>
      ))}
    </div>
  );
}

