/** What is called up at the caret: saved replies by a slash, colleagues by an @, emoji by a colon. It stands above the field, which keeps the focus. */
import { Link } from '@tanstack/react-router';
import { CircleAlert, Lock } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { createPortal } from 'react-dom';
import { useQuery } from '@tanstack/react-query';
import { queryClient } from '@/api/queries';
import type { Conversation, SavedReply } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Rich } from '@/components/rich';
import { callAt, put, type Call } from '@/lib/caret';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { wordsOf } from '@/lib/inbox/actions';
import { findPeople } from '@/lib/mentions';
import { useMe, useUsers } from '@/lib/people';
import { filledQuery, findReplies, repliesQuery } from '@/lib/replies';
import { showToast } from '@/lib/toast';
import { placeOf } from '@/lib/writing';
import { firstName } from '@/lib/words';

/** Choices shown at once, at most. */
const CHOICES_MAX = 30;

/** Something that can be put where the word is that called it up. */
type Choice = { key: string; face: ReactNode; words: () => string | Promise<string> };

type Field = RefObject<HTMLTextAreaElement | null>;
type Props = { field: Field; conversation: Conversation; text: string; kind: 'reply' | 'note'; asIs: boolean; onAsIs: () => void };

export function Assist(props: Props) {
  return (
    <>
      <Calls {...props} />
      {props.kind === 'reply' && !props.asIs && <Unfilled {...props} />}
    </>
  );
}

/** A place of a saved reply that is still open is not sent without a word. */
function Unfilled({ field, conversation, text, onAsIs }: Props) {
  const place = placeOf(text);
  if (!place) return null;
  const goTo = () => {
    field.current?.focus();
    field.current?.setSelectionRange(place.from, place.to);
  };
  return (
    <div className="strip warn">
      <CircleAlert size={16} aria-hidden="true" />
      <span className="min-w-0 flex-1" role="status"><Rich text={t('writing.unfilled', { place: place.words, name: firstName(conversation.contact.name) })} /></span>
      <button type="button" className="link" onClick={goTo}>{t('writing.goTo')}</button>
      <button type="button" className="link" onClick={onAsIs}>{t('writing.asIs')}</button>
    </div>
  );
}

/** The word at the caret, as long as the field has the focus. */
function useCall(field: Field, text: string, signs: string): [Call | null, () => void] {
  const [call, setCall] = useState<Call | null>(null);
  // Where one was closed none opens again before another word is begun.
  const closedAt = useRef<number | null>(null);
  useEffect(() => {
    const element = field.current;
    if (!element) return undefined;
    const look = () => {
      const here = document.activeElement === element ? callAt(element.value, element.selectionStart, element.selectionEnd, signs) : null;
      if (!here) closedAt.current = null;
      setCall((before) => {
        const next = here && here.from !== closedAt.current ? here : null;
        return before?.from === next?.from && before?.typed === next?.typed ? before : next;
      });
    };
    look();
    document.addEventListener('selectionchange', look);
    element.addEventListener('blur', look);
    return () => {
      document.removeEventListener('selectionchange', look);
      element.removeEventListener('blur', look);
    };
  }, [field, text, signs]);
  const close = () => {
    closedAt.current = call?.from ?? null;
    setCall(null);
  };
  return [call, close];
}

function Calls({ field, conversation, text, kind }: Props) {
  const signs = kind === 'note' ? '/:@' : '/:';
  const [call, close] = useCall(field, text, signs);
  const typed = (sign: string) => (call?.sign === sign ? call.typed : null);
  const replies = useReplies(typed('/'), conversation);
  const people = usePeople(typed('@'));
  const emoji = useEmoji(typed(':'));
  const { choices, name, found } = call?.sign === '@' ? people : call?.sign === ':' ? emoji : replies;
  const [at, setAt] = useState(0);
  const id = useId();
  const empty = call?.sign === '/' && replies.empty;
  const open = call !== null && (choices.length > 0 || empty);
  const active = Math.min(at, choices.length - 1);
  const chosen = choices[active];
  const position = usePosition(field, open);

  useEffect(() => { setAt(0); }, [call?.from, call?.typed]);

  const choose = (choice: Choice | undefined) => {
    const element = field.current;
    if (!choice || !call || !element) return;
    const called = element.value.slice(call.from, call.to);
    close();
    const insert = (words: string) => {
      // It may have been written on meanwhile.
      const still = element.value.slice(call.from, call.to) === called;
      const [from, to] = still ? [call.from, call.to] : [element.selectionStart, element.selectionEnd];
      put(element, words, from, to);
      const place = placeOf(words);
      if (place) element.setSelectionRange(from + place.from, from + place.to);
    };
    const words = choice.words();
    if (typeof words === 'string') insert(words);
    else void words.then(insert, () => undefined);
  };

  // Whoever types fast presses Enter before the choices are those of the last letter: it counts once they are.
  const wanted = useRef(false);
  const isBehind = (element: HTMLTextAreaElement) => callAt(element.value, element.selectionStart, element.selectionEnd, signs)?.typed !== call?.typed;
  useEffect(() => {
    const element = field.current;
    if (!wanted.current || !element || isBehind(element)) return;
    wanted.current = false;
    choose(choices[0]);
  });

  useEffect(() => {
    const element = field.current;
    if (!element || !open) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing) return;
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (event.key === 'Escape') close();
      else if (plain && step !== 0 && choices.length > 0) setAt((active + step + choices.length) % choices.length);
      else if (plain && (event.key === 'Enter' || event.key === 'Tab') && chosen) {
        if (isBehind(element)) wanted.current = true;
        else choose(chosen);
      }
      else return;
      event.preventDefault();
      // The composer must not send, nor leave the field.
      event.stopPropagation();
    };
    element.addEventListener('keydown', onKey);
    return () => { element.removeEventListener('keydown', onKey); };
  });

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return undefined;
    element.setAttribute('aria-autocomplete', 'list');
    element.setAttribute('aria-haspopup', 'listbox');
    if (open && chosen) {
      element.setAttribute('aria-controls', id);
      element.setAttribute('aria-activedescendant', `${id}-${String(active)}`);
    }
    return () => {
      element.removeAttribute('aria-controls');
      element.removeAttribute('aria-activedescendant');
    };
  }, [field, id, open, chosen, active]);

  const host = field.current?.closest('.thread');
  if (!open || !host || !position) return null;
  return createPortal(
    // A click must not take the focus out of the field.
    <div className="assist" style={position} role="presentation" onMouseDown={(event) => { event.preventDefault(); }}>
      <p className="sr-only" role="status">{found}</p>
      {choices.length === 0 && (
        <p className="px-2 py-1.5 text-text-2">{t('writing.noneYet')} <Link to="/settings/$section" params={{ section: 'replies' }} className="link">{t('writing.make')}</Link></p>
      )}
      {choices.length > 0 && (
        <ul role="listbox" id={id} aria-label={name}>
          {choices.map((choice, index) => (
            <li
              key={choice.key}
              id={`${id}-${String(index)}`}
              role="option"
              aria-selected={index === active}
              className="assist-option"
              ref={index === active ? intoSight : undefined}
              onMouseMove={() => { setAt(index); }}
              onClick={() => { choose(choice); }}
              onKeyDown={undefined}
            >
              {choice.face}
            </li>
          ))}
        </ul>
      )}
    </div>,
    host,
  );
}

function intoSight(option: HTMLElement | null): void {
  option?.scrollIntoView({ block: 'nearest' });
}

/** Above the composer, as wide as there is room. */
function usePosition(field: Field, open: boolean): { insetInlineStart: number; bottom: number; width: number; maxHeight: number } | null {
  const [position, setPosition] = useState<{ insetInlineStart: number; bottom: number; width: number; maxHeight: number } | null>(null);
  useLayoutEffect(() => {
    if (!open) return undefined;
    const look = () => {
      const box = field.current?.closest('.composer')?.getBoundingClientRect();
      if (box) setPosition({ insetInlineStart: document.documentElement.dir === 'rtl' ? window.innerWidth - box.right : box.left, bottom: window.innerHeight - box.top + 6, width: Math.min(box.width, 520), maxHeight: Math.max(120, Math.min(320, box.top - 60)) });
    };
    look();
    window.addEventListener('resize', look);
    return () => { window.removeEventListener('resize', look); };
  }, [field, open]);
  return position;
}

/** What can be chosen, what that is, and how many there are. */
type Choices = { choices: Choice[]; name: string; found: string };

/** Colleagues who are meant; `null` while none are asked for. */
function usePeople(typed: string | null): Choices {
  const users = useUsers();
  const me = useMe().user.id;
  const choices = useMemo(
    () => (typed === null ? [] : findPeople(users.filter((user) => user.id !== me), typed)).slice(0, CHOICES_MAX).map((user): Choice => ({
      key: user.id,
      face: <span className="flex items-center gap-2"><Avatar id={user.id} name={user.name} size={22} /><span className="truncate">{user.name}</span></span>,
      words: () => `@${user.name} `,
    })),
    [typed, users, me],
  );
  return { choices, name: t('writing.people'), found: t('writing.foundPeople', { count: choices.length }) };
}

/** Letters after the colon before emoji are looked for: many a word is followed by one. */
const EMOJI_FROM = 2;
/** Emoji offered at the caret, at most. */
const EMOJI_MAX = 8;

/** Emoji that are meant; their names come when they are first asked for. */
function useEmoji(typed: string | null): Choices {
  const asked = typed !== null && typed.length >= EMOJI_FROM;
  const { data: emoji } = useQuery({ queryKey: ['emoji'], queryFn: () => import('@/lib/emoji'), enabled: asked, staleTime: Infinity });
  const choices = useMemo(
    () => (asked && emoji ? emoji.findEmoji(typed, EMOJI_MAX) : []).map((one): Choice => ({
      key: one.emoji,
      face: <span className="flex items-center gap-2"><span className="text-[18px] leading-[22px]" aria-hidden="true">{one.emoji}</span><span className="truncate">{one.name}</span></span>,
      words: () => {
        emoji?.noteEmoji(one.emoji);
        return one.emoji;
      },
    })),
    [asked, typed, emoji],
  );
  return { choices, name: t('writing.emoji'), found: t('writing.foundEmoji', { count: choices.length }) };
}

/** The saved replies that are meant; `null` while none are asked for. */
function useReplies(typed: string | null, conversation: Conversation): Choices & { empty: boolean } {
  const { data } = useQuery({ ...repliesQuery, enabled: typed !== null });
  const { contact, id } = conversation;
  return useMemo(() => {
    const all = data?.saved_replies ?? [];
    const choices = findReplies(all, typed ?? '').slice(0, CHOICES_MAX).map((reply): Choice => ({
      key: reply.id,
      face: <ReplyFace reply={reply} />,
      words: async () => {
        try {
          const seen = `${contact.name} ${JSON.stringify(contact.identities)}`;
          return (await queryClient.fetchQuery(filledQuery(reply, id, seen))).text;
        } catch (error) {
          showToast({ error: true, words: t('writing.fillFailed', { name: reply.name, detail: wordsOf(error) }) });
          throw error;
        }
      },
    }));
    return { choices, name: t('writing.list'), found: t('writing.found', { count: choices.length }), empty: typed === '' && data !== undefined && all.length === 0 };
  }, [data, typed, contact, id]);
}

function ReplyFace({ reply }: { reply: SavedReply }) {
  return (
    <>
      <span className="flex items-center gap-1.5">
        <span className="truncate font-medium">/{reply.name}</span>
        {!reply.shared && <span className="inline-flex items-center gap-1 text-[11px] leading-[14px] text-text-2"><Lock size={12} aria-hidden="true" />{t('writing.own')}</span>}
      </span>
      <span className="block truncate text-[12px] leading-4 text-text-2" dir="auto">{reply.text}</span>
    </>
  );
}
