/** One message at a time over the list, with one action. */
import { create } from 'zustand';
import { alertNow } from '@/lib/announce';

export type Toast = {
  id: number;
  words: string;
  /** An error stays until it is dismissed. */
  error: boolean;
  /** How long it stays, where that is not as long as others. */
  lastsMs?: number;
  action?: { label: string; run: () => void; /** The key for undoing runs it as well. */ undoes?: boolean };
};

export const useToast = create<{ toast: Toast | null }>(() => ({ toast: null }));

let nextId = 1;

export function showToast(toast: Omit<Toast, 'id'>): void {
  nextId += 1;
  if (toast.error) alertNow(toast.words);
  useToast.setState({ toast: { ...toast, id: nextId } });
}

export function dismissToast(id?: number): void {
  const { toast } = useToast.getState();
  if (toast && (id === undefined || toast.id === id)) useToast.setState({ toast: null });
}
