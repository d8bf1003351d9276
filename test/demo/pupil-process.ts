/**
 * One pupil as a process of its own, driven by its parent's words over the process's channel: `join`, `work`, `leave`, `return`.
 * It answers each with what it saw, for the checker. Everything goes by HTTP, WebSocket and tus (wire-pupil).
 */
import { createHash } from 'node:crypto';
import { WirePupil, type WireEntry } from './wire-pupil.ts';

export interface PupilOrder {
  do: 'join' | 'work' | 'leave' | 'return' | 'see';
  address: string;
  code?: string;
  name: string;
  /** "This is my computer": the sign-in outlives the lesson. */
  keeps: boolean;
  file?: { name: string; mediaType: string; base64: string };
  note?: string;
  message?: string;
  assignmentTitle?: string;
}
export interface PupilReport {
  memberId?: string;
  /** While waiting: anything of the class that could be seen. Must stay empty. */
  seenWhileWaiting?: string[];
  receipt?: string;
  handedIn?: { fileId: string; sha256: string; name: string };
  taskFileSha256?: string;
  messageId?: string;
  endedCode?: string | null;
  entries?: WireEntry[];
  oddities?: string[];
  mark?: string | null;
  comment?: string;
  foreignFileStatus?: number;
}

const WAIT_MS = 120_000;
let pupil: WirePupil | null = null;

async function join(order: PupilOrder): Promise<PupilReport> {
  pupil = new WirePupil(order.address);
  await pupil.join(order.code ?? '', order.name);
  await pupil.signIn(order.keeps);
  const seen = pupil.logs.some((log) => log.state !== 'waiting' || log.title) ? ['logs'] : [];
  if (pupil.entries.length > 0) seen.push('entries');
  return { seenWhileWaiting: seen };
}

const present = () => {
  if (!pupil) throw new Error('not joined');
  return pupil;
};
const latest = (kind: string) => present().entries.findLast((entry) => entry.kind === kind);

async function work(order: PupilOrder): Promise<PupilReport> {
  const me = present();
  const task = () =>
    me.entries.find((entry) => entry.kind === 'assigned' && entry.body?.title === order.assignmentTitle);
  await me.until('the assignment', () => task() !== undefined, WAIT_MS);
  const assignment = task()!.body as { assignmentId: string; files: { fileId: string; sha256: string }[] };
  const [sheet] = assignment.files;
  const bytes = sheet ? await me.download(sheet.fileId) : Buffer.alloc(0);
  const file = order.file!;
  const sent = await me.upload(file.name, Buffer.from(file.base64, 'base64'), file.mediaType);
  const channel = me.entries.find((entry) => entry.kind === 'classCreated')!.body as {
    channels: { channelId: string }[];
  };
  const message = await me.submit('postMessage', {
    channelId: channel.channels[0]!.channelId,
    text: order.message,
    fileIds: [],
    replyTo: null,
  });
  const handed = await me.submit('handIn', {
    assignmentId: assignment.assignmentId,
    fileIds: [sent.fileId],
    note: order.note,
  });
  await me.until('the own handing in', () => me.entries.some((entry) => entry.id === handed.id), WAIT_MS);
  const receipt = me.entries.find((entry) => entry.id === handed.id)!.body!.receipt as string;
  return {
    memberId: me.memberId!,
    receipt,
    handedIn: { ...sent, name: file.name },
    taskFileSha256: createHash('sha256').update(bytes).digest('hex'),
    messageId: message.id,
  };
}

/** Waits for the hub's last word, then for the socket to be gone. */
async function leave(): Promise<PupilReport> {
  const me = present();
  await me.until('the end of the lesson', () => me.endedCode !== null, WAIT_MS);
  return { endedCode: me.endedCode };
}

async function comeBack(order: PupilOrder): Promise<PupilReport> {
  const me = present();
  if (order.code) return join(order);
  me.close();
  await me.signIn(order.keeps);
  return {};
}

async function see(): Promise<PupilReport> {
  const me = present();
  await me.until('the mark', () => latest('givenBack') !== undefined, WAIT_MS);
  const { mark, comment } = latest('givenBack')!.body as { mark: string | null; comment: string };
  const report = { memberId: me.memberId!, mark, comment, entries: me.entries, oddities: me.oddities };
  me.close();
  return report;
}

process.on('message', (order: PupilOrder) => {
  const deeds = { join, work, leave, return: comeBack, see };
  deeds[order.do](order).then(
    (report) => process.send?.({ ok: true, report }),
    (error: Error) => process.send?.({ ok: false, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
