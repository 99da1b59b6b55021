import type { Role } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';

/** The roles that have words here, the one that may do most first; the server may know others. */
export const ROLES = ['owner', 'admin', 'supervisor', 'agent', 'analyst'] as const satisfies readonly Role[];

export function isRole(role: string): role is (typeof ROLES)[number] {
  return (ROLES as readonly string[]).includes(role);
}

export function roleName(role: string): string {
  return isRole(role) ? t(`roles.${role}`) : role;
}

/** May somebody with this role change or remove somebody with that one? Owners are the owners' alone. */
export function ruledBy(by: Role, other: Role): boolean {
  return by === 'owner' || other !== 'owner';
}

/** The roles that somebody with this one can give. */
export function rolesBy(by: Role): (typeof ROLES)[number][] {
  return ROLES.filter((role) => ruledBy(by, role));
}
