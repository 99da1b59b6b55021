/** Adds the words of the pages for who is not signed in. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enDoors } from '@/locales/en-doors';

addWords(enDoors);
