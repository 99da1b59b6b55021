/** Arabic. Everything comes at once, before anything is shown. */
import { account } from '@/locales/ar/account';
import { automation } from '@/locales/ar/automation';
import { doors } from '@/locales/ar/doors';
import { first } from '@/locales/ar/first';
import { lists } from '@/locales/ar/lists';
import { reports } from '@/locales/ar/reports';
import { notify } from '@/locales/ar/notify';
import { settings } from '@/locales/ar/settings';
import { writing } from '@/locales/ar/writing';
import { merged } from '@/locales/merged';

export const words = merged(first, account, automation, doors, lists, notify, reports, settings, writing);
