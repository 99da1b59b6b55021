/** Adds the words of what is inserted into a message. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enInsert } from '@/locales/en-insert';

addWords(enInsert);
