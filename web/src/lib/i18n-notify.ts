/** Adds the words of notifications. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enNotify } from '@/locales/en-notify';

addWords(enNotify);
