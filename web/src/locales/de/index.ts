/** German. Everything comes at once, before anything is shown. */
import { account } from '@/locales/de/account';
import { automation } from '@/locales/de/automation';
import { doors } from '@/locales/de/doors';
import { first } from '@/locales/de/first';
import { lists } from '@/locales/de/lists';
import { reports } from '@/locales/de/reports';
import { notify } from '@/locales/de/notify';
import { settings } from '@/locales/de/settings';
import { writing } from '@/locales/de/writing';
import { merged } from '@/locales/merged';

export const words = merged(first, account, automation, doors, lists, notify, reports, settings, writing);
