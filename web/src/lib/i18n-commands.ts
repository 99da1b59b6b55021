/** Adds the words of what opens over the page by a key. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enCommands } from '@/locales/en-commands';

addWords(enCommands);
