/**
 * What a person reads for each code of core/errors: what happened and what is safe (`what`), and what to do (`todo`), in a
 * teacher's or a pupil's words, in every language. A missing or surplus code does not compile.
 */
import type { ErrorCode } from '../core/errors.ts';
import type { Language } from './language.tsx';

export interface ErrorText {
  /** What happened, and what is safe. One or two sentences. */
  what: string;
  /** What to do now. One sentence. */
  todo: string;
}

const ru: Readonly<Record<ErrorCode, ErrorText>> = {
  'not-a-member': {
    what: 'Вы больше не в этом классе. Написанное здесь не отправлено.',
    todo: 'Если это ошибка, попросите учителя подтвердить вас снова.',
  },
  'not-allowed': {
    what: 'Это может сделать только учитель или автор. Ничего не изменилось.',
    todo: 'Попросите учителя или уберите это из очереди.',
  },
  'class-exists': { what: 'Такой класс уже создан. Второй не появился.', todo: 'Откройте его в списке классов.' },
  'no-such-class': {
    what: 'Этого класса на сервере нет. Написанное сохранено на этом устройстве.',
    todo: 'Проверьте, к тому ли серверу вы подключены.',
  },
  'no-such-channel': {
    what: 'Этого чата больше нет. Текст сохранён здесь.',
    todo: 'Скопируйте текст и напишите в другой чат.',
  },
  'no-such-message': {
    what: 'Это сообщение уже удалено. Остальные на месте.',
    todo: 'Ничего делать не нужно; можно написать новое.',
  },
  'channel-exists': {
    what: 'Такой чат уже есть. Написанное сохранено.',
    todo: 'Откройте чат из списка; эту строку можно удалить.',
  },
  'channel-closed': {
    what: 'Чат закрыт: в него больше не пишут. Текст сохранён здесь.',
    todo: 'Напишите в другой чат. Вернуть этот из архива может учитель.',
  },
  'poll-closed': {
    what: 'Опрос уже завершён. Ваш голос не изменился.',
    todo: 'Ничего делать не нужно.',
  },
  'no-such-assignment': {
    what: 'Учитель снял это задание. Ваши файлы остались на вашем устройстве.',
    todo: 'Спросите учителя, нужно ли сдавать работу.',
  },
  'no-such-member': {
    what: 'Этого человека больше нет в списке класса. Ничего не изменилось.',
    todo: 'Откройте список класса и выберите другого.',
  },
  'no-such-request': {
    what: 'На эту просьбу войти уже ответили, возможно с другого устройства.',
    todo: 'Ничего делать не нужно.',
  },
  'member-exists': { what: 'Этот человек уже есть в списке. Второй записи не появилось.', todo: 'Уберите повтор.' },
  'member-not-listed': {
    what: 'Этой строки нет в списке класса. Ничего не изменилось.',
    todo: 'Выберите другую строку или добавьте новую.',
  },
  'class-full': {
    what: 'В списке класса больше нет места. Уже внесённые на месте.',
    todo: 'Уберите лишние строки или создайте ещё один класс.',
  },
  'limit-reached': {
    what: 'Таких здесь уже столько, сколько может быть. Прежние на месте.',
    todo: 'Уберите ненужные и повторите.',
  },
  'too-many-attempts': {
    what: 'Эту работу сдавали уже слишком много раз. Сданное раньше на месте.',
    todo: 'Покажите новую работу учителю: он может принять её сам.',
  },
  'last-teacher': {
    what: 'В классе должен остаться хотя бы один учитель. Ничего не изменилось.',
    todo: 'Сначала сделайте учителем кого-то ещё.',
  },
  'bad-name': {
    what: 'В имени нет ни одной видимой буквы или есть скрытые знаки.',
    todo: 'Напишите имя и фамилию буквами.',
  },
  empty: {
    what: 'Здесь пусто: нет ни текста, ни файла. Ничего не отправлено.',
    todo: 'Напишите текст или добавьте файл.',
  },
  'file-missing': {
    what: 'Файл ещё не дошёл до сервера целиком. На вашем устройстве он цел.',
    todo: 'Подождите окончания передачи или выберите файл ещё раз.',
  },
  'file-not-yours': {
    what: 'Этот файл принёс другой человек, поэтому сервер его не принял от вас.',
    todo: 'Выберите файл на своём устройстве.',
  },
  'bad-mark': {
    what: 'Такой отметки нет в шкале этого задания. Прежняя отметка на месте.',
    todo: 'Поставьте отметку из шкалы.',
  },
  stale: {
    what: 'Пока это ждало отправки, кто-то уже изменил то же самое. Обе записи целы.',
    todo: 'Посмотрите новую запись и решите, нужна ли ваша.',
  },
  'nothing-to-return': {
    what: 'В этой работе ещё нет ни отметки, ни комментария, отдавать нечего.',
    todo: 'Поставьте отметку или напишите комментарий.',
  },
  'already-returned': {
    what: 'Эта работа уже отдана проверенной. Повторно ничего не отправлено.',
    todo: 'Если нужно сдать ещё раз, учитель отдаёт работу на доработку.',
  },
  'collect-closed': {
    what: 'Сбор работ закончен, учитель больше не принимает. Файлы остались на этом компьютере.',
    todo: 'Подойдите к учителю: он может принять работу сам.',
  },
  'partner-has-work': {
    what: 'Один из тех, с кем вы сдаёте вместе, уже сдал свою работу. Ничего не отправлено.',
    todo: 'Снимите с него отметку и сдайте ещё раз.',
  },
  'not-assigned': {
    what: 'Это задание дано не этому ученику. Ничего не изменилось.',
    todo: 'Проверьте, кому дано задание.',
  },
  'not-due': { what: 'Назначенное время ещё не наступило.', todo: 'Подождите: сервер сделает это сам.' },
  'id-reused': {
    what: 'Сервер принял похожую запись раньше и вторую не взял. Принятое на месте.',
    todo: 'Уберите эту запись и напишите заново.',
  },
  'bad-request': {
    what: 'Сервер не понял запись. Она сохранена на этом устройстве.',
    todo: 'Обновите программу или страницу и повторите.',
  },
  'too-large': {
    what: 'Это слишком большое, сервер такое не принимает. На вашем устройстве всё цело.',
    todo: 'Сократите текст или выберите файл поменьше.',
  },
  'too-many': { what: 'Слишком много сразу. Принятое раньше на месте.', todo: 'Подождите минуту и повторите.' },
  'unknown-protocol': {
    what: 'Версии программы здесь и на сервере слишком разные. Всё сохранено.',
    todo: 'Обновите программу; в браузере обновите страницу.',
  },
  'wrong-key': {
    what: 'Доступ к классу изменился, данные загружаются заново. Неотправленное сохранено.',
    todo: 'Ничего делать не нужно, подождите.',
  },
  'not-found': { what: 'Этого здесь нет, или это не для вас.', todo: 'Проверьте адрес или вернитесь назад.' },
  internal: {
    what: 'Что-то сломалось внутри Парты. Сохранённое цело.',
    todo: 'Повторите; если не поможет, перезапустите программу или обновите страницу.',
  },
  busy: {
    what: 'Сервер сейчас занят. Написанное сохранено и уйдёт само.',
    todo: 'Ничего делать не нужно, подождите.',
  },
  'disk-full': {
    what: 'На компьютере с сервером кончилось место. Принятое раньше цело.',
    todo: 'Скажите учителю: нужно освободить место на диске сервера.',
  },
  'hub-unreachable': {
    what: 'Нет связи с сервером класса. Написанное сохранено и уйдёт само, когда связь вернётся.',
    todo: 'Проверьте Wi‑Fi или кабель и включён ли компьютер учителя.',
  },
  'not-a-hub': {
    what: 'По этому адресу отвечает не сервер Парты: возможно, страница входа в Wi‑Fi. Написанное сохранено.',
    todo: 'Войдите в сеть Wi‑Fi или проверьте адрес.',
  },
  'other-hub': {
    what: 'По этому адресу теперь другой сервер. Ничего ему не отправлено.',
    todo: 'Спросите у учителя адрес своего класса.',
  },
  'wrong-code': { what: 'Такого кода нет.', todo: 'Посмотрите код на доске и введите шесть цифр ещё раз.' },
  'code-expired': { what: 'Срок этого кода кончился.', todo: 'Попросите учителя показать новый код.' },
  'too-many-tries': {
    what: 'Слишком много неверных кодов подряд, вход ненадолго закрыт.',
    todo: 'Подождите минуту и введите код внимательно.',
  },
  'signed-out': {
    what: 'Вход на этом устройстве завершён. Сданное и отправленное хранится на сервере.',
    todo: 'Войдите снова с новым кодом.',
  },
  'lesson-ended': {
    what: 'Учитель закончил урок. Сданное и отправленное хранится на сервере.',
    todo: 'На следующем уроке войдите снова по коду с доски.',
  },
  waiting: { what: 'Учитель ещё не подтвердил вход.', todo: 'Подождите или напомните учителю.' },
  'hash-mismatch': {
    what: 'Файл дошёл с искажением и не принят. Исходный файл цел.',
    todo: 'Отправьте его ещё раз.',
  },
  'file-changed': {
    what: 'Файл изменился, пока отправлялся. На вашем устройстве он цел.',
    todo: 'Сохраните его, закройте программу, в которой он открыт, и выберите снова.',
  },
  'file-gone': {
    what: 'Файл больше не читается: его убрали, переименовали или вынули носитель.',
    todo: 'Верните файл на место или выберите его снова.',
  },
  'file-damaged': {
    what: 'Файл на этом компьютере испортился и отложен в сторону.',
    todo: 'Если он есть на сервере, он загрузится снова сам. Что с ним, видно в «Настройки → Хранение».',
  },
  'disk-full-here': {
    what: 'На этом устройстве кончилось место. Сохранённое раньше цело.',
    todo: 'Освободите место и повторите.',
  },
  cancelled: { what: 'Отменено. Больше ничего не изменилось.', todo: 'Можно начать заново.' },
  'list-unreadable': {
    what: 'Не удалось прочитать список из этого файла. Класс не изменился.',
    todo: 'Сохраните список как CSV или XLSX либо вставьте его текстом.',
  },
  'list-empty': {
    what: 'В этом списке не нашлось ни одного имени. Класс не изменился.',
    todo: 'Выберите другой файл.',
  },
  'port-taken': {
    what: 'Нужный порт занят другой программой, поэтому сервер класса не запущен. Данные целы.',
    todo: 'Закройте другую программу или перезапустите Парту.',
  },
  'hub-crashed': {
    what: 'Сервер класса остановился с ошибкой и запускается снова. Принятое цело.',
    todo: 'Подождите полминуты; если не помогло, перезапустите Парту.',
  },
  'storage-damaged': {
    what: 'Хранилище на этом устройстве не открывается.',
    todo: 'Скажите учителю или тому, кто отвечает за компьютеры; на сервере всё принятое цело.',
  },
};

const en: Readonly<Record<ErrorCode, ErrorText>> = {
  'not-a-member': {
    what: 'You are no longer in this class. What you wrote here has not been sent.',
    todo: 'If this is a mistake, ask the teacher to confirm you again.',
  },
  'not-allowed': {
    what: 'Only the teacher or the author may do this. Nothing has changed.',
    todo: 'Ask the teacher, or remove it from the queue.',
  },
  'class-exists': {
    what: 'This class exists already. No second one was made.',
    todo: 'Open it in the list of classes.',
  },
  'no-such-class': {
    what: 'This class is not on the server. What you wrote is kept on this device.',
    todo: 'Check that you are connected to the right server.',
  },
  'no-such-channel': {
    what: 'This chat is gone. Your text is kept here.',
    todo: 'Copy the text and write it in another chat.',
  },
  'no-such-message': {
    what: 'This message has been removed already. The others are in place.',
    todo: 'Nothing to do; you can write a new one.',
  },
  'channel-exists': {
    what: 'This chat is there already. What you wrote is kept.',
    todo: 'Open the chat from the list; this line can be deleted.',
  },
  'channel-closed': {
    what: 'The chat is closed: nobody writes there any more. Your text is kept here.',
    todo: 'Write in another chat. A teacher can take this one out of the archive.',
  },
  'poll-closed': {
    what: 'The poll has ended. Your vote has not changed.',
    todo: 'Nothing to do.',
  },
  'no-such-assignment': {
    what: 'The teacher has withdrawn this assignment. Your files are still on your device.',
    todo: 'Ask the teacher whether the work is needed.',
  },
  'no-such-member': {
    what: 'This person is no longer on the class list. Nothing has changed.',
    todo: 'Open the class list and choose somebody else.',
  },
  'no-such-request': {
    what: 'This request to come in was answered already, perhaps from another device.',
    todo: 'Nothing to do.',
  },
  'member-exists': {
    what: 'This person is on the list already. No second line was made.',
    todo: 'Remove the duplicate.',
  },
  'member-not-listed': {
    what: 'This line is not on the class list. Nothing has changed.',
    todo: 'Choose another line or add a new one.',
  },
  'class-full': {
    what: 'There is no more room on the class list. Those on it are in place.',
    todo: 'Remove lines you do not need, or make another class.',
  },
  'limit-reached': {
    what: 'There are as many of these here as there may be. Those before are in place.',
    todo: 'Remove what is not needed, then try again.',
  },
  'too-many-attempts': {
    what: 'This work has been handed in too many times. What was handed in before is in place.',
    todo: 'Show the new work to the teacher, who can take it in himself.',
  },
  'last-teacher': {
    what: 'A class must keep at least one teacher. Nothing has changed.',
    todo: 'Make somebody else a teacher first.',
  },
  'bad-name': {
    what: 'The name has no visible letters, or hidden characters.',
    todo: 'Write first name and surname in letters.',
  },
  empty: { what: 'This is empty: no text and no file. Nothing was sent.', todo: 'Write something or add a file.' },
  'file-missing': {
    what: 'The file has not reached the server in full. It is safe on your device.',
    todo: 'Wait until it has been sent, or choose the file again.',
  },
  'file-not-yours': {
    what: 'Somebody else brought this file, so the server did not take it from you.',
    todo: 'Choose a file on your own device.',
  },
  'bad-mark': {
    what: 'This mark is not on the scale of the assignment. The earlier mark stands.',
    todo: 'Choose a mark from the scale.',
  },
  stale: {
    what: 'While this was waiting, somebody changed the same thing. Both versions are kept.',
    todo: 'Look at the newer one and decide whether yours is still needed.',
  },
  'nothing-to-return': {
    what: 'This work has neither a mark nor a comment yet, so there is nothing to give back.',
    todo: 'Give a mark or write a comment.',
  },
  'already-returned': {
    what: 'This work has been given back already. Nothing was sent again.',
    todo: 'To hand in again, the teacher gives it back to be redone.',
  },
  'collect-closed': {
    what: 'Collecting is over, the teacher takes no more works. Your files are still on this computer.',
    todo: 'Speak to the teacher, who can take the work in himself.',
  },
  'partner-has-work': {
    what: 'One of those with whom you hand in has handed in a work of his own. Nothing was sent.',
    todo: 'Leave him out and hand in again.',
  },
  'not-assigned': {
    what: 'This assignment is not for this student. Nothing has changed.',
    todo: 'Check whom the assignment is for.',
  },
  'not-due': { what: 'The time set for this has not come yet.', todo: 'Wait: the server will do it by itself.' },
  'id-reused': {
    what: 'The server took a similar entry before and did not take this one. What it took is in place.',
    todo: 'Remove this entry and write it again.',
  },
  'bad-request': {
    what: 'The server did not understand this entry. It is kept on this device.',
    todo: 'Update the app or reload the page, then try again.',
  },
  'too-large': {
    what: 'This is too large for the server. Everything is safe on your device.',
    todo: 'Shorten the text or choose a smaller file.',
  },
  'too-many': { what: 'Too much at once. What was taken before is in place.', todo: 'Wait a minute and try again.' },
  'unknown-protocol': {
    what: 'The versions here and on the server are too far apart. Everything is kept.',
    todo: 'Update the app; in a browser, reload the page.',
  },
  'wrong-key': {
    what: 'Your access to the class has changed, so it is being loaded again. Unsent work is kept.',
    todo: 'Nothing to do, please wait.',
  },
  'not-found': { what: 'This is not here, or not for you.', todo: 'Check the address or go back.' },
  internal: {
    what: 'Something broke inside Parta. What was saved is safe.',
    todo: 'Try again; if that does not help, restart the app or reload the page.',
  },
  busy: {
    what: 'The server is busy. What you wrote is kept and will be sent by itself.',
    todo: 'Nothing to do, please wait.',
  },
  'disk-full': {
    what: 'The computer with the server has run out of space. What it took before is safe.',
    todo: 'Tell the teacher: the server’s disk needs room.',
  },
  'hub-unreachable': {
    what: 'No connection to the class server. What you wrote is kept and will be sent when it is back.',
    todo: 'Check Wi‑Fi or the cable, and that the teacher’s computer is on.',
  },
  'not-a-hub': {
    what: 'Something other than Parta answers at this address, perhaps a Wi‑Fi sign-in page. What you wrote is kept.',
    todo: 'Sign in to the Wi‑Fi network or check the address.',
  },
  'other-hub': {
    what: 'Another server answers at this address now. Nothing was sent to it.',
    todo: 'Ask the teacher for the address of your class.',
  },
  'wrong-code': { what: 'There is no such code.', todo: 'Look at the board and enter the six digits again.' },
  'code-expired': { what: 'This code has expired.', todo: 'Ask the teacher to show a new code.' },
  'too-many-tries': {
    what: 'Too many wrong codes in a row, so the door is closed for a moment.',
    todo: 'Wait a minute, then enter the code carefully.',
  },
  'signed-out': {
    what: 'This device is signed out. What was handed in and sent is on the server.',
    todo: 'Sign in again with a new code.',
  },
  'lesson-ended': {
    what: 'The teacher has ended the lesson. What was handed in and sent is on the server.',
    todo: 'Next lesson, come in again with the code on the board.',
  },
  waiting: { what: 'The teacher has not confirmed you yet.', todo: 'Wait, or remind the teacher.' },
  'hash-mismatch': {
    what: 'The file arrived damaged and was not taken. The original is safe.',
    todo: 'Send it again.',
  },
  'file-changed': {
    what: 'The file changed while it was being sent. It is safe on your device.',
    todo: 'Save it, close the program that has it open, and choose it again.',
  },
  'file-gone': {
    what: 'The file can no longer be read: it was removed, renamed, or its drive was taken out.',
    todo: 'Put the file back or choose it again.',
  },
  'file-damaged': {
    what: 'The file on this computer was damaged and has been put aside.',
    todo: 'If its server has it, it is fetched again by itself. Settings → Storage tells how it stands.',
  },
  'disk-full-here': {
    what: 'This device has run out of space. What was saved before is safe.',
    todo: 'Make room and try again.',
  },
  cancelled: { what: 'Cancelled. Nothing else has changed.', todo: 'You can start again.' },
  'list-unreadable': {
    what: 'The list in this file could not be read. The class has not changed.',
    todo: 'Save the list as CSV or XLSX, or paste it as text.',
  },
  'list-empty': { what: 'No names were found in this list. The class has not changed.', todo: 'Choose another file.' },
  'port-taken': {
    what: 'Another program uses the port that the class server needs, so it is not running. The data are safe.',
    todo: 'Close the other program or restart Parta.',
  },
  'hub-crashed': {
    what: 'The class server stopped with an error and is starting again. What it took is safe.',
    todo: 'Wait half a minute; if that does not help, restart Parta.',
  },
  'storage-damaged': {
    what: 'The storage on this device cannot be opened.',
    todo: 'Tell the teacher or whoever looks after the computers; everything the server took is safe there.',
  },
};

const TEXTS: Readonly<Record<Language, Readonly<Record<ErrorCode, ErrorText>>>> = { ru, en };

/** What to tell a person about a code. */
export const errorText = (language: Language, code: ErrorCode): ErrorText => TEXTS[language][code];
