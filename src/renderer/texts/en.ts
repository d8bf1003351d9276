/** The English words of ru.ts; the same shape, or it does not compile. */
import { plural } from '../../ui/language.tsx';
import type { Widen } from '../../ui/texts.ts';
import type { ru } from './ru.ts';

const count = (n: number, one: string, other: string) => `${n} ${plural('en', n, { one, other })}`;

export const en: Widen<typeof ru> = {
  app: { name: 'Parta' },
  frame: {
    rail: 'Sections',
    main: 'Content',
    today: 'Today',
    review: 'Review',
    lesson: 'Lesson',
    classes: 'Classes',
    newClass: 'New class',
    devices: 'Devices',
    settings: 'Settings',
    collapse: 'Collapse the panel',
    expand: 'Expand the panel',
    search: 'Find…',
    unread: (n) => count(n, 'unread message', 'unread messages'),
    toCheck: (n) => count(n, 'work to review', 'works to review'),
    requests: (n) => count(n, 'student waits to be let in', 'students wait to be let in'),
    noSuchClass: 'There is no such class here',
    noSuchClassMore: 'You may no longer be in this class, or its data were removed from this computer.',
    toToday: 'Go to Today',
  },
  connection: {
    online: 'Online',
    updating: 'Updating',
    offline: 'Offline',
    signedOut: 'Signed out',
  },
};
