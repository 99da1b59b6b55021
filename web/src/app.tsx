import { lazy, Suspense } from 'react';
import { Shell } from '@/features/shell/shell';
import { openDialog, useDialogs } from '@/lib/dialogs';

const CommandMenu = lazy(() => import('@/features/commands/command-menu').then((module) => ({ default: module.CommandMenu })));
const KeySheet = lazy(() => import('@/features/commands/key-sheet').then((module) => ({ default: module.KeySheet })));
const StartConversation = lazy(() => import('@/features/start/start-conversation').then((module) => ({ default: module.StartConversation })));

/** The pages inside, and the dialogs that open over any of them. */
export function App() {
  const dialog = useDialogs((state) => state.open);
  const close = () => { openDialog(null); };
  return (
    <Shell>
      <Suspense fallback={null}>
        {dialog === 'commands' && <CommandMenu onClose={close} />}
        {dialog === 'keys' && <KeySheet onClose={close} />}
        {dialog === 'start' && <StartConversation onClose={close} />}
      </Suspense>
    </Shell>
  );
}
