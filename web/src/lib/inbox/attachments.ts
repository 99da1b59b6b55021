/** Files on their way into a message: checked before they leave, uploaded with progress, one conversation's beside the other's. */
import { create } from 'zustand';
import { csrf, isPassingStatus, newKey } from '@/api/client';
import type { MediaFacts, MediaKind, SendRequest } from '@/api/types';
import { t } from '@/lib/i18n';
import { send } from '@/lib/inbox/outbox';
import { isRefused, kindOf, limitOf, limitWords } from '@/lib/media';
import { sentenceOf } from '@/lib/words';

export type Upload = {
  id: string;
  name: string;
  size: number;
  kind: MediaKind;
  /** It is too large for the kind it is of, whose limit this is in bytes, and goes as a file. */
  over?: number;
  /** A picture of it, while this page lives. */
  picture: string | null;
  /** 0 to 1. */
  progress: number;
  state: 'uploading' | 'ready' | 'failed';
  problem?: string;
  /** The same file may go another time. */
  mayGo?: boolean;
  mediaId?: string;
  file: File;
  /** A recording: it goes by itself once it is up, as the answer to this message. */
  recorded?: { replyTo: string | undefined };
};

/** Files of one message, at most. */
const MAX_FILES = 10;

const running = new Map<string, XMLHttpRequest>();

export const useUploads = create<{ uploads: Record<string, Upload[]>; refused: Record<string, string | null> }>(() => ({ uploads: {}, refused: {} }));

const of = (conversationId: string): Upload[] => useUploads.getState().uploads[conversationId] ?? [];

function set(conversationId: string, uploads: Upload[]): void {
  useUploads.setState((state) => ({ uploads: { ...state.uploads, [conversationId]: uploads } }));
}

function change(conversationId: string, id: string, fields: Partial<Upload>): void {
  set(conversationId, of(conversationId).map((one) => (one.id === id ? { ...one, ...fields } : one)));
}

function refuse(conversationId: string, words: string | null): void {
  useUploads.setState((state) => ({ refused: { ...state.refused, [conversationId]: words } }));
}

/** Takes files from a picker, a drop or the clipboard. */
export function attach(conversationId: string, channelId: string, files: Iterable<File>): void {
  refuse(conversationId, null);
  for (const file of files) {
    if (of(conversationId).length >= MAX_FILES) {
      refuse(conversationId, t('attach.tooMany', { count: MAX_FILES }));
      return;
    }
    if (isRefused(file)) {
      refuse(conversationId, t('attach.refused', { name: file.name }));
      continue;
    }
    const kind = kindOf(file.type, file.size);
    if (file.size === 0 || file.size > limitOf(kind)) {
      refuse(conversationId, t(file.size === 0 ? 'attach.empty' : 'attach.tooLarge', { name: file.name, limit: limitWords(kind) }));
      continue;
    }
    const upload: Upload = {
      id: newKey(),
      name: file.name,
      size: file.size,
      kind,
      ...(kind === 'document' && kindOf(file.type, 0) !== 'document' ? { over: limitOf(kindOf(file.type, 0)) } : {}),
      picture: kind === 'image' || kind === 'sticker' ? URL.createObjectURL(file) : null,
      progress: 0,
      state: 'uploading',
      file,
    };
    set(conversationId, [...of(conversationId), upload]);
    begin(conversationId, channelId, upload);
  }
}

/** Takes a recording, which is sent as soon as it is up. */
export function sendRecording(conversationId: string, channelId: string, file: File, replyTo: string | undefined): void {
  refuse(conversationId, null);
  const upload: Upload = { id: newKey(), name: t('attach.recorded'), size: file.size, kind: 'audio', picture: null, progress: 0, state: 'uploading', file, recorded: { replyTo } };
  set(conversationId, [...of(conversationId), upload]);
  begin(conversationId, channelId, upload);
}

function begin(conversationId: string, channelId: string, upload: Upload): void {
  const request = uploadFile(channelId, upload.kind, upload.file, upload.id, {
    onProgress: (progress) => { change(conversationId, upload.id, { progress }); },
    onEnd: (facts, problem, mayGo) => {
      running.delete(upload.id);
      if (facts && upload.recorded) sendRecorded(conversationId, upload, facts.media_id);
      else if (facts) change(conversationId, upload.id, { state: 'ready', progress: 1, mediaId: facts.media_id });
      else if (of(conversationId).some((one) => one.id === upload.id)) change(conversationId, upload.id, { state: 'failed', problem, mayGo });
    },
  });
  running.set(upload.id, request);
}

/** Uploads one file, with progress from 0 to 1; ends with what is known of it or with what went wrong. */
export function uploadFile(channelId: string, kind: MediaKind, file: File, key: string, told: { onProgress: (progress: number) => void; onEnd: (facts: MediaFacts | null, problem: string, mayGo: boolean) => void }): XMLHttpRequest {
  const query = new URLSearchParams({ channel_id: channelId, kind, filename: file.name });
  const request = new XMLHttpRequest();
  request.open('POST', `/api/v1/media?${query.toString()}`);
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  request.setRequestHeader('Idempotency-Key', key);
  const token = csrf();
  if (token) request.setRequestHeader('X-CSRF-Token', token);
  request.upload.onprogress = (event) => { if (event.lengthComputable) told.onProgress(event.loaded / event.total); };
  request.onloadend = () => {
    if (request.status === 201) told.onEnd(JSON.parse(request.responseText) as MediaFacts, '', false);
    else told.onEnd(null, problemOf(request), isPassingStatus(request.status));
  };
  request.send(file);
  return request;
}

function sendRecorded(conversationId: string, upload: Upload, mediaId: string): void {
  // Taken out meanwhile: it does not go.
  if (!of(conversationId).some((one) => one.id === upload.id)) return;
  set(conversationId, of(conversationId).filter((one) => one.id !== upload.id));
  const replyTo = upload.recorded?.replyTo;
  const voice = upload.file.type === 'audio/ogg';
  send(conversationId, { type: 'audio', audio: { media_id: mediaId, voice }, ...(replyTo ? { reply_to: replyTo } : {}) }, upload.name);
}

function problemOf(request: XMLHttpRequest): string {
  try {
    const problem = JSON.parse(request.responseText) as { detail?: string };
    if (problem.detail) return sentenceOf(problem.detail);
  } catch {
    // No answer, or none of ours.
  }
  return t('attach.failed');
}

export function uploadAgain(conversationId: string, channelId: string, id: string): void {
  const upload = of(conversationId).find((one) => one.id === id);
  if (upload?.state !== 'failed') return;
  change(conversationId, id, { state: 'uploading', progress: 0 });
  begin(conversationId, channelId, upload);
}

/** Takes a file out again; one on its way is stopped. */
export function detach(conversationId: string, id: string): void {
  const upload = of(conversationId).find((one) => one.id === id);
  set(conversationId, of(conversationId).filter((one) => one.id !== id));
  if (upload?.picture) URL.revokeObjectURL(upload.picture);
  running.get(id)?.abort();
  running.delete(id);
  refuse(conversationId, null);
}

/** Sends what is attached, each as a message of its own; the words go with the first that can carry them. */
export function sendAttached(conversationId: string, words: string, replyTo: string | undefined): boolean {
  const uploads = of(conversationId);
  if (uploads.length === 0 || uploads.some((one) => one.state !== 'ready')) return false;
  let left = words.trim();
  let answers = replyTo;
  for (const one of uploads) {
    const carries = one.kind !== 'audio' && one.kind !== 'sticker' && left.length <= 1_024;
    const caption = carries && left ? left : undefined;
    if (caption) left = '';
    const file = { media_id: one.mediaId ?? '', ...(caption ? { caption } : {}) };
    const request = { type: one.kind, [one.kind]: one.kind === 'document' ? { ...file, filename: one.name } : file, ...(answers ? { reply_to: answers } : {}) } as SendRequest;
    send(conversationId, request, caption ?? one.name);
    answers = undefined;
  }
  if (left) send(conversationId, { type: 'text', text: { body: left }, ...(answers ? { reply_to: answers } : {}) }, left);
  for (const one of uploads) if (one.picture) URL.revokeObjectURL(one.picture);
  set(conversationId, []);
  return true;
}
