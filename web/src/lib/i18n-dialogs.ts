/** Adds the words of dialogs that open over the page. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enDialogs } from '@/locales/en-dialogs';

addWords(enDialogs);
