/** Words of what is kept on this computer, in English; see ru-storage.ts, whose shape this keeps. */
import type { Widen } from '../../ui/texts.ts';
import type { ruStorage } from './ru-storage.ts';

const files = (n: number) => (n === 1 ? '1 file' : `${n} files`);

export const enStorage: Widen<typeof ruStorage> = {
  storage: {
    title: 'Storage',
    lead: 'Everything that a class has handed out and in lies on this computer and opens without a network.',
    used: (n, size, free) => `${files(n)} here, ${size}. ${free} free on the disk.`,
    quota: 'Take no more than',
    quotaMore: (floor) =>
      `When room runs out, files that nobody has opened for longest, and that the server has, go first. What is not sent yet and pinned classes always stay, and at least ${floor} of the disk stays free.`,
    noQuota: 'No limit',
    full: (n) =>
      `Not everything is kept here: there was no room for ${files(n)}. Give more room, or free a class. Such a file opens while there is a network.`,
    classes: 'Classes',
    noClasses: 'No classes with files yet.',
    school: 'School',
    here: (here, all, size) => (here === all ? `${files(all)}, ${size}` : `${here} of ${files(all)} here, ${size}`),
    since: (day) => `oldest: ${day}`,
    pin: 'Always keep',
    pinOf: (title) => `Always keep: ${title}`,
    free: (size) => `Free ${size}`,
    freeOf: (title, size) => `Free ${size}: ${title}`,
    freed: (n, size) => `Taken off this computer: ${files(n)}, ${size}`,
    freedMore: 'The server still has everything. A file is fetched again when you open it.',
    restore: 'Fetch',
    restoreOf: (title) => `Fetch the missing files: ${title}`,
    notYet: 'The classes are still opening. Wait a moment and try again.',
    loose: 'Needed by nothing any more',
    looseMore: (n, size) =>
      `${files(n)}, ${size}: no chat or assignment names them, and nothing unsent refers to them.`,
    looseDelete: 'Delete',
    looseTitle: 'Delete these files for good?',
    looseAsk: (n, size) =>
      `${files(n)}, ${size}. They were in removed messages, for instance, or in a class that is gone. They cannot be brought back.`,
    looseKeep: 'Keep',
    damaged: 'Damaged on the disk',
    unnamed: 'File without a name',
    states: {
      fetching: 'being fetched again from the server',
      lost: 'nobody has it any more: ask for it to be sent again',
    },
    dismiss: 'I see',
    dismissOf: (name) => `I see: ${name}`,
    lostTitle: 'A file was damaged on the disk',
    lostMore: (name) => `${name}: nobody has it to fetch it again from. More in Settings → Storage.`,
    check: 'Check the files',
    checkStop: 'Stop checking',
    checking: (done, all) => `${done} of ${all} checked`,
    checkedAt: (when) => `All files were checked: ${when}.`,
    checkMore: 'Parta checks files by itself while nobody uses the computer.',
  },
  transferSettings: {
    title: 'File transfers',
    parallel: 'How many files at a time',
    lesson: 'While a lesson runs, no faster than',
    lessonMore:
      'So that students have enough of the network. It holds while a lesson is under way; files between Parta and a server on this computer are not held back.',
    noLimit: 'No limit',
  },
};
