import { useNavigate } from '@tanstack/react-router';
import { Keyboard, LogOut, Monitor, Moon, Sun, Timer } from 'lucide-react';
import { MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import Workspaces from '@/features/shell/workspaces';
import { AVAILABILITIES, availabilityName, setAvailability, useAvailability } from '@/lib/availability';
import { openDialog } from '@/lib/dialogs';
import { t } from '@/lib/i18n';
import '@/lib/i18n-account';
import { useMe } from '@/lib/people';
import { setPreferences, usePreferences, type Theme } from '@/lib/preferences';
import { signOut } from '@/lib/session';

const themes: { value: Theme; icon: typeof Sun }[] = [
  { value: 'system', icon: Monitor },
  { value: 'light', icon: Sun },
  { value: 'dark', icon: Moon },
];

/** What is in the account's menu: who one is, whether one is there, how it looks, and the way out. */
export function AccountItems() {
  const { user, workspaces } = useMe();
  const said = useAvailability();
  const theme = usePreferences((state) => state.theme);
  const navigate = useNavigate();
  return (
    <>
      <div className="px-2 pt-1.5 pb-1">
        <p className="font-semibold">{user.name}</p>
        <p className="text-[12px] leading-4 text-text-3">{user.email}</p>
      </div>
      <MenuLine />
      {workspaces.length > 1 && <Workspaces />}
      <MenuLabel>{t('availability.label')}</MenuLabel>
      {AVAILABILITIES.map((one) => (
        <MenuChoice key={one} icon={<span className={`presence inline ${one}`} aria-hidden="true" />} checked={said === one} onSelect={() => void setAvailability(user.id, { availability: one })}>
          {availabilityName(one)}
        </MenuChoice>
      ))}
      <MenuItem icon={<Timer size={16} aria-hidden="true" />} onSelect={() => void navigate({ to: '/settings/$section', params: { section: 'availability' } })}>{t('availability.more')}</MenuItem>
      <MenuLine />
      <MenuLabel>{t('account.theme')}</MenuLabel>
      {themes.map(({ value, icon: Icon }) => (
        <MenuChoice key={value} icon={<Icon size={16} aria-hidden="true" />} checked={theme === value} onSelect={() => { setPreferences({ theme: value }); }}>
          {t(`account.${value}`)}
        </MenuChoice>
      ))}
      <MenuLine />
      <MenuItem icon={<Keyboard size={16} aria-hidden="true" />} onSelect={() => { openDialog('keys'); }}>{t('account.keyboard')}</MenuItem>
      <MenuItem
        icon={<LogOut size={16} aria-hidden="true" />}
        onSelect={() => { void signOut().then(() => navigate({ to: '/signin' })); }}
      >
        {t('account.signOut')}
      </MenuItem>
    </>
  );
}
