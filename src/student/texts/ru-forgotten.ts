/** Words for who was forgotten by a hub that came back from a backup, in Russian, the source language; they come with the page's part. */
import { plural } from '../../ui/language.tsx';

const works = (count: number) =>
  `${count} ${plural('ru', count, { one: 'работа', few: 'работы', many: 'работ', other: 'работы' })}`;
const messages = (count: number) =>
  `${count} ${plural('ru', count, { one: 'сообщение', few: 'сообщения', many: 'сообщений', other: 'сообщения' })}`;
const both = (worksCount: number, messagesCount: number) =>
  [worksCount ? works(worksCount) : '', messagesCount ? messages(messagesCount) : ''].filter(Boolean).join(', ');

export const ruForgotten = {
  heading: 'Сервер класса вас не узнал',
  why: 'Похоже, его восстановили из копии, сделанной до того, как учитель впустил вас. Вы ни при чём: попроситесь в класс ещё раз.',
  goneHeading: 'Вас нет в этом классе',
  gone: 'Учитель убрал вас из класса, или сервер восстановили из старой копии. Если это ошибка, попроситесь ещё раз.',
  nothing: 'Неотправленного на этом устройстве нет.',
  kept: (worksCount: number, messagesCount: number) =>
    `Ваше не пропало. Здесь ждёт: ${both(worksCount, messagesCount)}. Когда учитель вас впустит, всё отправится само и только один раз.`,
  keptAll:
    'Ваше не пропало: всё, что вы сдали и написали после той копии, есть на этом устройстве. Когда учитель вас впустит, оно отправится само и только один раз.',
  keepOpen: 'Не закрывайте эту вкладку: на общем компьютере вместе с ней пропадёт и то, что ждёт.',
  ask: 'Попроситься в класс',
  asking: 'Просимся…',
  declined: 'Учитель пока не впустил вас. Проверьте фамилию и имя и попроситесь ещё раз или спросите учителя.',
};
