/**
 * One pupil of a lesson as a process of its own, on the bare wire (wire-pupil). It comes back by itself whenever its line is gone,
 * fetches what is handed out and looks at every byte of it; the rest it does as its parent says. What it was told to hand in it hands in
 * under one id until the hub has answered, as a page does.
 */
import { createHash } from 'node:crypto';
import { contentOf, type Made } from './lesson-content.ts';
import { WirePupil, type WireEntry } from './wire-pupil.ts';

export interface Device {
  deviceId: string;
  secret: string;
}
export type LessonOrder =
  | { do: 'join'; address: string; code: string; name: string }
  /** The same pupil, after his computer was switched off. */
  | { do: 'again'; address: string; device: Device }
  | { do: 'live' }
  | { do: 'got'; count: number }
  | { do: 'hand'; isUp: boolean }
  | { do: 'helped'; times: number }
  | { do: 'upload'; files: readonly Made[] }
  /** Once it has been asked for so many times: what the teacher wants is on its way to him too. */
  | {
      do: 'handIn';
      id: string;
      title: string;
      asked: number;
      fileIds: readonly string[];
      note: string;
      together: readonly string[];
    }
  /** A work that somebody else has handed in with him. */
  | { do: 'given'; title: string }
  | { do: 'peek'; fileId: string }
  | { do: 'ended' }
  | { do: 'report' };

/** A file that was handed out, as it came. */
export interface GotFile {
  fileId: string;
  name: string;
  sizeBytes: number;
  /** What the log says, and what the bytes are. */
  told: string;
  sha256: string;
}
export interface HandedIn {
  /** null: it was taken; else why not. */
  code: string | null;
  receipt: string;
  late: boolean;
}
export interface LessonReport {
  entries: WireEntry[];
  oddities: string[];
  heard: string[];
  endedCode: string | null;
}
/** What an order answers with. */
export interface LessonAnswers {
  join: { device: Device; seen: string[] };
  again: object;
  live: { memberId: string };
  got: { files: GotFile[] };
  hand: object;
  helped: object;
  upload: object;
  handIn: HandedIn;
  given: HandedIn;
  peek: { status: number };
  ended: object;
  report: LessonReport;
}

const WAIT_MS = 90_000;
const AGAIN_MS = 500;
/** Who gets no answer for so long tries anew. */
const PATIENCE_MS = 8_000;
/** Codes of a refusal that a page does not repeat. */
const FOR_GOOD = [
  'collect-closed',
  'not-allowed',
  'empty',
  'partner-has-work',
  'no-such-assignment',
  'already-returned',
];

let pupil: WirePupil | null = null;
let isHandUp = false;
let isTrying = false;
/** Why the last sign-in came to nothing, for whoever waits in vain. */
let lastTrouble = '';
const got = new Map<string, GotFile>();
const fetching = new Set<string>();

const present = () => {
  if (!pupil) throw new Error('not joined');
  return pupil;
};
const pause = () => new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function open(address: string): WirePupil {
  pupil = new WirePupil(address);
  pupil.patienceMs = PATIENCE_MS;
  pupil.watch(() => {
    void comeBack();
    void fetchHandedOut();
  });
  return pupil;
}

/** A shared computer: nothing outlives the lesson. */
async function comeBack(): Promise<void> {
  const me = present();
  if (isTrying || me.kept === null) return;
  isTrying = true;
  while (!me.isOpen && me.endedCode === null) {
    try {
      await me.signIn(false);
      tellHere();
    } catch (error) {
      lastTrouble = error instanceof Error ? error.message : String(error);
      await pause();
    }
  }
  isTrying = false;
}

const logId = () => present().logs.find((log) => log.state === 'member')?.logId;
/** As a page does to every new connection: the hand that is up, the files that are here. */
function tellHere() {
  const hand = isHandUp ? { wantsHelp: true } : {};
  const holds = got.size > 0 ? { holds: [...got.keys()] } : {};
  if (isHandUp || got.size > 0) present().emit('lessonMark', { logId: logId(), isActive: false, ...hand, ...holds });
}

async function fetchHandedOut(): Promise<void> {
  const me = present();
  for (const { kind, body } of me.entries) {
    if (kind !== 'assigned' || !body?.isHandout) continue;
    for (const file of body.files as { fileId: string; name: string; sizeBytes: number; sha256: string }[]) {
      const { fileId, name, sizeBytes } = file;
      if (got.has(fileId) || fetching.has(fileId)) continue;
      fetching.add(fileId);
      try {
        const bytes = await me.download(fileId);
        got.set(fileId, { fileId, name, sizeBytes, told: file.sha256, sha256: sha256(bytes) });
      } catch {
        await pause();
      }
      fetching.delete(fileId);
      for (const look of looks) look();
      // Whatever did not come is asked for again.
      if (!got.has(fileId)) void fetchHandedOut();
    }
  }
}

const looks = new Set<() => void>();
/** A state that no event of the wire tells of. */
function until(what: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => done(new Error(`did not see within ${WAIT_MS} ms: ${what} (${lastTrouble})`)),
      WAIT_MS,
    );
    const look = () => holds() && done();
    const done = (error?: Error) => {
      clearTimeout(timer);
      looks.delete(look);
      if (error) reject(error);
      else resolve();
    };
    looks.add(look);
    present().watch(look);
    look();
  });
}

/** Does it until it is done, across cuts and a hub that was killed. */
async function insist<T>(deed: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await deed();
    } catch (error) {
      if (Date.now() > deadline || (error instanceof Error && FOR_GOOD.includes(error.message))) throw error;
      await pause();
    }
  }
}

const assignmentNamed = (title: string) =>
  present().entries.findLast(({ kind, body }) => kind === 'assigned' && body?.title === title);
const timesAsked = (title: string) => {
  const assignmentId = assignmentNamed(title)?.body?.assignmentId;
  return present().entries.filter(({ kind, body }) => kind === 'collecting' && body?.assignmentId === assignmentId)
    .length;
};
const worksOf = (assignmentId: unknown) =>
  present().entries.filter(
    ({ kind, body }) =>
      kind === 'handedIn' && body?.assignmentId === assignmentId && body?.memberId === present().memberId,
  );
const asHandedIn = ({ body }: WireEntry): HandedIn => ({
  code: null,
  receipt: String(body?.receipt),
  late: body?.late === true,
});

const deeds: { [K in keyof LessonAnswers]: (order: Extract<LessonOrder, { do: K }>) => Promise<LessonAnswers[K]> } = {
  async join({ address, code, name }) {
    const me = open(address);
    await me.join(code, name);
    await me.signIn(false);
    const seen = me.logs.some((log) => log.state !== 'waiting' || log.title) ? ['logs'] : [];
    if (me.entries.length > 0) seen.push('entries');
    return { device: me.kept!, seen };
  },
  async again({ address, device }) {
    open(address).comeAs(device);
    await comeBack();
    return {};
  },
  async live() {
    await until('the class', () => present().isFollowing && present().memberId !== undefined);
    return { memberId: present().memberId! };
  },
  async got({ count }) {
    await until(`${count} files that were handed out`, () => got.size >= count);
    return { files: [...got.values()] };
  },
  async hand({ isUp }) {
    isHandUp = isUp;
    present().emit('lessonMark', { logId: logId(), wantsHelp: isUp, isActive: true });
    return {};
  },
  async helped({ times }) {
    await until('that a teacher was here', () => present().helpedTimes >= times);
    isHandUp = false;
    return {};
  },
  async upload({ files }) {
    for (const made of files)
      await insist(() => present().upload(made.name, contentOf(made), 'application/octet-stream', made.fileId));
    return {};
  },
  async handIn({ id, title, asked, fileIds, note, together }) {
    await until(`that ${title} is collected`, () => timesAsked(title) >= asked);
    const { assignmentId } = assignmentNamed(title)!.body as { assignmentId: string };
    const more = together.length > 0 ? { together } : {};
    try {
      await insist(() => present().submit('handIn', { assignmentId, fileIds, note, ...more }, id));
    } catch (error) {
      return { code: error instanceof Error ? error.message : String(error), receipt: '', late: false };
    }
    await until('the own handing in', () => present().entries.some((entry) => entry.id === id));
    return asHandedIn(present().entries.find((entry) => entry.id === id)!);
  },
  async given({ title }) {
    const work = () => worksOf(assignmentNamed(title)?.body?.assignmentId).find(({ body }) => body?.of);
    await until('the work of two', () => work() !== undefined);
    return asHandedIn(work()!);
  },
  async peek({ fileId }) {
    return { status: await insist(() => present().downloadStatus(fileId)) };
  },
  async ended() {
    await until('the end of the lesson', () => present().endedCode !== null);
    return {};
  },
  async report() {
    const { entries, oddities, heard, endedCode } = present();
    return { entries, oddities, heard: [...heard], endedCode };
  },
};

process.on('message', ({ number, order }: { number: number; order: LessonOrder }) => {
  (deeds[order.do] as (order: LessonOrder) => Promise<object>)(order).then(
    (answer) => process.send?.({ number, ok: true, answer }),
    (error: Error) => process.send?.({ number, ok: false, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ number: 0, ok: true, answer: {} });
