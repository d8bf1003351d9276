/** Words of the frame, first run, Today, chat and assignments. The source; see en.ts. */
import { plural } from '../../ui/language.tsx';

const count = (n: number, one: string, few: string, many: string) =>
  `${n} ${plural('ru', n, { one, few, many, other: many })}`;

export const ru = {
  app: { name: 'Парта' },
  frame: {
    rail: 'Разделы',
    main: 'Содержание',
    today: 'Сегодня',
    review: 'Проверка',
    lesson: 'Урок',
    classes: 'Классы',
    newClass: 'Новый класс',
    devices: 'Устройства',
    settings: 'Настройки',
    collapse: 'Свернуть панель',
    expand: 'Развернуть панель',
    search: 'Найти…',
    unread: (n: number) => count(n, 'непрочитанное сообщение', 'непрочитанных сообщения', 'непрочитанных сообщений'),
    toCheck: (n: number) => count(n, 'работа на проверку', 'работы на проверку', 'работ на проверку'),
    requests: (n: number) =>
      count(n, 'ученик ждёт подтверждения', 'ученика ждут подтверждения', 'учеников ждут подтверждения'),
    noSuchClass: 'Такого класса здесь нет',
    noSuchClassMore: 'Возможно, вас больше нет в этом классе или его данные удалены с этого компьютера.',
    toToday: 'На «Сегодня»',
  },
  connection: {
    online: 'В сети',
    updating: 'Обновляется',
    offline: 'Без сети',
    signedOut: 'Вход закончен',
  },
};
