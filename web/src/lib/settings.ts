/** The sections of the settings, in their order: as addresses and as words. */
export const settingsSections = [
  { id: 'channels', label: 'settings.channels' },
  { id: 'templates', label: 'settings.templates' },
  { id: 'members', label: 'settings.members' },
  { id: 'api-keys', label: 'settings.keys' },
  { id: 'dead-letters', label: 'settings.deadLetters' },
  { id: 'appearance', label: 'settings.appearance' },
] as const;
