import { Suspense, useEffect } from 'react';
import { Shell } from '@/features/shell/shell';
import { openDialog, useDialogs } from '@/lib/dialogs';
import { useLink } from '@/lib/inbox/store';
import { fetchAhead, later } from '@/lib/later';
import { useNotices } from '@/lib/notify/state';

const CommandMenu = later(() => import('@/features/commands/command-menu').then((module) => ({ default: module.CommandMenu })));
const KeySheet = later(() => import('@/features/commands/key-sheet').then((module) => ({ default: module.KeySheet })));
const Search = later(() => import('@/features/search/search-dialog').then((module) => ({ default: module.SearchDialog })));
const BulkFailures = later(() => import('@/features/inbox/bulk/failures').then((module) => ({ default: module.BulkFailures })));
const SnoozeDialog = later(() => import('@/features/inbox/snooze-dialog').then((module) => ({ default: module.SnoozeDialog })));
const NoticePanel = later(() => import('@/features/notify/panel').then((module) => ({ default: module.NoticePanel })));
const NoticeToasts = later(() => import('@/features/notify/toasts').then((module) => ({ default: module.NoticeToasts })));
const StartConversation = later(() => import('@/features/start/start-conversation').then((module) => ({ default: module.StartConversation })));

/** The pages inside, and the dialogs that open over any of them. */
export function App() {
  const dialog = useDialogs((state) => state.open);
  const close = () => { openDialog(null); };
  const toasts = useNotices((state) => state.toasts.length > 0);
  const live = useLink((link) => link.state === 'live');
  useEffect(() => {
    if (live) fetchAhead();
  }, [live]);
  return (
    <Shell>
      <Suspense fallback={null}>
        {dialog === 'commands' && <CommandMenu onClose={close} />}
        {dialog === 'keys' && <KeySheet onClose={close} />}
        {toasts && dialog !== 'notifications' && <NoticeToasts />}
        {dialog === 'notifications' && <NoticePanel onClose={close} />}
        {dialog === 'search' && <Search onClose={close} />}
        {dialog === 'bulk-failures' && <BulkFailures onClose={close} />}
        {dialog === 'snooze' && <SnoozeDialog onClose={close} />}
        {dialog === 'start' && <StartConversation onClose={close} />}
      </Suspense>
    </Shell>
  );
}
