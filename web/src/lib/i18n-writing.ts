/** Adds the words of what helps to write. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enWriting } from '@/locales/en-writing';

addWords(enWriting);
