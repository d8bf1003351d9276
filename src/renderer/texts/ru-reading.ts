/** Words of reading a chat and searching in all of them. The source; see en-reading.ts. */
import { plural } from '../../ui/language.tsx';

const count = (n: number, one: string, few: string, many: string) =>
  `${n} ${plural('ru', n, { one, few, many, other: many })}`;

export const ruReading = {
  reading: {
    toDay: (day: string) => `${day}. Перейти к другому дню`,
    goToDay: 'Перейти к дню',
    first: 'К первому сообщению',
    readBy: (n: number, total: number) => (n === total ? 'прочитали все' : `прочитали ${n} из ${total}`),
    /** Of others' messages only the number is shown; this is its name. */
    readCount: (n: number, total: number) => `${n}: ${n === total ? 'прочитали все' : `прочитали ${n} из ${total}`}`,
    readByOne: 'прочитано',
    whoRead: 'Кто прочитал',
    read: (n: number) => `Прочитали: ${n}`,
    unread: (n: number) => `Ещё не прочитали: ${n}`,
    nobody: 'Пока никто',
    readMore: 'По тому, что сейчас знает сервер класса.',
    typing: (names: readonly string[]) =>
      names.length === 1
        ? `${names[0]} пишет…`
        : names.length === 2
          ? `${names[0]} и ${names[1]} пишут…`
          : `Пишут ${count(names.length, 'человек', 'человека', 'человек')}…`,
    back: 'Вернуться к прежнему месту',
    keys: {
      up: 'По сообщениям',
      first: 'К первому и к последнему сообщению',
      day: 'Перейти к дню',
    },
  },
  search: {
    title: 'Поиск по сообщениям',
    lead: 'Во всех классах и личных чатах, и без сети тоже.',
    inChat: 'Поиск в этом чате',
    everywhere: 'Искать во всех чатах',
    field: 'Что искать',
    placeholder: 'Слова из сообщения или имя файла',
    close: 'Закрыть поиск',
    filters: 'Условия поиска',
    place: 'Где',
    anyPlace: 'Везде',
    by: 'Кто написал',
    anybody: 'Кто угодно',
    kind: 'Что в сообщении',
    kinds: {
      any: 'Что угодно',
      text: 'Текст',
      file: 'Файл',
      photo: 'Фото',
      voice: 'Голос',
      link: 'Ссылка',
      poll: 'Опрос',
      notice: 'Ознакомление',
      assignment: 'Задание',
    },
    from: 'С дня',
    to: 'По день',
    clear: 'Сбросить условия',
    found: (n: number) => `Нашлось: ${count(n, 'сообщение', 'сообщения', 'сообщений')}`,
    foundShown: (shown: number, n: number) =>
      `Нашлось: ${count(n, 'сообщение', 'сообщения', 'сообщений')}, показаны последние ${shown}`,
    more: 'Показать ещё',
    nothing: 'Ничего не нашлось',
    nothingMore: 'Подходит любая форма слова. Попробуйте меньше слов или сбросьте условия.',
    start: 'Введите слово или выберите условие',
    startMore: 'Подходит любая форма слова, ё и е не различаются. Ищется во всём, что есть на этом компьютере.',
    results: 'Найденные сообщения',
    file: 'Файл',
    you: 'Вы',
    somebody: 'Участник класса',
    inClass: (chat: string, title: string) => `${title} · ${chat}`,
    palette: (typed: string) => `Искать в сообщениях: «${typed}»`,
    paletteHint: 'Поиск',
    keys: {
      inChat: 'Искать в этом чате',
      everywhere: 'Искать во всех чатах',
      move: 'По найденным',
      open: 'Открыть найденное',
    },
  },
};
