/** Adds the words of rules and macros. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enAutomation } from '@/locales/en-automation';

addWords(enAutomation);
