import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { ask } from '@/api/client';
import type { Contact, ContactPage } from '@/api/types';
import { Field } from '@/components/field';
import { useSettled } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { addressOf, shownIdentities } from '@/lib/words';

/** Contacts asked for at once, at most. */
const PAGE = 50;
/** As long as fewer are shown, the server is asked to look further. */
const ENOUGH = 8;
/** Pause after a key before the server is asked, in milliseconds. */
const TYPING_MS = 250;

/** One of our contacts, looked for among all of them by the server; only those that are `usable`. */
export function ContactPicker({ label, chosen, onChoose, usable }: {
  label: string;
  /** Its id. */
  chosen: string | null;
  onChoose: (contact: Contact) => void;
  usable: (contact: Contact) => boolean;
}) {
  const name = useId();
  const [search, setSearch] = useState('');
  const wanted = useSettled(search.trim(), TYPING_MS);
  const pages = useInfiniteQuery({
    queryKey: ['contacts', 'search', wanted],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(PAGE), ...(wanted ? { search: wanted } : {}), ...(pageParam ? { cursor: pageParam } : {}) });
      return ask<ContactPage>(`/contacts?${query.toString()}`, { signal });
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = pages;
  const shown = (pages.data?.pages ?? []).flatMap((page) => page.contacts).filter(usable);
  const looksFurther = hasNextPage && !isError && shown.length < ENOUGH;
  useEffect(() => {
    if (looksFurther && !isFetchingNextPage) void fetchNextPage();
  }, [looksFurther, isFetchingNextPage, fetchNextPage]);
  const looking = pages.isPending || looksFurther || wanted !== search.trim();
  return (
    <>
      <Field label={label} type="search" autoComplete="off" maxLength={100} value={search} hint={t('contacts.searchHint')} onValue={setSearch} />
      {isError && <p className="hint bad" role="alert">{t('contacts.failed', { detail: wordsOf(pages.error) })} <button type="button" className="link" onClick={() => void pages.refetch()}>{t('app.tryAgain')}</button></p>}
      <p className="hint" role="status">{looking ? t('contacts.looking') : isError || shown.length > 0 ? '' : t(wanted ? 'contacts.none' : 'contacts.noneYet')}</p>
      <fieldset className="grid max-h-64 gap-0.5 overflow-y-auto">
        <legend className="sr-only">{label}</legend>
        {shown.map((contact) => {
          const [address] = shownIdentities(contact.identities);
          return (
            <label key={contact.id} className="flex min-h-8 cursor-pointer items-center gap-2 rounded-[7px] px-2 py-1.5 hover:bg-hover">
              <input type="radio" name={name} checked={chosen === contact.id} onChange={() => { onChoose(contact); }} />
              <span className="min-w-0 flex-1 truncate" dir="auto">{contact.name}</span>
              {address && <span className="num flex-none text-[12px] leading-4 text-text-2" dir="ltr">{addressOf(address)}</span>}
            </label>
          );
        })}
      </fieldset>
      {hasNextPage && !looksFurther && <button type="button" className="btn small justify-self-start" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('contacts.more')}</button>}
    </>
  );
}
