/** Which dialog is open over the page. */
import { create } from 'zustand';

export type DialogName = 'commands' | 'keys' | 'start' | 'search' | 'notifications' | 'bulk-failures' | 'snooze' | null;
export const useDialogs = create<{ open: DialogName }>(() => ({ open: null }));

export function openDialog(open: DialogName): void {
  useDialogs.setState({ open });
}
