/** Every word of the pupil's and parent's chat in English. */
import { plural } from '../../ui/language.tsx';
import type { Widen } from '../../ui/texts.ts';
import type { ruChat } from './ru-chat.ts';

export type ChatTexts = Widen<typeof ruChat>;

const news = (value: number) => `${value} new`;
const people = (value: number) => `${value} ${plural('en', value, { one: 'person', other: 'people' })}`;

export const enChat: ChatTexts = {
  heading: 'Chats',
  list: 'Messages',

  places: {
    list: 'List of chats',
    kind: {
      everyone: 'Class chat',
      students: 'Students and teachers',
      parents: 'Parents and teachers',
      staff: 'Staff room',
      group: 'Group',
      direct: 'Private chat',
    },
    readers: {
      everyone: 'seen by everybody in the class',
      students: 'parents do not see it',
      parents: 'students do not see it',
      staff: 'seen by teachers',
      group: (value) => `a group of ${people(value)}`,
      direct: 'seen only by the two of you',
    },
    toList: 'All chats',
    elsewhere: (value) => `${news(value)} in other chats`,
    unread: news,
    mentioned: 'you were mentioned',
    direct: 'Private',
    write: 'Write to a teacher',
    archived: 'Archived',
    nobody: 'Teacher',
  },

  none: 'No messages yet',
  noneHint: {
    open: 'Write the first.',
    shut: 'News will appear here by itself.',
  },
  shut: {
    archived: 'This chat is archived: it can only be read.',
    'teachers-write': 'Only teachers write here.',
    'other-left': 'This person is no longer in the school: the chat can only be read.',
  },

  older: 'Show earlier',
  newLine: 'New messages',
  toEnd: 'To the latest messages',
  toEndNew: (value) => `To the latest messages: ${news(value)}`,
  typing: (names) =>
    names.length === 1 ? `${names[0]} is writing…` : `${names.slice(0, 2).join(' and ')} are writing…`,
  here: 'online',
  read: 'read',
  you: 'You',
  unknown: 'Somebody',
  from: (name, when) => `${name}, ${when}`,

  pins: {
    label: 'Pinned messages',
    title: (at, of) => (of > 1 ? `Pinned ${at} of ${of}` : 'Pinned'),
    go: 'Show the pinned message',
  },

  message: {
    removed: 'Message removed',
    edited: 'edited',
    history: 'Earlier wording',
    forwarded: (name) => `Forwarded: ${name}`,
    toAnswered: 'Show the message that is answered',
    photos: (value) => `${value} ${plural('en', value, { one: 'photo', other: 'photos' })}`,
    voice: 'Voice message',
    mentionsYou: 'you were mentioned',
  },

  actions: {
    label: 'Message actions',
    reply: 'Reply',
    edit: 'Edit',
    remove: 'Remove',
    copy: 'Copy',
    copied: 'Text copied',
    react: 'Reaction',
  },
  removeAsk: 'Remove the message?',
  removeHint: 'Its text and files disappear for everybody.',
  keep: 'Keep',

  reactions: {
    label: 'Reactions',
    name: {
      like: 'Like',
      heart: 'Heart',
      laugh: 'Funny',
      wow: 'Wow',
      sad: 'Sad',
      thanks: 'Thanks',
      done: 'Done',
      question: 'Question',
    },
    given: (name, value, who) => `${name}: ${value}. ${who}`,
  },

  poll: {
    one: 'Poll, one answer',
    several: 'Poll, several answers',
    closed: 'The poll is over',
    votes: (value) => (value === 0 ? 'Nobody has answered yet' : `Answered: ${people(value)}`),
    who: 'Who answered what',
  },

  notice: {
    asks: 'Please read and sign',
    sign: 'I have read this',
    signed: (when) => `You have read this: ${when}`,
    waiting: 'You have read this, waits for the connection',
    sending: 'You have read this, sending',
  },

  task: {
    open: 'Open the assignment',
    due: (due) => `Due: ${due}`,
    noDue: 'No due date',
    gone: 'The assignment was withdrawn',
  },

  files: {
    open: (name) => `Open ${name}`,
    close: 'Close',
    previous: 'Previous',
    next: 'Next',
    zoomIn: 'Larger',
    zoomOut: 'Whole',
    download: 'Download',
    place: (at, of) => `${at} of ${of}`,
    speed: (speed) => `Speed ${speed}×`,
    noPlay: 'This browser cannot show the file. Download it.',
  },

  composer: {
    write: 'Message',
    placeholder: 'Message',
    send: 'Send',
    attach: 'Attach a file',
    voice: 'Voice message',
    replyTo: (name) => `Reply to ${name}`,
    stopReply: 'Drop the reply',
    editing: 'Editing a message',
    stopEdit: 'Leave as it was',
    save: 'Save',
    mention: 'Whom to mention',
    tooMany: (max) => `No more than ${max} files at once. The rest were not added.`,
  },

  voice: {
    recording: (time) => `Recording ${time}`,
    stop: 'Finish recording',
    cancel: 'Do not send',
    refused: 'The browser did not let us record. Allow the microphone for this page, or attach a recording.',
    fileName: (date) => `Voice message ${date}`,
  },

  search: {
    open: 'Search the chats',
    field: 'Search the chats',
    close: 'Close the search',
    none: 'Nothing found',
    noneHint: 'Try another word, or only its beginning.',
    hint: 'Looks through all that is on this device, offline too.',
    found: (value) => `Found: ${value} ${plural('en', value, { one: 'message', other: 'messages' })}`,
  },

  state: {
    waiting: 'waits for the connection',
    'waiting-for-files': 'files on their way',
    sending: 'sending',
    refused: 'Not sent',
  },
  refused: {
    react: 'The reaction was not accepted',
    vote: 'The answer in the poll was not accepted',
    sign: 'The signature was not accepted',
    other: 'This was not accepted',
  },
  retry: 'Send again',
  discard: 'Remove',
};
