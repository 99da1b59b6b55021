import type { SendRefusal } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { moment, withLocalTimes } from '@/lib/time';

const timeIn = (words: string) => /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(words)?.[0];

/** Why something is not sent, and what helps, in the viewer's language; where that has no words for it, in the server's. */
export function refusalWords(refused: SendRefusal, now: number): { reason: string; help: string } {
  const { code, reason, what_to_do: help } = refused;
  // Of a template it is another thing that helps: the server's words differ then.
  const consent = { help: t(help.startsWith('If they told') ? 'refused.record' : 'refused.untilTheyWrite') };
  switch (code) {
    case 'contact_blocked':
      return { reason: t('refused.blocked'), help: t('refused.blockedHelp') };
    case 'opted_out':
      return { reason: t('refused.stopped'), ...consent };
    case 'opted_out_of_marketing':
      return { reason: t('refused.noMarketing'), ...consent };
    case 'opted_out_of_utility':
      return { reason: t('refused.noUtility'), ...consent };
    case 'opted_out_of_authentication':
      return { reason: t('refused.noCodes'), ...consent };
    case 'marketing_capped':
      return { reason: t('refused.enough', { time: moment(timeIn(reason) ?? '', now) }), help: t('refused.enoughHelp') };
    case 'channel_deleted':
      return { reason: t('refused.disconnected'), help: t('refused.disconnectedHelp') };
    case 'window_closed': {
      const at = timeIn(reason);
      return at === undefined
        ? { reason: t('refused.neverWrote'), help: t('refused.neverWroteHelp') }
        : { reason: t('refused.closed', { time: moment(at, now) }), help: t('refused.closedHelp') };
    }
    default:
      return { reason: withLocalTimes(reason, now), help: withLocalTimes(help, now) };
  }
}
