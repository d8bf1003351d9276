/** Every word of the pupil's page in Russian, its source language. */
import { plural } from '../../ui/language.tsx';

const works = (count: number) =>
  `${count} ${plural('ru', count, { one: 'работа', few: 'работы', many: 'работ', other: 'работы' })}`;
const messages = (count: number) =>
  `${count} ${plural('ru', count, { one: 'сообщение', few: 'сообщения', many: 'сообщений', other: 'сообщения' })}`;

export const ru = {
  product: 'Парта',

  /** Where the words for errors have not arrived yet. */
  unexplained: {
    what: 'Не получилось. Написанное не потеряно.',
    todo: 'Проверьте связь с компьютером учителя и повторите.',
  },

  join: {
    heading: 'Вход в класс',
    hub: (name: string) => `Сервер класса: ${name}`,
    code: 'Код класса',
    codeHint: 'Шесть цифр с доски',
    name: 'Фамилия и имя',
    nameHint: 'Как в журнале. Родители пишут свои.',
    mine: 'Это мой компьютер',
    mineOff: 'На этом устройстве ничего не останется после урока.',
    mineOn: 'Класс останется на этом устройстве и откроется без кода. Отмечайте только на своём.',
    enter: 'Войти',
    entering: 'Входим…',
    needCode: 'Введите шесть цифр кода.',
    needName: 'Напишите фамилию и имя буквами.',
  },

  waiting: {
    heading: 'Учитель подтверждает вход',
    name: (name: string) => `Вы вошли как «${name}».`,
    hint: 'Ничего нажимать не нужно: страница откроется сама, как только учитель вас подтвердит.',
    again: 'Исправить имя или код',
    declined: 'Учитель не подтвердил вход',
    declinedHint: 'Проверьте, верно ли написаны фамилия и имя, и войдите ещё раз или спросите учителя.',
    removed: 'Вы больше не в этом классе',
    enterAgain: 'Войти ещё раз',
  },

  frame: {
    tasks: 'Задания',
    chat: 'Чат',
    unread: (count: number) =>
      `${count} ${plural('ru', count, { one: 'новое', few: 'новых', many: 'новых', other: 'новых' })}`,
    leave: 'Выйти',
    leaveAsk: 'Выйти из класса?',
    leaveHint: 'Чтобы войти снова, понадобятся код и подтверждение учителя.',
    leaveCleared: 'С этого устройства всё из класса будет стёрто.',
    leaveUnsent: (worksCount: number, messagesCount: number) =>
      `Пропадёт неотправленное: ${[worksCount ? works(worksCount) : '', messagesCount ? messages(messagesCount) : ''].filter(Boolean).join(', ')}.`,
    stay: 'Остаться',
    skip: 'Перейти к заданиям',
    connection: {
      online: 'В сети',
      updating: 'Обновляется',
      offline: 'Без сети',
      'signed-out': 'Вход завершён',
    },
    goesOn: 'Продолжится, когда вернётся связь',
    retryNow: 'Повторить сейчас',
    teacher: 'учитель',
    classGone: 'Учитель убрал вас из этого класса. Неотправленное ещё здесь.',
  },

  tasks: {
    heading: 'Задания',
    done: 'Сданные',
    orphans: 'Не приняты',
    left: (count: number) => `Осталось сдать: ${works(count)}`,
    none: 'Заданий пока нет',
    noneHint: 'Новое задание появится здесь само.',
    allDone: 'Всё сдано',
    due: (due: string) => `Срок: ${due}`,
    noDue: 'Без срока',
    overdue: 'срок прошёл',
    receiptSaid: (title: string, receipt: string) => `Работа «${title}» сдана. Подтверждение сдачи ${receipt}.`,
    returnedSaid: (title: string) => `Работа «${title}» проверена.`,
    redoSaid: (title: string) => `Работа «${title}» отдана на доработку.`,
    attachments: 'Файлы задания',
    state: {
      handout: 'Роздано',
      missing: 'Не сдано',
      sending: 'Отправляется',
      'handed-in': 'Сдано',
      returned: 'Проверено',
      redo: 'На доработку',
      refused: 'Не принято',
    },
    open: 'Показать задание',
  },

  parent: {
    child: 'Ребёнок',
    whose: 'Чьи задания',
    none: 'Учитель ещё не указал, чей вы родитель',
    noneHint: 'Когда укажет, здесь появятся задания ребёнка. Написать учителю можно в чате.',
    left: (count: number) => `Ещё не сдано: ${works(count)}`,
  },

  file: {
    download: 'Скачать',
  },
};
