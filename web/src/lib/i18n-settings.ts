/** Adds the words of the settings' larger pages. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enSettings } from '@/locales/en-settings';

addWords(enSettings);
