/**
 * The teacher's window over a class on paper, for tests that press keys: the school day of the gallery, with a disk that the
 * test may hold (writes then wait in their order, as in IndexedDB) and a class in which the test may let pupils speak.
 */
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import type { ClassStore } from '../../../src/client/class-store.ts';
import { PartaError } from '../../../src/core/errors.ts';
import type { CommandId, LogId } from '../../../src/core/ids.ts';
import type { Command } from '../../../src/core/wire.ts';
import { App } from '../../../src/renderer/App.tsx';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '../../../src/renderer/theme.css';
import { NOW, STAGED } from '../../gallery/page/stage.ts';
import type { TeacherScene } from '../../gallery/scene-list.ts';
import { guestWho } from '../../support/paper-class.ts';

z.config({ jitless: true });

const query = new URLSearchParams(location.search);
/** `?offline`, or any scene of the gallery: `?scene=chat-asks`; `&place=/lesson/:log` where it is no chat's. */
const scene = (query.get('scene') ?? (query.has('offline') ? 'chat-offline' : 'chat')) as TeacherScene;
/** `?many=3000&unread=500`: a chat with so many messages, one each 20 minutes, of which so many were not read. */
const many = Number(query.get('many') ?? 0);
const { desktop, store, logId, assignmentId } = STAGED[many > 0 ? 'chat' : scene]();
desktop.settings.language = 'ru';

/** What was sent, in order. */
const sent: { logId: LogId; kind: string; body: unknown }[] = [];
let release = () => undefined as void;
let queue: Promise<unknown> = Promise.resolve();
const inOrder = <T,>(write: () => Promise<T>): Promise<T> => {
  const done = queue.then(write);
  queue = done.catch(() => undefined);
  return done;
};
const send = store.send.bind(store);
const writeDraft = store.writeDraft.bind(store);
store.send = (
  to: LogId,
  kind: Command['kind'],
  body: unknown,
  clears?: Parameters<typeof send>[3],
): Promise<CommandId> =>
  inOrder(() => {
    sent.push({ logId: to, kind, body });
    return send(to, kind, body, clears);
  });
store.writeDraft = (key, value) => inOrder(() => writeDraft(key, value));

/** `?lateSchool`: the school's log, the last one, is read from the disk when the test says so. */
let schoolIsRead = () => undefined as void;
if (query.has('lateSchool')) {
  const read = new Promise<void>((resolve) => (schoolIsRead = resolve));
  const watchClass = store.watchClass.bind(store);
  store.watchClass = (of, listener) =>
    watchClass(of, of === store.logs.at(-1)!.logId ? (view) => void read.then(() => listener(view)) : listener);
}

const log = store.logs.find((one) => one.logId === logId)!;
const { paper } = log;
const pupil = Object.values(paper.state.members).find((member) => member.role === 'student' && member.personIds[0])!;
const BETWEEN_MS = 20 * 60_000;
const say = (text: string, replyTo: CommandId | null = null) =>
  paper.must('postMessage', { channelId: paper.channelId, text, fileIds: [], replyTo }, guestWho(pupil.personIds[0]!));
/** Word № n; every seventh is long. */
const wordy = (n: number) => (n % 7 === 0 ? `слово ${n} ${'и ещё немного о том же самом '.repeat(12)}` : `слово ${n}`);
// What was said before was said before them.
paper.log = paper.log.map((row) => ({ ...row, at: row.at - many * BETWEEN_MS }));
for (let n = 1; n <= many; n++) {
  paper.now = NOW - (many - n) * BETWEEN_MS;
  say(wordy(n), n === many ? paper.log.find((entry) => entry.body?.['text'] === 'слово 10')!.id : null);
}
if (many > 0) log.readUpTo = paper.log.length - Number(query.get('unread') ?? 0);

const read: number[] = [];
const harness = {
  hold: () => {
    queue = queue.then(() => new Promise<void>((resolve) => (release = resolve)));
  },
  letGo: () => release(),
  /** Nothing more can be kept on this computer. */
  fill: () => {
    const refuse = (): Promise<never> => Promise.reject(new PartaError('disk-full-here'));
    Object.assign(store, { send: refuse, writeDraft: refuse });
  },
  readSchool: () => schoolIsRead(),
  drafts: () => [...store.drafts.values()],
  sent: () => sent,
  say: (text: string) => {
    say(text);
    store.changed();
  },
  /** So many at once: `новость 1`, `новость 2`… */
  news: (count: number) => {
    for (let n = 1; n <= count; n++) say(`новость ${n}`);
    store.changed();
  },
  /** Has reading count from now on: a picture keeps its unread line. */
  countReading: () => {
    const markRead: ClassStore['markRead'] = async (_logId, _channelId, seq) => {
      read.push(seq);
      log.readUpTo = Math.max(log.readUpTo, seq);
      store.changed();
    };
    Object.assign(store, { markRead });
  },
  read: () => read,
  /** The first `readers` pupils have read everything, and one more writes. */
  live: (readers: number) => {
    const pupils = Object.values(paper.state.members).filter(
      (member) => member.role === 'student' && member.state === 'confirmed',
    );
    const reads = Object.fromEntries(pupils.slice(0, readers).map(({ memberId }) => [memberId, paper.log.length]));
    store.live.set(logId, {
      reads: { [paper.channelId]: reads },
      typing: { [paper.channelId]: [pupils[readers]!.memberId] },
      present: new Set(),
      wantsHelp: false,
    });
    store.changed();
  },
  seqOf: (text: string) => paper.log.find((entry) => entry.body?.['text'] === text)?.seq,
  desktop,
  store,
  channelId: paper.channelId,
  assignmentId,
  logId,
};
export type Harness = typeof harness;
Object.assign(window, { harness });

location.hash = query.get('place')?.replace(':log', logId) ?? `/class/${logId}/chat${query.get('at') ?? ''}`;
const root = document.getElementById('root');
if (root) createRoot(root).render(<App desktop={desktop} openStore={() => Promise.resolve(store)} />);
