/** Words of what is kept on this computer and of how files travel. The source; see en-storage.ts. */
import { plural } from '../../ui/language.tsx';

const count = (n: number, one: string, few: string, many: string) =>
  `${n} ${plural('ru', n, { one, few, many, other: many })}`;
const files = (n: number) => count(n, 'файл', 'файла', 'файлов');

export const ruStorage = {
  storage: {
    title: 'Хранение',
    lead: 'Всё, что класс раздал и сдал, лежит на этом компьютере и открывается без сети.',
    used: (n: number, size: string, free: string) => `Здесь ${files(n)}, ${size}. На диске свободно ${free}.`,
    quota: 'Занимать не больше',
    quotaMore: (floor: string) =>
      `Когда места не хватает, первыми уходят файлы, которые дольше всех не открывали и которые есть на сервере. Неотправленное и закреплённые классы остаются всегда, а на диске остаётся не меньше ${floor}.`,
    noQuota: 'Без ограничения',
    full: (n: number) =>
      `Здесь хранится не всё: ${count(n, 'файлу', 'файлам', 'файлам')} не хватило места. Увеличьте место или освободите какой-нибудь класс. Открыть такой файл можно, пока есть сеть.`,
    classes: 'Классы',
    noClasses: 'Классов с файлами пока нет.',
    school: 'Школа',
    here: (here: number, all: number, size: string) =>
      here === all ? `${files(all)}, ${size}` : `Здесь ${here} из ${count(all, 'файла', 'файлов', 'файлов')}, ${size}`,
    since: (day: string) => `самый давний: ${day}`,
    pin: 'Хранить всегда',
    pinOf: (title: string) => `Хранить всегда: ${title}`,
    free: (size: string) => `Освободить ${size}`,
    freeOf: (title: string, size: string) => `Освободить ${size}: ${title}`,
    freed: (n: number, size: string) => `Убрано с этого компьютера: ${files(n)}, ${size}`,
    freedMore: 'На сервере всё осталось. Файл загрузится снова, когда вы его откроете.',
    restore: 'Загрузить',
    restoreOf: (title: string) => `Загрузить недостающие файлы: ${title}`,
    notYet: 'Классы ещё открываются. Подождите немного и повторите.',
    loose: 'Больше ничему не нужны',
    looseMore: (n: number, size: string) =>
      `${files(n)}, ${size}: их нет ни в одном чате и задании, и ничто неотправленное на них не ссылается.`,
    looseDelete: 'Удалить',
    looseTitle: 'Удалить эти файлы навсегда?',
    looseAsk: (n: number, size: string) =>
      `${files(n)}, ${size}. Например, они были в удалённых сообщениях или в классе, которого больше нет. Вернуть их будет нельзя.`,
    looseKeep: 'Оставить',
    damaged: 'Испортились на диске',
    unnamed: 'Файл без имени',
    states: {
      fetching: 'загружается заново с сервера',
      lost: 'заново получить не у кого: попросите прислать его ещё раз',
    },
    dismiss: 'Понятно',
    dismissOf: (name: string) => `Понятно: ${name}`,
    lostTitle: 'Файл испортился на диске',
    lostMore: (name: string) => `${name}: заново получить его не у кого. Подробнее в «Настройки → Хранение».`,
    check: 'Проверить файлы',
    checkStop: 'Остановить проверку',
    checking: (done: number, all: number) => `Проверено ${done} из ${all}`,
    checkedAt: (when: string) => `Все файлы проверены: ${when}.`,
    checkMore: 'Парта сама сверяет файлы, пока компьютером никто не пользуется.',
  },
  transferSettings: {
    title: 'Передача файлов',
    parallel: 'Сколько файлов передавать одновременно',
    lesson: 'Пока идёт урок, не быстрее',
    lessonMore:
      'Чтобы сети хватало ученикам. Ограничение действует, пока идёт урок; на файлы между Партой и сервером на этом же компьютере оно не действует.',
    noLimit: 'Без ограничения',
  },
};
