/** The last page's words in Russian, the source language; they come with it. */
import { plural } from '../../ui/language.tsx';

const works = (count: number) =>
  `${count} ${plural('ru', count, { one: 'работа', few: 'работы', many: 'работ', other: 'работы' })}`;
const messages = (count: number) =>
  `${count} ${plural('ru', count, { one: 'сообщение', few: 'сообщения', many: 'сообщений', other: 'сообщения' })}`;

export const ruClosed = {
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
};
