/** Adds the words of what the first screen does not show. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enSettings } from '@/locales/en-settings';

addWords(enSettings);
