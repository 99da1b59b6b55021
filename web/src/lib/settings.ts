import { useMe } from '@/lib/people';

/** The sections of the settings, in their order: as addresses and as words. */
export const settingsSections = [
  { id: 'channels', label: 'settings.channels' },
  { id: 'templates', label: 'settings.templates' },
  { id: 'replies', label: 'settings.replies' },
  { id: 'members', label: 'settings.members' },
  { id: 'teams', label: 'settings.teams' },
  { id: 'labels', label: 'settings.labels' },
  { id: 'hours', label: 'settings.hours' },
  { id: 'rules', label: 'settings.rules' },
  { id: 'macros', label: 'settings.macros' },
  { id: 'ratings', label: 'settings.ratings' },
  { id: 'api-keys', label: 'settings.keys', takes: 'manage_keys' },
  { id: 'audit', label: 'settings.audit', takes: 'see_audit' },
  { id: 'dead-letters', label: 'settings.deadLetters', takes: 'replay_deliveries' },
  { id: 'notifications', label: 'settings.notifications' },
  { id: 'availability', label: 'settings.availability' },
  { id: 'appearance', label: 'settings.appearance' },
] as const;

/** Those that the one who is signed in has something to do in. */
export function useSettingsSections(): (typeof settingsSections)[number][] {
  const { permissions } = useMe();
  return settingsSections.filter((one) => !('takes' in one) || permissions.includes(one.takes));
}
