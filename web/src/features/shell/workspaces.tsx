import { ask } from '@/api/client';
import type { Me } from '@/api/types';
import { MenuChoice, MenuLabel, MenuLine } from '@/components/menu';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMe } from '@/lib/people';
import { welcome } from '@/lib/session';
import { showToast } from '@/lib/toast';

/** Goes on in another workspace. Everything on the page belongs to this one: all is loaded anew. */
async function go(workspaceId: string): Promise<void> {
  try {
    welcome(await ask<Me>('/sessions/current/workspace', { method: 'POST', body: { workspace_id: workspaceId } }));
    location.assign('/inbox');
  } catch (error) {
    showToast({ error: true, words: t('workspaces.failed', { detail: wordsOf(error) }) });
  }
}

/** The part of the account's menu that goes from one workspace to another. */
export default function Workspaces() {
  const { workspace, workspaces } = useMe();
  return (
    <>
      <MenuLabel>{t('workspaces.label')}</MenuLabel>
      {workspaces.map((one) => (
        <MenuChoice
          key={one.id}
          icon={<span className="tile small" aria-hidden="true">{[...one.name][0]?.toUpperCase()}</span>}
          checked={one.id === workspace.id}
          onSelect={() => { if (one.id !== workspace.id) void go(one.id); }}
        >
          {one.name}
        </MenuChoice>
      ))}
      <MenuLine />
    </>
  );
}
