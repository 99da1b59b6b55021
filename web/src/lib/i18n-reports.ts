/** Adds the words of the reports. Whatever shows some of them imports this. */
import { addWords } from '@/lib/i18n';
import { enReports } from '@/locales/en-reports';

addWords(enReports);
