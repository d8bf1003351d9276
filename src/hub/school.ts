/**
 * The school's log: who has to do with the school, kept by the hub itself. Teachers of the hub are in it from their first
 * visit; pupils and parents from the moment a class lets them in until it takes them out. Staff and one-to-one chats live there,
 * since they belong to no class.
 *
 * Promises: whatever happens to the classes, and however the hub was killed in between, a person who asks who he is finds the
 * school's log as his classes say (S3: what is there already is not said again); who was put out of his class or erased in it is put
 * out or erased here, if not at once then at the hub's next start (S16). Hides: that a pupil's line in the school bears
 * the id of his line in the class, and a teacher's the id of his person, so that both can be found without a list.
 */
import { randomBytes } from 'node:crypto';
import { readerOf, type Classroom, type Member } from '../core/classroom.ts';
import { codeOf } from '../core/errors.ts';
import {
  schoolLogIdOf,
  uuidV7,
  type ChannelId,
  type CommandId,
  type HubId,
  type LogId,
  type MemberId,
  type PersonId,
} from '../core/ids.ts';
import { changeIn, type Command, type CommandOf } from '../core/wire.ts';
import { entryOf, type ClassLog, type Group } from './class-log.ts';
import type { ClassLogs } from './class-logs.ts';
import type { Log } from './log.ts';
import type { PersonRow, Store } from './store.ts';

type Entering = CommandOf<'enterSchool'>['body'];

const KINDS_OF_PEOPLE: ReadonlySet<string> = new Set([
  'classCreated',
  'memberRemoved',
  'memberErased',
  'joinConfirmed',
  'memberRenamed',
  'roleChanged',
]);

export interface SchoolContext {
  hubId: HubId;
  hubName: string;
  store: Store;
  logs: ClassLogs;
  log: Log;
  now: () => number;
}

export class School {
  readonly logId: LogId;
  readonly #context: SchoolContext;
  /** One after the other: two would both find somebody missing. */
  #work: Promise<void> = Promise.resolve();

  constructor(context: SchoolContext) {
    this.#context = context;
    this.logId = schoolLogIdOf(context.hubId);
  }

  /** Called with every committed group; what it says of people is carried over after it. */
  note(group: Group): void {
    if (group.logId === this.logId) return;
    for (const row of group.rows) {
      // Before anything is parsed: every message of every class comes by here.
      if (!KINDS_OF_PEOPLE.has(row.kind)) continue;
      const change = changeIn(entryOf(row));
      if (change?.kind === 'classCreated') {
        const { personId, teacherName: name } = change.body;
        void this.settle({ personId, hubRole: 'teacher', name });
      } else if (change?.kind === 'memberRemoved' || change?.kind === 'memberErased') {
        const { memberId } = change.body;
        void this.#then(() => this.#leave(memberId, change.kind === 'memberErased'));
      } else if (
        change?.kind === 'joinConfirmed' ||
        change?.kind === 'memberRenamed' ||
        change?.kind === 'roleChanged'
      ) {
        const entering = enteringOf(group.state, change.body.memberId);
        if (entering) void this.#then(() => this.#enter(entering));
      }
    }
  }

  /** Brings one person's place in the school up to date with his classes, before he is told of it. */
  settle(person: Pick<PersonRow, 'personId' | 'hubRole' | 'name'>): Promise<void> {
    return this.#then(async () => {
      const { personId, hubRole, name } = person;
      if (hubRole === 'teacher')
        await this.#enter({ memberId: teachersId(personId), name, role: 'teacher', personIds: [personId] });
      const { logs, store } = this.#context;
      for (const logId of await store.logsOf(personId)) {
        if (logId === this.logId || hubRole === 'teacher') continue;
        const log = await logs.get(logId);
        const member = log && readerOf(log.state, personId);
        const entering = member ? enteringOf(log.state, member.memberId) : null;
        if (entering) await this.#enter(entering);
      }
    });
  }

  /** A teacher of the hub is one no more. */
  removeTeacher(personId: PersonId): Promise<void> {
    return this.#then(() => this.#leave(teachersId(personId), false));
  }

  /** At the start of the hub: what classes said of people just before it was killed is carried over. */
  resume(): Promise<void> {
    return this.#then(async () => {
      const { logs, store } = this.#context;
      const school = await logs.get(this.logId);
      const known = Object.values<Member>(school?.state.members ?? {}).filter(({ role }) => role !== 'teacher');
      for (const parting of await store.partingsOf(known.map(({ memberId }) => memberId))) {
        const { logId, memberId, isErased } = parting;
        if (logId === this.logId) continue;
        // Erased is for ever; who was only taken out may have come back.
        if (isErased || (await this.#isOut(logId, memberId))) await this.#leave(memberId, isErased);
      }
    });
  }

  async #isOut(logId: LogId, memberId: MemberId): Promise<boolean> {
    const school = await this.#context.logs.get(this.logId);
    if (school?.state.members[memberId]?.state !== 'confirmed') return false;
    const log = await this.#context.logs.get(logId);
    return log?.state.members[memberId]?.state === 'removed';
  }

  /** Resolves when everything that was noted has been carried over. */
  async quiet(): Promise<void> {
    await this.#work;
  }

  /** Trouble here must not keep anybody from his classes; the next visit tries again. */
  #then(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#context.log('school-failed', { code: codeOf(error) });
    });
    return this.#work;
  }

  async #enter(entering: Entering): Promise<void> {
    const { hubName, store } = this.#context;
    if (entering.role !== 'teacher') {
      // A teacher of the hub who came into a colleague's class by its door is a teacher here all the same.
      const persons = await Promise.all(entering.personIds.map((personId) => store.person(personId)));
      if (persons.some((person) => person?.hubRole === 'teacher')) return;
    }
    const school = await this.#context.logs.get(this.logId);
    if (school && isSaid(school, entering)) return;
    const commands: Command[] = [{ id: this.#newId(), kind: 'enterSchool', body: entering }];
    if (!school) {
      const making = { title: hubName, channelId: this.#newId<ChannelId>() };
      commands.unshift({ id: this.#newId(), kind: 'createSchool', body: making });
    }
    await this.#context.logs.submit(this.logId, commands, { kind: 'hub' });
  }

  async #leave(memberId: MemberId, erase: boolean): Promise<void> {
    const school = await this.#context.logs.get(this.logId);
    const member = school?.state.members[memberId];
    if (!member || (member.state === 'removed' && !erase)) return;
    const command: Command = { id: this.#newId(), kind: 'leaveSchool', body: { memberId, erase } };
    await this.#context.logs.submit(this.logId, [command], { kind: 'hub' });
  }

  #newId<T extends string = CommandId>(): T {
    return uuidV7(this.#context.now(), randomBytes(16)) as T;
  }
}

const teachersId = (personId: PersonId) => personId as string as MemberId;

/** A pupil's or parent's place in the school, as his class has him; null for teachers and for who is not let in. */
function enteringOf(state: Classroom, memberId: MemberId): Entering | null {
  const member = state.members[memberId];
  // Who teaches a class without being a teacher of the hub stays what he is for the school.
  if (state.kind !== 'class' || member?.state !== 'confirmed') return null;
  const isHubTeacher = member.role === 'teacher' && member.requestIds.length === 0;
  if (isHubTeacher) return null;
  const role = member.role === 'parent' ? 'parent' : 'student';
  return { memberId, name: member.name, role, personIds: member.personIds };
}

function isSaid(school: ClassLog, { memberId, name, role, personIds }: Entering): boolean {
  const known = school.state.members[memberId];
  return (
    known?.state === 'confirmed' &&
    known.name === name &&
    known.role === role &&
    known.personIds.length === personIds.length &&
    known.personIds.every((personId) => personIds.includes(personId))
  );
}
