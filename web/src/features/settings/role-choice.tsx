import type { Role } from '@/api/types';
import { Choice } from '@/components/field';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { isRole, roleName, rolesBy } from '@/lib/roles';

/** Which role, of those that somebody with this one can give, with what each may do. */
export function RoleChoice({ by, value, onValue }: { by: Role; value: Role; onValue: (role: Role) => void }) {
  return (
    <Choice
      label={t('settings.role')}
      value={value}
      onValue={(role) => { if (isRole(role)) onValue(role); }}
      options={rolesBy(by).map((role) => ({ value: role, label: `${roleName(role)}: ${t(`roles.${role}Text`)}` }))}
    />
  );
}
