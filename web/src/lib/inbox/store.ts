/** The one store of the inbox, and what is known about the line to the server. */
import { create } from 'zustand';
import type { StoreCondition } from '@/api/types';
import { usePreferences } from '@/lib/preferences';
import { emptyInbox, type InboxState, type ListKey } from '@/lib/inbox/state';

export const useInbox = create<InboxState>(() => emptyInbox(''));

export type Link = {
  state: 'live' | 'connecting' | 'reconnecting' | 'catching_up' | 'offline';
  /** Until the next attempt. */
  seconds: number;
  /** Changes still to come; `null` where the number cannot be known. */
  missing: number | null;
};

export const useLink = create<Link>(() => ({ state: 'connecting', seconds: 0, missing: null }));

/** When what is on the screen was last the newest, by our clock; `null` as long as it is. */
export const useFresh = create<{ asOf: number | null }>(() => ({ asOf: null }));

/** How the server's store does, as it was last heard. */
export const useServerStore = create<{ condition: StoreCondition }>(() => ({ condition: 'ok' }));

/** What is on the screen: which list, which conversation; reloads fetch this first. */
export type Place = { list: ListKey; openId: string | null };
export const usePlace = create<Place>(() => ({ list: { view: usePreferences.getState().view, status: 'open', sort: usePreferences.getState().sort }, openId: null }));

/** Who writes where, until when it is shown. */
export type Writers = Record<string, { userId: string; name: string; until: number }[]>;
export const useWriters = create<{ writers: Writers }>(() => ({ writers: {} }));

/** Which colleagues look at the conversation that is open here, and which that is. */
export const useViewers = create<{ at: string | null; others: string[] }>(() => ({ at: null, others: [] }));

/** The composer's mode, where a click elsewhere asked for one, and the conversation whose composer wants the focus. */
export type ComposerMode = 'reply' | 'note' | 'template';
/** Counts how often the details were asked for from elsewhere. */
export const useDetailsAsked = create<{ times: number }>(() => ({ times: 0 }));
/** Opens the details of the open conversation, or closes them. */
export function askDetails(): void {
  useDetailsAsked.setState(({ times }) => ({ times: times + 1 }));
}

/** What else a composer can be told to do from elsewhere. */
export type ComposerAct = 'attach' | 'saved' | 'emoji' | 'schedule';
export const useComposer = create<{ modes: Record<string, ComposerMode>; focusOn: string | null; act: { id: string; what: ComposerAct } | null }>(() => ({ modes: {}, focusOn: null, act: null }));

/** Has the composer of a conversation do something, where its replies are open. */
export function askComposer(conversationId: string, what: ComposerAct): void {
  setComposerMode(conversationId, 'reply');
  useComposer.setState({ act: { id: conversationId, what } });
}

export function setComposerMode(conversationId: string, mode: ComposerMode, focus = true): void {
  useComposer.setState((state) => ({
    modes: { ...state.modes, [conversationId]: mode },
    focusOn: focus ? conversationId : state.focusOn,
  }));
}

/** The element that says why nothing is sent now: read with the buttons that it holds back. */
export const REFUSED_ID = 'composer-refused';

/** The message that the next reply answers, by conversation. */
export const useReplyTo = create<{ to: Record<string, string | undefined> }>(() => ({ to: {} }));

export function setReplyTo(conversationId: string, messageId: string | undefined): void {
  useReplyTo.setState((state) => ({ to: { ...state.to, [conversationId]: messageId } }));
}

/** The focus goes to this conversation's composer, now or as soon as it is there. */
export function focusComposer(conversationId: string | null): void {
  useComposer.setState({ focusOn: conversationId });
}
