/** The few words that main itself says, where there is no window yet to say them. */
import type { Language } from '../preload/contract.ts';

export const CANNOT_START: Record<Language, { title: string; text: (dataDir: string) => string }> = {
  ru: {
    title: 'Парта не может запуститься',
    text: (dataDir) =>
      `Ваши данные целы и лежат в папке ${dataDir}. Проверьте, есть ли на диске свободное место и можно ли писать в эту папку, и запустите Парту ещё раз.`,
  },
  en: {
    title: 'Parta cannot start',
    text: (dataDir) =>
      `Your data are safe in the folder ${dataDir}. Check that the disk has free space and that this folder can be written to, then start Parta again.`,
  },
};
