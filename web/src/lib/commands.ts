/** Which commands somebody chose last on this device. */

const keyOf = (meId: string) => `switchboard.commands.${meId}`;
const RECENT_MAX = 5;

/** The last first. */
export function recentCommands(meId: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(meId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, RECENT_MAX) : [];
  } catch {
    return [];
  }
}

export function withRecentCommand(meId: string, called: string): void {
  try {
    localStorage.setItem(keyOf(meId), JSON.stringify([called, ...recentCommands(meId).filter((one) => one !== called)].slice(0, RECENT_MAX)));
  } catch {
    // Full or switched off: there is nothing to be lost by it.
  }
}
