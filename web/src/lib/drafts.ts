/** What was begun and not sent, per conversation and person, on this device. */
import { create } from 'zustand';

let prefix = 'switchboard.draft.';

export type DraftKind = 'reply' | 'note';
type Drafts = { drafts: Record<string, string> };

const nameOf = (conversationId: string, kind: DraftKind) => (kind === 'note' ? `${conversationId}.note` : conversationId);

function load(): Record<string, string> {
  const drafts: Record<string, string> = {};
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const key = localStorage.key(index);
      if (key?.startsWith(prefix)) drafts[key.slice(prefix.length)] = localStorage.getItem(key) ?? '';
    }
  } catch {
    // Storage is switched off: drafts live as long as the page.
  }
  return drafts;
}

export const useDrafts = create<Drafts>(() => ({ drafts: {} }));

/** Takes up what this person left in this workspace; a device can be shared. */
export function restoreDrafts(meId: string, workspaceId: string): void {
  prefix = `switchboard.draft.${meId}.${workspaceId}.`;
  useDrafts.setState({ drafts: load() });
}

export function draftOf(conversationId: string, kind: DraftKind): string {
  return useDrafts.getState().drafts[nameOf(conversationId, kind)] ?? '';
}

export function setDraft(conversationId: string, kind: DraftKind, text: string): void {
  const name = nameOf(conversationId, kind);
  const drafts = { ...useDrafts.getState().drafts };
  if (text === '') Reflect.deleteProperty(drafts, name);
  else drafts[name] = text;
  useDrafts.setState({ drafts });
  try {
    if (text === '') localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, text);
  } catch {
    // Full or switched off: the draft lives as long as the page.
  }
}

/** Puts a text back that could not be sent, before what was written since. */
export function returnToDraft(conversationId: string, kind: DraftKind, text: string): void {
  const now = draftOf(conversationId, kind);
  setDraft(conversationId, kind, now === '' ? text : `${text}\n${now}`);
}
