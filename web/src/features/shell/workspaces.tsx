import { MenuChoice, MenuLabel, MenuLine } from '@/components/menu';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { useMe } from '@/lib/people';
import { goToWorkspace } from '@/lib/workspaces';

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
          onSelect={() => { if (one.id !== workspace.id) void goToWorkspace(one.id); }}
        >
          {one.name}
        </MenuChoice>
      ))}
      <MenuLine />
    </>
  );
}
