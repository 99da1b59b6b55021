/** Adds the words of the account's menu. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enAccount } from '@/locales/en-account';

addWords(enAccount);
