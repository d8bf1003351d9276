/** Every word of the pupil's and parent's chat in Russian, its source language; comes with the chat's part of the page. */
import { plural } from '../../ui/language.tsx';

const count = (value: number, forms: { one: string; few: string; many: string; other: string }) =>
  `${value} ${plural('ru', value, forms)}`;
const news = (value: number) => count(value, { one: 'новое', few: 'новых', many: 'новых', other: 'новых' });
const people = (value: number) => count(value, { one: 'человек', few: 'человека', many: 'человек', other: 'человека' });

export const ruChat = {
  heading: 'Чаты',
  list: 'Сообщения',

  places: {
    list: 'Список чатов',
    /** What a channel without a name of its own is called. */
    kind: {
      everyone: 'Общий чат',
      students: 'Ученики и учителя',
      parents: 'Родители и учителя',
      staff: 'Учительская',
      group: 'Группа',
      direct: 'Личный чат',
    },
    readers: {
      everyone: 'видят все в классе',
      students: 'родители не видят',
      parents: 'ученики не видят',
      staff: 'видят учителя',
      group: (value: number) => `в группе ${people(value)}`,
      direct: 'видите только вы двое',
    },
    toList: 'Все чаты',
    elsewhere: (value: number) => `в других чатах ${news(value)}`,
    unread: (value: number) => news(value),
    mentioned: 'вас упомянули',
    direct: 'Личные',
    write: 'Написать учителю',
    archived: 'В архиве',
    nobody: 'Учитель',
  },

  none: 'Сообщений пока нет',
  noneHint: {
    open: 'Напишите первое.',
    shut: 'Новое появится здесь само.',
  },
  shut: {
    archived: 'Чат в архиве: его можно только читать.',
    'teachers-write': 'Здесь пишут только учителя.',
    'other-left': 'Этого человека больше нет в школе: чат можно только читать.',
  },

  older: 'Показать раньше',
  newLine: 'Новые сообщения',
  toEnd: 'К последним сообщениям',
  toEndNew: (value: number) => `К последним сообщениям: ${news(value)}`,
  typing: (names: readonly string[]) =>
    names.length === 1 ? `${names[0]} пишет…` : `${names.slice(0, 2).join(' и ')} пишут…`,
  here: 'в сети',
  read: 'прочитано',
  you: 'Вы',
  unknown: 'Кто-то',
  from: (name: string, when: string) => `${name}, ${when}`,

  pins: {
    label: 'Закреплённые сообщения',
    title: (at: number, of: number) => (of > 1 ? `Закреплено ${at} из ${of}` : 'Закреплено'),
    go: 'Показать закреплённое сообщение',
  },

  message: {
    removed: 'Сообщение удалено',
    edited: 'изменено',
    history: 'Прежний текст',
    forwarded: (name: string) => `Переслано: ${name}`,
    toAnswered: 'Показать сообщение, на которое отвечают',
    photos: (value: number) =>
      count(value, { one: 'фотография', few: 'фотографии', many: 'фотографий', other: 'фотографии' }),
    voice: 'Голосовое сообщение',
    mentionsYou: 'вас упомянули',
  },

  actions: {
    label: 'Действия с сообщением',
    reply: 'Ответить',
    edit: 'Изменить',
    remove: 'Удалить',
    copy: 'Копировать',
    copied: 'Текст скопирован',
    react: 'Реакция',
  },
  removeAsk: 'Удалить сообщение?',
  removeHint: 'Текст и файлы исчезнут у всех.',
  keep: 'Оставить',

  reactions: {
    label: 'Реакции',
    name: {
      like: 'Нравится',
      heart: 'Сердце',
      laugh: 'Смешно',
      wow: 'Ого',
      sad: 'Грустно',
      thanks: 'Спасибо',
      done: 'Сделано',
      question: 'Вопрос',
    },
    given: (name: string, value: number, who: string) => `${name}: ${value}. ${who}`,
  },

  poll: {
    one: 'Опрос, один ответ',
    several: 'Опрос, можно несколько ответов',
    closed: 'Опрос закончен',
    votes: (value: number) => (value === 0 ? 'Никто ещё не ответил' : `Ответили: ${people(value)}`),
    who: 'Кто как ответил',
  },

  notice: {
    asks: 'Нужно ознакомиться',
    sign: 'Ознакомлен(а)',
    signed: (when: string) => `Вы ознакомлены: ${when}`,
    waiting: 'Вы ознакомлены, ждёт связи',
    sending: 'Вы ознакомлены, отправляется',
  },

  task: {
    open: 'Открыть задание',
    due: (due: string) => `Срок: ${due}`,
    noDue: 'Без срока',
    gone: 'Задание снято',
  },

  files: {
    open: (name: string) => `Открыть ${name}`,
    close: 'Закрыть',
    previous: 'Предыдущая',
    next: 'Следующая',
    zoomIn: 'Крупнее',
    zoomOut: 'Целиком',
    download: 'Скачать',
    place: (at: number, of: number) => `${at} из ${of}`,
    speed: (speed: string) => `Скорость ${speed}×`,
    noPlay: 'Этот браузер не может показать файл. Скачайте его.',
  },

  composer: {
    write: 'Сообщение',
    placeholder: 'Сообщение',
    send: 'Отправить',
    attach: 'Прикрепить файл',
    voice: 'Голосовое сообщение',
    replyTo: (name: string) => `Ответ: ${name}`,
    stopReply: 'Убрать ответ',
    editing: 'Изменение сообщения',
    stopEdit: 'Не менять',
    save: 'Сохранить',
    mention: 'Кого упомянуть',
    tooMany: (max: number) => `Больше ${max} файлов за раз не принимается. Лишние не добавлены.`,
  },

  voice: {
    recording: (time: string) => `Запись ${time}`,
    stop: 'Закончить запись',
    cancel: 'Не отправлять',
    refused: 'Браузер не дал записать звук. Разрешите микрофон для этой страницы или прикрепите готовую запись.',
    fileName: (date: string) => `Голосовое сообщение ${date}`,
  },

  search: {
    open: 'Поиск в чатах',
    field: 'Искать в чатах',
    close: 'Закрыть поиск',
    none: 'Ничего не нашлось',
    noneHint: 'Попробуйте другое слово или только его начало.',
    hint: 'Ищет во всём, что есть на этом устройстве, и без связи.',
    found: (value: number) =>
      `Нашлось: ${count(value, { one: 'сообщение', few: 'сообщения', many: 'сообщений', other: 'сообщения' })}`,
  },

  state: {
    waiting: 'ждёт связи',
    'waiting-for-files': 'файлы передаются',
    sending: 'отправляется',
    refused: 'Не отправлено',
  },
  refused: {
    react: 'Реакция не принята',
    vote: 'Ответ в опросе не принят',
    sign: 'Подпись не принята',
    other: 'Действие не принято',
  },
  retry: 'Отправить ещё раз',
  discard: 'Убрать',
};
