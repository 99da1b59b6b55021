/** What of notifications the first screen shows: how many are not read. Everything else comes with `@/lib/notify/tell`. */
import { create } from 'zustand';
import type { Notice } from '@/api/types';

type Notices = {
  /** Notifications that are not read. */
  unread: number;
  /** Those that stand on the page for a moment, the newest last. */
  toasts: Notice[];
  /** The browser plays nothing until somebody clicks or presses a key. */
  muted: boolean;
};

export const useNotices = create<Notices>(() => ({ unread: 0, toasts: [], muted: false }));
