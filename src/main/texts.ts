/** The few words that main itself says: where there is no window yet to say them, or outside of it. */
import type { Language } from '../preload/contract.ts';

export const CANNOT_START: Record<Language, { title: string; text: (dataDir: string) => string }> = {
  ru: {
    title: 'Парта не может запуститься',
    text: (dataDir) =>
      `Ваши данные целы и лежат в папке ${dataDir}. Проверьте, есть ли на диске свободное место, можно ли писать в эту папку и не держит ли её файлы другая программа, и запустите Парту ещё раз.`,
  },
  en: {
    title: 'Parta cannot start',
    text: (dataDir) =>
      `Your data are safe in the folder ${dataDir}. Check that the disk has free space, that this folder can be written to and that no other program holds its files, then start Parta again.`,
  },
};

const RUSSIAN = new Intl.PluralRules('ru');
const counted = (n: number, one: string, few: string, many: string) => {
  const form = RUSSIAN.select(n);
  return `${n} ${form === 'one' ? one : form === 'few' ? few : many}`;
};

/** What notifications count; everything else in them comes from the page. */
export const NOTIFIED: Record<Language, { messages: (n: number) => string; more: (chats: number) => string }> = {
  ru: {
    messages: (n) => counted(n, 'новое сообщение', 'новых сообщения', 'новых сообщений'),
    more: (chats) => `и ещё ${counted(chats, 'чат', 'чата', 'чатов')}`,
  },
  en: {
    messages: (n) => `${n} new ${n === 1 ? 'message' : 'messages'}`,
    more: (chats) => `and ${chats} more ${chats === 1 ? 'chat' : 'chats'}`,
  },
};

/** Above the system's own dialog that asks for a folder. */
export const CHOOSE_FOLDER: Record<Language, string> = {
  ru: 'Куда сохранить чат',
  en: 'Where to save the chat',
};

/** Above the dialogs for works: where to save them, what to take in. */
export const CHOOSE_WORKS: Record<Language, { save: string; folder: string; files: string }> = {
  ru: { save: 'Куда сохранить работы', folder: 'Папка с работами', files: 'Файлы или архивы с работами' },
  en: { save: 'Where to save the works', folder: 'Folder with works', files: 'Files or archives with works' },
};

/** The text beside saved works that names what could not be had. */
export const MISSING_FILES: Record<Language, { name: (title: string) => string; lead: string }> = {
  ru: {
    name: (title) => `Чего не хватает – ${title}.txt`,
    lead: 'Этих файлов не было на этом компьютере, и получить их не удалось:',
  },
  en: {
    name: (title) => `What is missing – ${title}.txt`,
    lead: 'These files were not on this computer and could not be fetched:',
  },
};

/** Titles of the system's dialogs for portfolios. */
export const CHOOSE_PORTFOLIO: Record<Language, { folder: string; file: string }> = {
  ru: { folder: 'Куда положить портфель', file: 'Открыть портфель' },
  en: { folder: 'Where to put the portfolio', file: 'Open a portfolio' },
};
