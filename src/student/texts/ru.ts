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

  closed: {
    lesson: 'Урок закончен',
    left: 'Вы вышли из класса',
    ended: 'Вход завершён',
    cleared: 'На этом устройстве ничего из класса не осталось. Всё сданное хранится у учителя.',
    receipts: 'Сдано за урок',
    receiptsHint: 'Если нужно, перепишите подтверждения: по ним учитель найдёт работу.',
    unsent: 'Не отправлено',
    unsentWorks: (count: number) => `Не дошло до учителя: ${works(count)}`,
    unfinishedWorks: (count: number) => `Начато, но не сдано: ${works(count)}`,
    unsentMessages: (count: number) => `Не дошло до класса: ${messages(count)}`,
    unsentHint: 'Сами файлы остались там, где вы их выбирали. Скажите учителю, что работу нужно досдать.',
    enterAgain: 'Войти в класс',
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
    retryIn: (seconds: number) => `ещё раз через ${seconds} с`,
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
    attachments: 'Файлы задания',
    state: {
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
    redo: 'Учитель отдал работу на доработку.',
    work: 'Работа ребёнка',
  },

  work: {
    heading: 'Моя работа',
    handedIn: (when: string) => `Сдано: ${when}`,
    late: 'позже срока',
    receipt: 'Подтверждение сдачи',
    receiptSaid: (title: string, receipt: string) => `Работа «${title}» сдана. Подтверждение сдачи ${receipt}.`,
    checking: 'Учитель проверяет работу. Отметка появится здесь.',
    mark: 'Отметка',
    points: (points: string, max: number, percent: number) => `${points} из ${max} (${percent} %)`,
    marks: {
      зач: 'зачёт',
      незач: 'незачёт',
      н: 'н (не был)',
      'н/а': 'н/а (не аттестован)',
      осв: 'осв (освобождён)',
    } as Readonly<Record<string, string>>,
    comment: 'Комментарий учителя',
    returnedSaid: (title: string) => `Работа «${title}» проверена.`,
    redoSaid: (title: string) => `Работа «${title}» отдана на доработку.`,
    redo: 'Учитель отдал работу на доработку. Исправьте и сдайте ещё раз.',
    attempts: (count: number) =>
      `Раньше сдавалось: ${count} ${plural('ru', count, { one: 'раз', few: 'раза', many: 'раз', other: 'раза' })}`,
    attempt: (number: number, when: string) => `Попытка ${number}, ${when}`,
    note: 'Пояснение',
    nothingIn: 'Ничего не сдавалось',
    discard: 'Убрать',
    retry: 'Отправить ещё раз',
  },

  handIn: {
    choose: 'Выбрать файлы',
    camera: 'Снять на камеру',
    drop: 'Файлы можно перетащить сюда',
    note: 'Пояснение для учителя',
    noteHint: 'Необязательно, если есть файлы',
    handIn: 'Сдать',
    handInAgain: 'Сдать ещё раз',
    again: 'Заменить сданную работу',
    againHint: 'Учитель увидит новую попытку; прежняя тоже сохранится.',
    cancel: 'Не сдавать',
    remove: (name: string) => `Убрать файл ${name}`,
    sending: 'Работа отправляется',
    stuck: 'Работа ещё не сдана: с файлом ниже нужна ваша помощь.',
    sendingFiles: 'Файлы передаются. Не закрывайте страницу до подтверждения.',
    waitingNet: 'Работа ждёт связи с сервером и уйдёт сама. Не закрывайте страницу.',
    stop: 'Отменить отправку',
    correct: 'Исправить',
    tooMany: (max: number) => `Больше ${max} файлов за раз не принимается. Лишние не добавлены.`,
    lost: 'Страница обновилась, и файл пропал из её памяти. Выберите его ещё раз: передача продолжится с того же места.',
    lostChoose: (name: string) => `Выбрать снова: ${name}`,
    other: (name: string) => `Это другой файл: имя или размер не такие, как у «${name}».`,
    progress: (name: string) => `Передача файла ${name}`,
    fileState: {
      queued: 'в очереди',
      sending: (percent: number) => `${percent} %`,
      cut: 'нет связи, продолжится само',
      stored: 'на сервере',
      lost: 'нужно выбрать снова',
      failed: 'не отправлен',
    },
    retryFile: 'Повторить',
  },

  file: {
    download: 'Скачать',
  },
};
