/**
 * The lesson as it is now, beside the log, for a teacher's wall: which pupils are here, who wants help, who is at work, how many
 * bytes of each file have gone to whom and how many of each upload have come. Nothing here is kept or ever told again: what a hub
 * knew before it was started anew is gone, and what counts (works, hand-outs) is in the log.
 *
 * Promises: only teachers of a class are told, only while they have a wall open, a byte at most {@link WALL_EVERY_MS} after it was
 * counted; where no wall is open a byte costs a counter and nothing else. Files that went out before this hub was started are those
 * that pages say they have. Who reads slowly is told less often, never from a longer queue. Memory is bounded by the constants below:
 * what moved longest ago is forgotten first. Hides: gathering, rates, the union of ranges. Bytes sent are those that the system took
 * from us; up to a socket's buffer of them (some MB on a LAN) may still be on the way.
 */
import * as z from 'zod/mini';
import { isAssigned, readerOf, type Classroom, type Member } from '../core/classroom.ts';
import { codeOf } from '../core/errors.ts';
import type { FileId, LogId, MemberId, PersonId } from '../core/ids.ts';
import { WALL_DOWN_MAX, WALL_TILES_MAX, WALL_UP_MAX } from '../core/limits.ts';
import { Helped, LessonMark, WallWish, type Flow, type Wall as WallNews, type WallTile } from '../core/wire.ts';
import type { Group } from './class-log.ts';
import type { ClassLogs } from './class-logs.ts';
import type { Log } from './log.ts';
import { Bucket, type Rate } from './rate.ts';

/** What moves gathers for so long before walls are told. */
export const WALL_EVERY_MS = 250;
/** Marks and wishes of one socket; what is more is dropped. */
export const LESSON_RATE: Rate = { burst: 20, perSecond: 2 };
/** Sign-ins whose bytes are counted, and files of each, in either direction. */
export const COUNTED_PERSONS_MAX = 2_000;
export const COUNTED_FILES_MAX = 200;
/** Separate pieces of one file that one person has fetched; of more than these the shortest is not counted. */
export const SPANS_MAX = 64;
/** Files of which a whole wall tells, in all (about 95 bytes each: well below what makes a reader count as stalled). */
export const FLOWS_MAX = 8_000;

/** A page that follows a log: a socket, as much of it as is needed here. */
export interface LessonPage {
  readonly data: { signed: { personId: PersonId }; line: { readonly isFree: boolean } };
  emit(event: 'wall', value: WallNews): unknown;
  emit(event: 'helped', value: Helped): unknown;
}

/** Tells that bytes `[from, to)` of a file went out. */
export type CountBytes = (from: number, to: number) => void;
/** Tells that an upload is here up to this byte. */
export type CountUpTo = (doneBytes: number) => void;
type Counted = Pick<Flow, 'fileId' | 'sizeBytes'>;

/** Of what goes out pieces are known: it is fetched by ranges, and again. */
type Counter = Flow & { spans: Spans };
/** In either map what moved last is last. */
interface Person {
  down: Map<FileId, Counter>;
  up: Map<FileId, Counter>;
}

interface Room {
  pages: Map<LessonPage, MemberId>;
  wantsHelpSince: Map<MemberId, number>;
  activeAt: Map<MemberId, number>;
  walls: Set<LessonPage>;
  /** Walls that are to be told everything. */
  unknowing: Set<LessonPage>;
  changed: Set<MemberId>;
  /** Files that moved, by whose they are. */
  moved: Map<PersonId, Set<FileId>>;
  telling: NodeJS.Timeout | null;
}

export interface WallContext {
  logs: ClassLogs;
  log: Log;
  now: () => number;
}

export class Wall {
  readonly #context: WallContext;
  readonly #rooms = new Map<LogId, Room>();
  readonly #persons = new Map<PersonId, Person>();
  readonly #rates = new WeakMap<LessonPage, Bucket>();
  /** Rooms with a wall: where there is none, nobody is looked for. */
  readonly #open = new Map<LogId, Room>();
  #isClosed = false;

  constructor(context: WallContext) {
    this.#context = context;
  }

  // ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A page follows a log. */
  came(page: LessonPage, logId: LogId, memberId: MemberId): void {
    const room = this.#rooms.get(logId) ?? newRoom();
    this.#rooms.set(logId, room);
    room.pages.set(page, memberId);
    this.#changed(logId, room, memberId);
  }

  /** The page is gone, or follows this log no more. */
  left(page: LessonPage, only?: LogId): void {
    for (const [logId, room] of this.#rooms) {
      if (only !== undefined && only !== logId) continue;
      const memberId = room.pages.get(page);
      if (memberId === undefined) continue;
      room.pages.delete(page);
      this.#shut(logId, room, page);
      // His hand is told again by the page that comes back.
      if (!isHere(room, memberId)) {
        room.wantsHelpSince.delete(memberId);
        room.activeAt.delete(memberId);
      }
      this.#changed(logId, room, memberId);
      if (room.pages.size === 0) this.#rooms.delete(logId);
    }
  }

  /** {@link LessonMark}: a pupil's page tells of itself. */
  mark(page: LessonPage, raw: unknown): void {
    const mark = z.safeParse(LessonMark, raw);
    if (!mark.success || !this.#may(page)) return;
    const { logId, wantsHelp, isActive, holds } = mark.data;
    const room = this.#rooms.get(logId);
    const memberId = room?.pages.get(page);
    if (!room || memberId === undefined) return;
    const now = this.#context.now();
    if (isActive) room.activeAt.set(memberId, now);
    if (wantsHelp === false) room.wantsHelpSince.delete(memberId);
    // Who has waited keeps his place.
    else if (wantsHelp && !room.wantsHelpSince.has(memberId)) room.wantsHelpSince.set(memberId, now);
    if (holds) this.#try(logId, () => this.#held(logId, memberId, page.data.signed.personId, holds));
    this.#changed(logId, room, memberId);
  }

  /** Files that a page says it has: they went to it before this hub was started. */
  async #held(logId: LogId, memberId: MemberId, personId: PersonId, holds: readonly FileId[]): Promise<void> {
    const given = Object.values((await this.#stateOf(logId))?.assignments ?? {})
      .filter(({ state, assignees }) => state === 'open' && isAssigned(assignees, memberId))
      .flatMap(({ files }) => files);
    for (const file of given) if (holds.includes(file.fileId)) this.sends(personId, file)(0, file.sizeBytes);
  }

  /** {@link WallWish}: a teacher's page opens a wall and is told everything, or closes it. */
  wish(page: LessonPage, raw: unknown): void {
    const wish = z.safeParse(WallWish, raw);
    if (!wish.success) return;
    const { logId, isOpen } = wish.data;
    const room = this.#rooms.get(logId);
    if (!room?.pages.has(page)) return;
    if (!isOpen) return this.#shut(logId, room, page);
    if (!this.#may(page)) return;
    room.walls.add(page);
    room.unknowing.add(page);
    this.#open.set(logId, room);
    this.#try(logId, () => this.#tell(logId, room));
  }

  /** {@link Helped}: a teacher was there. */
  helped(page: LessonPage, raw: unknown): void {
    const helped = z.safeParse(Helped, raw);
    if (helped.success && this.#may(page))
      this.#try(helped.data.logId, async () => {
        const { logId, memberId } = helped.data;
        const room = this.#rooms.get(logId);
        if (!room?.pages.has(page) || !isTeacher(await this.#stateOf(logId), page)) return;
        room.wantsHelpSince.delete(memberId);
        for (const [other, of] of room.pages) if (of === memberId) other.emit('helped', helped.data);
        this.#changed(logId, room, memberId);
      });
  }

  // ── Bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Counts what goes out of a file to somebody. */
  sends(personId: PersonId, file: Counted): CountBytes {
    return (from, to) => {
      const counter = this.#counter(personId, file, 'down');
      counter.spans.add(from, to);
      counter.doneBytes = counter.spans.bytes;
    };
  }

  /** Counts what comes of somebody's upload. */
  receives(personId: PersonId, file: Counted): CountUpTo {
    return (doneBytes) => {
      this.#counter(personId, file, 'up').doneBytes = doneBytes;
    };
  }

  /** An upload was taken back, or has to begin again. */
  dropped(personId: PersonId, fileId: FileId): void {
    if (this.#persons.get(personId)?.up.delete(fileId)) this.#moved(personId, null);
  }

  /** A group was committed: what has come whole is named by now, and new hand-outs show who has them already. */
  note({ logId, rows, state }: Pick<Group, 'logId' | 'rows' | 'state'>): void {
    for (const { kind, by } of rows)
      if ((kind === 'handedIn' || kind === 'messagePosted') && by !== null)
        for (const personId of state.members[by]?.personIds ?? []) this.#named(personId, kind === 'handedIn');
    const room = this.#open.get(logId);
    if (!room || !rows.some(({ kind }) => kind.startsWith('assign'))) return;
    for (const page of room.walls) room.unknowing.add(page);
    this.#tellSoon(logId, room);
  }

  /** @param isWork who has handed in sends what moves from here on: what was left half sent says nothing of him any more */
  #named(personId: PersonId, isWork: boolean): void {
    const up = this.#persons.get(personId)?.up;
    if (!up || up.size === 0) return;
    for (const [fileId, { doneBytes, sizeBytes }] of up) if (isWork || doneBytes >= sizeBytes) up.delete(fileId);
    this.#moved(personId, null);
  }

  /** The counter of a file that moves now. */
  #counter(personId: PersonId, { fileId, sizeBytes }: Counted, way: keyof Person): Counter {
    const files = this.#person(personId)[way];
    const counter = files.get(fileId) ?? { fileId, sizeBytes, doneBytes: 0, spans: new Spans() };
    putLast(files, fileId, counter, COUNTED_FILES_MAX);
    this.#moved(personId, fileId);
    return counter;
  }

  #person(personId: PersonId): Person {
    const person = this.#persons.get(personId) ?? { down: new Map(), up: new Map() };
    putLast(this.#persons, personId, person, COUNTED_PERSONS_MAX);
    return person;
  }

  #moved(personId: PersonId, fileId: FileId | null): void {
    for (const [logId, room] of this.#open) {
      const files = room.moved.get(personId) ?? new Set();
      room.moved.set(personId, files);
      if (fileId !== null) files.add(fileId);
      this.#tellSoon(logId, room);
    }
  }

  // ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  close(): void {
    this.#isClosed = true;
    for (const [logId, room] of this.#open) this.#silence(logId, room);
  }

  #shut(logId: LogId, room: Room, page: LessonPage): void {
    room.walls.delete(page);
    room.unknowing.delete(page);
    if (room.walls.size === 0) this.#silence(logId, room);
  }

  #silence(logId: LogId, room: Room): void {
    this.#open.delete(logId);
    room.changed.clear();
    room.moved.clear();
    if (room.telling) clearTimeout(room.telling);
    room.telling = null;
  }

  #changed(logId: LogId, room: Room, memberId: MemberId): void {
    if (room.walls.size === 0) return;
    room.changed.add(memberId);
    this.#tellSoon(logId, room);
  }

  #tellSoon(logId: LogId, room: Room): void {
    if (room.telling || this.#isClosed) return;
    room.telling = setTimeout(() => {
      room.telling = null;
      this.#try(logId, () => this.#tell(logId, room));
    }, WALL_EVERY_MS);
    room.telling.unref();
  }

  async #tell(logId: LogId, room: Room): Promise<void> {
    const state = await this.#stateOf(logId);
    if (!state) return;
    const files = filesOf(state);
    const moved = new Map<MemberId, Set<FileId>>([...room.changed].map((memberId) => [memberId, new Set()]));
    for (const [personId, fileIds] of room.moved) {
      const memberId = readerOf(state, personId)?.memberId;
      if (memberId) moved.set(memberId, new Set([...(moved.get(memberId) ?? []), ...fileIds]));
    }
    room.changed.clear();
    room.moved.clear();
    const members = Object.values<Member>(state.members);
    const downMax = Math.min(WALL_DOWN_MAX, Math.floor(FLOWS_MAX / members.length));
    const tileOf = (member: Member | undefined, only: ReadonlySet<FileId> | null) =>
      member?.role === 'student' && member.state !== 'removed' ? this.#tile(room, member, files, only, downMax) : null;
    const news = [...moved].flatMap(([memberId, only]) => tileOf(state.members[memberId], only) ?? []);
    let everything: WallTile[] | null = null;
    for (const page of room.walls) {
      if (!isTeacher(state, page)) this.#shut(logId, room, page);
      // Who has not taken the last one yet gets everything when he can.
      else if (!page.data.line.isFree) room.unknowing.add(page);
      else if (room.unknowing.delete(page)) {
        everything ??= members.flatMap((member) => tileOf(member, null) ?? []);
        this.#send(page, logId, everything, true);
      } else if (news.length > 0) this.#send(page, logId, news, false);
    }
    if (room.unknowing.size > 0) this.#tellSoon(logId, room);
  }

  #send(page: LessonPage, logId: LogId, tiles: readonly WallTile[], isWhole: boolean): void {
    const now = this.#context.now();
    // Also where there is nothing to tell: a wall that knows that is no empty one.
    for (let at = 0; at === 0 || at < tiles.length; at += WALL_TILES_MAX)
      page.emit('wall', { logId, now, isWhole: isWhole && at === 0, tiles: tiles.slice(at, at + WALL_TILES_MAX) });
  }

  /** @param only files that moved; null for all */
  #tile(
    room: Room,
    member: Member,
    files: ReadonlySet<FileId>,
    only: ReadonlySet<FileId> | null,
    downMax: number,
  ): WallTile {
    const { memberId } = member;
    const persons = member.personIds.flatMap((personId) => this.#persons.get(personId) ?? []);
    const flows = (way: keyof Person, wanted: (fileId: FileId) => boolean, max: number): Flow[] => {
      const best = new Map<FileId, Flow>();
      for (const person of persons)
        for (const { fileId, sizeBytes, doneBytes } of person[way].values())
          if (wanted(fileId) && doneBytes >= (best.get(fileId)?.doneBytes ?? 0))
            best.set(fileId, { fileId, doneBytes, sizeBytes });
      return [...best.values()].slice(-max);
    };
    return {
      memberId,
      isHere: isHere(room, memberId),
      wantsHelpSince: room.wantsHelpSince.get(memberId) ?? null,
      activeAt: room.activeAt.get(memberId) ?? null,
      down: flows('down', (fileId) => files.has(fileId) && (only === null || only.has(fileId)), downMax),
      up: flows('up', () => true, WALL_UP_MAX),
    };
  }

  async #stateOf(logId: LogId): Promise<Classroom | null> {
    return (await this.#context.logs.get(logId))?.state ?? null;
  }

  #may(page: LessonPage): boolean {
    const now = this.#context.now();
    const bucket = this.#rates.get(page) ?? new Bucket(LESSON_RATE, now);
    this.#rates.set(page, bucket);
    return bucket.take(1, now) === 0;
  }

  /** Nothing here is worth anybody's connection. */
  #try(logId: LogId, work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#context.log('wall-failed', { logId, code: codeOf(error) }));
  }
}

const newRoom = (): Room => ({
  pages: new Map(),
  wantsHelpSince: new Map(),
  activeAt: new Map(),
  walls: new Set(),
  unknowing: new Set(),
  changed: new Set(),
  moved: new Map(),
  telling: null,
});

const isHere = (room: Room, memberId: MemberId) => [...room.pages.values()].includes(memberId);

/** The school has no lesson. */
const isTeacher = (state: Classroom | null, page: LessonPage) =>
  state?.kind === 'class' && readerOf(state, page.data.signed.personId)?.role === 'teacher';

const filesOf = (state: Classroom): ReadonlySet<FileId> =>
  new Set(
    Object.values(state.assignments)
      .filter((assignment) => assignment.state === 'open')
      .flatMap((assignment) => assignment.files.map(({ fileId }) => fileId)),
  );

function putLast<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= max) break;
    map.delete(oldest);
  }
}

/** Which bytes of a file there are: ranges, joined. */
export class Spans {
  /** In order, apart from each other. */
  #spans: { from: number; to: number }[] = [];
  bytes = 0;

  add(from: number, to: number): void {
    const last = this.#spans.at(-1);
    if (last && from === last.to) {
      last.to = to;
      this.bytes += to - from;
      return;
    }
    const apart = this.#spans.filter((span) => span.to < from || span.from > to);
    const met = this.#spans.filter((span) => !apart.includes(span));
    const whole = {
      from: Math.min(from, ...met.map((span) => span.from)),
      to: Math.max(to, ...met.map((span) => span.to)),
    };
    const length = (span: { from: number; to: number }) => span.to - span.from;
    const spans = [...apart, whole];
    if (spans.length > SPANS_MAX) {
      const shortest = spans.reduce((a, b) => (length(b) < length(a) ? b : a));
      spans.splice(spans.indexOf(shortest), 1);
    }
    this.#spans = spans.sort((a, b) => a.from - b.from);
    this.bytes = this.#spans.reduce((sum, span) => sum + length(span), 0);
  }
}
