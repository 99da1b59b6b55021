/** Adds the words of filters, kept views, labels and bulk changes. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enLists } from '@/locales/en-lists';

addWords(enLists);
