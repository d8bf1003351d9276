/**
 * The teacher's window over a class on paper, for tests that press keys: the school day of the gallery, with a disk that the
 * test may hold (writes then wait in their order, as in IndexedDB) and a class in which the test may let pupils speak.
 */
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import type { CommandId, LogId } from '../../../src/core/ids.ts';
import type { Command } from '../../../src/core/wire.ts';
import { App } from '../../../src/renderer/App.tsx';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '../../../src/renderer/theme.css';
import { STAGED } from '../../gallery/page/stage.ts';
import { guestWho } from '../../support/paper-class.ts';

z.config({ jitless: true });

const { desktop, store, logId, assignmentId } = STAGED[location.search === '?offline' ? 'chat-offline' : 'chat']();
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

const { paper } = store.logs.find((log) => log.logId === logId)!;
const pupil = Object.values(paper.state.members).find((member) => member.role === 'student' && member.personIds[0])!;
const harness = {
  hold: () => {
    queue = queue.then(() => new Promise<void>((resolve) => (release = resolve)));
  },
  letGo: () => release(),
  drafts: () => [...store.drafts.values()],
  sent: () => sent,
  say: (text: string) => {
    const body = { channelId: paper.channelId, text, fileIds: [], replyTo: null };
    paper.must('postMessage', body, guestWho(pupil.personIds[0]!));
    store.changed();
  },
  assignmentId,
  logId,
};
export type Harness = typeof harness;
Object.assign(window, { harness });

location.hash = `/class/${logId}/chat`;
const root = document.getElementById('root');
if (root) createRoot(root).render(<App desktop={desktop} openStore={() => Promise.resolve(store)} />);
