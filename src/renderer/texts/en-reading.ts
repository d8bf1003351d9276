/** English words of reading a chat and searching; see ru-reading.ts. */
import { plural } from '../../ui/language.tsx';
import type { Widen } from '../../ui/texts.ts';
import type { ruReading } from './ru-reading.ts';

const messages = (n: number) => `${n} ${plural('en', n, { one: 'message', other: 'messages' })}`;

export const enReading: Widen<typeof ruReading> = {
  reading: {
    toDay: (day) => `${day}. Go to another day`,
    goToDay: 'Go to a day',
    first: 'To the first message',
    readBy: (n, total) => (n === total ? 'read by all' : `read by ${n} of ${total}`),
    readCount: (n, total) => `${n}: ${n === total ? 'read by all' : `read by ${n} of ${total}`}`,
    readByOne: 'read',
    whoRead: 'Who has read it',
    read: (n) => `Read: ${n}`,
    unread: (n) => `Not read yet: ${n}`,
    nobody: 'Nobody yet',
    readMore: 'As far as the class server knows now.',
    typing: (names) =>
      names.length === 1
        ? `${names[0]} is writing…`
        : names.length === 2
          ? `${names[0]} and ${names[1]} are writing…`
          : `${names.length} people are writing…`,
    back: 'Back to where you were',
    keys: {
      up: 'Among messages',
      first: 'To the first and to the last message',
      day: 'Go to a day',
    },
  },
  search: {
    title: 'Search in messages',
    lead: 'In all classes and one-to-one chats, offline too.',
    inChat: 'Search in this chat',
    everywhere: 'Search in all chats',
    field: 'What to look for',
    placeholder: 'Words of a message or a file name',
    close: 'Close the search',
    filters: 'Search conditions',
    place: 'Where',
    anyPlace: 'Everywhere',
    by: 'Who wrote it',
    anybody: 'Anybody',
    kind: 'What is in the message',
    kinds: {
      any: 'Anything',
      text: 'Text',
      file: 'File',
      photo: 'Photo',
      voice: 'Voice',
      link: 'Link',
      poll: 'Poll',
      notice: 'Notice to sign',
      assignment: 'Assignment',
    },
    from: 'From day',
    to: 'To day',
    clear: 'Clear the conditions',
    found: (n) => `Found: ${messages(n)}`,
    foundShown: (shown, n) => `Found: ${messages(n)}, the last ${shown} are shown`,
    more: 'Show more',
    nothing: 'Nothing found',
    nothingMore: 'Any form of a word fits. Try fewer words or clear the conditions.',
    start: 'Type a word or choose a condition',
    startMore: 'Any form of a word fits. Everything that is on this computer is searched.',
    results: 'Found messages',
    file: 'File',
    you: 'You',
    somebody: 'Class member',
    inClass: (chat, title) => `${title} · ${chat}`,
    palette: (typed) => `Search in messages: “${typed}”`,
    paletteHint: 'Search',
    keys: {
      inChat: 'Search in this chat',
      everywhere: 'Search in all chats',
      move: 'Among what was found',
      open: 'Open what was found',
    },
  },
};
