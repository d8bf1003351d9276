/** The pictures of the chat, on the same grid as the page's other icons; they come with the chat's part of the page. */
import type { ChannelKind, Reaction } from '../../core/wire.ts';
import { Picture } from '../icons.tsx';

const FACE = 'M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0';
const PEOPLE = 'M5 7a4 4 0 1 0 8 0 4 4 0 1 0-8 0M3 21v-2a4 4 0 0 1 4-4h4a4 4 0 0 1 4 4v2';
const PERSON = 'M8 7a4 4 0 1 0 8 0 4 4 0 0 0-8 0M6 21v-2a4 4 0 0 1 4-4h4a4 4 0 0 1 4 4v2';
const HEART = 'M19.5 12.6L12 20l-7.5-7.4A5 5 0 1 1 12 6a5 5 0 1 1 7.5 6.6';
const GROUP =
  'M10 13a2 2 0 1 0 4 0 2 2 0 0 0-4 0M8 21v-1a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v1M15 5a2 2 0 1 0 4 0 2 2 0 0 0-4 0M17 10h2a2 2 0 0 1 2 2v1M5 5a2 2 0 1 0 4 0 2 2 0 0 0-4 0M3 13v-1a2 2 0 0 1 2-2h2';

const REACTION_PATHS: Record<Reaction, string> = {
  like: 'M7 11v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3a4 4 0 0 0 4-4V6a2 2 0 0 1 4 0v5h3a2 2 0 0 1 2 2l-1 5a2 3 0 0 1-2 2h-7a3 3 0 0 1-3-3',
  heart: HEART,
  laugh: `${FACE}M10 10c-.5-1-2.5-1-3 0M17 10c-.5-1-2.5-1-3 0M14.5 15a3.5 3.5 0 0 1-5 0`,
  wow: `${FACE}M9 9h.01M15 9h.01M10 15a2 2 0 1 0 4 0 2 2 0 1 0-4 0`,
  sad: `${FACE}M9 10h.01M15 10h.01M9.5 15.3a3.5 3.5 0 0 1 5 0`,
  thanks: `${HEART}M12 6L8.7 9.3a1 1 0 0 0 0 1.4l.5.5c.7.7 1.8.7 2.5 0l1-1a3.2 3.2 0 0 1 4.5 0l2.3 2.3M12.5 15.5l2 2M15 13l2 2`,
  done: `${FACE}M9 12l2 2 4-4`,
  question: `${FACE}M12 16v.01M12 13a2 2 0 0 0 .9-3.8 2 2 0 0 0-2.4.5`,
};
export const ReactionPicture = ({ reaction }: { reaction: Reaction }) => <Picture path={REACTION_PATHS[reaction]} />;

const KIND_PATHS: Record<ChannelKind, string> = {
  everyone: 'M8 9h8M8 13h6M9 18H6a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3h12a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-3l-3 3z',
  students: `${PEOPLE}M16 3.1a4 4 0 0 1 0 7.8M21 21v-2a4 4 0 0 0-3-3.9`,
  parents: `${PEOPLE}M16 3.1a4 4 0 0 1 0 7.8M21 21v-2a4 4 0 0 0-3-3.9`,
  staff: GROUP,
  group: GROUP,
  direct: PERSON,
};
export const KindPicture = ({ kind }: { kind: ChannelKind }) => <Picture path={KIND_PATHS[kind]} />;

const PATHS = {
  left: 'M15 6l-6 6 6 6',
  right: 'M9 6l6 6-6 6',
  search: 'M3 10a7 7 0 1 0 14 0 7 7 0 1 0-14 0M21 21l-6-6',
  pin: 'M15 4.5l-4 4L7 10l-1.5 1.5 7 7L14 17l1.5-4 4-4M9 15l-4.5 4.5M14.5 4L20 9.5',
  microphone: 'M9 5a3 3 0 0 1 3-3 3 3 0 0 1 3 3v5a3 3 0 0 1-3 3 3 3 0 0 1-3-3zM5 10a7 7 0 0 0 14 0M8 21h8M12 17v4',
  stop: 'M5 7a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2z',
  trash: 'M4 7h16M10 11v6M14 11v6M5 7l1 12a2 2 0 0 0 2 2h8a2 2 0 0 0 2-2l1-12M9 7V4a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v3',
  forward: 'M15 14l4-4-4-4M19 10H8a4 4 0 1 0 0 8h1',
  lock: 'M5 13a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2zM8 11V7a4 4 0 1 1 8 0v4',
  sign: 'M3 17c3.3-3.3 5-6 5-8 0-3-1-3-2-3s-2 1-2 3c0 2 1.7 4.9 2.5 6 1.5 2 2.5 2.5 3.5 1l2-3c.3 2.7 1.3 4 3 4 .5 0 2.6-2 3-2 .5 0 1.5.7 3 2',
  poll: 'M4 20h14M5 20V10h4v10M9 20V4h4v16M13 20v-8h4v8',
  task: 'M9 5H7a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2h-2M9 5a2 2 0 0 1 2-2h2a2 2 0 0 1 2 2 2 2 0 0 1-2 2h-2a2 2 0 0 1-2-2M9 12h6M9 16h4',
} as const;
export type ChatPictureName = keyof typeof PATHS;
export const ChatPicture = ({ name }: { name: ChatPictureName }) => <Picture path={PATHS[name]} />;
