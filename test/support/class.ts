/** A class at a real hub: a teacher, and pupils who were let in, each connected and following. */
import type { ChannelId, CommandId, FileId, LogId, MemberId } from '../../src/core/ids.ts';
import type { HubOptions } from '../../src/hub/hub.ts';
import { startHub, type StartedHub } from './hub.ts';
import { newId, Person } from './person.ts';

export interface Pupil extends Person {
  memberId: MemberId;
}

export interface StartedClass extends StartedHub {
  teacher: Person;
  logId: LogId;
  channelId: ChannelId;
  teacherId: MemberId;
  pupils: Pupil[];
  /** One more pupil at the door, not let in. */
  knock(name: string): Promise<{ pupil: Person; requestId: CommandId }>;
  letIn(name: string, options?: { keeps?: boolean }): Promise<Pupil>;
  /** A message in the class chat. */
  say(person: Person, text: string, fileIds?: FileId[]): Promise<{ id: CommandId; seq: number }>;
  /** A homework; `assignees` all by default. */
  assign(fields?: Record<string, unknown>): Promise<{ id: CommandId; seq: number }>;
}

export const ASSIGNMENT = {
  title: 'Домашняя работа',
  text: 'Выучить стихотворение',
  dueAt: null,
  scale: { kind: 'five' },
  assignees: 'all',
  fileIds: [],
  seriesId: null,
} as const;

/** @param names pupils who are in from the start; the rest as for startHub */
export async function startClass(
  names: readonly string[] = [],
  options: Partial<HubOptions> = {},
  openStore?: Parameters<typeof startHub>[1],
): Promise<StartedClass> {
  const hub = await startHub(options, openStore);
  const teacher = new Person(hub.url, hub.owner);
  const made = await teacher.createClass('7А');
  const logId = made.logId;
  const channelId = made.channelId as ChannelId;
  const knock = async (name: string, keeps?: boolean) => {
    const { code } = await teacher.joinCode(logId);
    const pupil = await Person.join(hub.url, code, name, keeps === undefined ? {} : { keeps });
    await pupil.connect();
    const { logId: log } = { logId };
    let page = await teacher.pull(log);
    while (page.upTo < page.head) page = await teacher.pull(log);
    const entries = teacher.logs.get(logId)?.entries ?? [];
    const request = entries.findLast(
      (e) => e.kind === 'joinRequested' && e.body?.['personId'] === pupil.credentials.personId,
    );
    if (!request) throw new Error('the request did not reach the teacher');
    return { pupil, requestId: request.id };
  };
  const letIn = async (name: string, { keeps }: { keeps?: boolean } = {}) => {
    const { pupil, requestId } = await knock(name, keeps);
    const memberId = newId<MemberId>();
    await teacher.send(logId, 'confirmJoin', { requestId, memberId, name });
    await pupil.follow(logId);
    return Object.assign(pupil, { memberId });
  };
  const pupils: Pupil[] = [];
  for (const name of names) pupils.push(await letIn(name));
  return {
    ...hub,
    teacher,
    logId,
    channelId,
    teacherId: made.memberId as MemberId,
    pupils,
    knock,
    letIn,
    say: (person, text, fileIds = []) => person.send(logId, 'postMessage', { channelId, text, fileIds, replyTo: null }),
    assign: (fields = {}) => teacher.send(logId, 'assign', { ...ASSIGNMENT, fileIds: [], ...fields }),
    async stop(how) {
      for (const person of [teacher, ...pupils]) person.close();
      await hub.stop(how);
    },
  };
}
