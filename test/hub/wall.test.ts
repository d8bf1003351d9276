/** The wall of a lesson: told to teachers who look, while they look; bytes as they move; nothing of it in anybody's way. */
import { request } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { MemberId, PersonId } from '../../src/core/ids.ts';
import { WALL_TILES_MAX } from '../../src/core/limits.ts';
import type { Helped, Wall as WallNews, WallTile } from '../../src/core/wire.ts';
import { BLOCK_BYTES } from '../../src/hub/blocks.ts';
import { PIECE_BYTES } from '../../src/hub/download.ts';
import {
  COUNTED_FILES_MAX,
  COUNTED_PERSONS_MAX,
  FLOWS_MAX,
  LESSON_RATE,
  Spans,
  SPANS_MAX,
  Wall,
  WALL_EVERY_MS,
  type LessonPage,
} from '../../src/hub/wall.ts';
import { startClass, type Pupil, type StartedClass } from '../support/class.ts';
import { nextFileId, nextId, PaperClass } from '../support/paper-class.ts';
import { eventually, newFileId, type Person } from '../support/person.ts';

let room: StartedClass;
afterEach(async () => {
  vi.useRealTimers();
  await room?.stop();
});
const open = async (names: readonly string[]) => {
  room = await startClass(names);
  return room.pupils as [Pupil, ...Pupil[]];
};

/** Puts deltas together as a page does. */
function collect() {
  const heard = { tiles: new Map<MemberId, WallTile>(), events: [] as WallNews[] };
  const hear = (news: WallNews) => {
    heard.events.push(news);
    if (news.isWhole) heard.tiles.clear();
    for (const tile of news.tiles) {
      const old = heard.tiles.get(tile.memberId)?.down ?? [];
      const down = [...old.filter(({ fileId }) => !tile.down.some((one) => one.fileId === fileId)), ...tile.down];
      heard.tiles.set(tile.memberId, { ...tile, down });
    }
  };
  return { ...heard, heard, hear };
}
/** Opens a wall on this person's page. */
function look(person: Person) {
  const wall = collect();
  person.socket!.on('wall', wall.hear);
  person.socket!.emit('wall', { logId: room.logId, isOpen: true });
  return wall.heard;
}
const mark = (pupil: Person, what: object) =>
  pupil.socket!.emit('lessonMark', { logId: room.logId, isActive: false, ...what });
const handOut = async (bytes: Uint8Array) => {
  const fileId = await room.teacher.upload(bytes, 'карточка.bin');
  const { id } = await room.assign({ fileIds: [fileId], isHandout: true });
  return { fileId, id };
};

describe('who is told', () => {
  test('a teacher who looks: first everything, then what changes, until he closes it', async () => {
    const [pupil] = await open(['Белов Илья', 'Ёлкина Анна']);
    const wall = look(room.teacher);
    await eventually(() => wall.tiles.size === 2);
    expect(wall.events[0]).toMatchObject({ logId: room.logId, isWhole: true });
    expect(wall.tiles.get(pupil.memberId)).toEqual({
      memberId: pupil.memberId,
      isHere: true,
      wantsHelpSince: null,
      activeAt: null,
      down: [],
      up: [],
    });
    mark(pupil, { isActive: true });
    await eventually(() => wall.tiles.get(pupil.memberId)?.activeAt ?? undefined);
    expect(wall.events.at(-1)).toMatchObject({ isWhole: false, tiles: [{ memberId: pupil.memberId }] });
    room.teacher.socket!.emit('wall', { logId: room.logId, isOpen: false });
    mark(pupil, { wantsHelp: true });
    const { seq } = await room.say(pupil, 'кто видит?');
    await room.teacher.caughtUp(room.logId, seq);
    // Were the wall open still, it would have heard of the hand before it is told everything.
    const told = wall.events.length;
    room.teacher.socket!.emit('wall', { logId: room.logId, isOpen: true });
    await eventually(() => wall.events.length > told);
    expect(wall.events[told]?.isWhole).toBe(true);
    expect(wall.tiles.get(pupil.memberId)?.wantsHelpSince).not.toBeNull();
  });

  test('no pupil, and no teacher who does not look', async () => {
    const [pupil, other] = await open(['Белов Илья', 'Ёлкина Анна']);
    const foreign = look(other!);
    const wall = look(room.teacher);
    mark(pupil, { wantsHelp: true });
    await eventually(() => wall.tiles.get(pupil.memberId)?.wantsHelpSince ?? undefined);
    expect(foreign.events).toEqual([]);
  });

  test('wrong shapes and a flood are dropped; the page stays', async () => {
    const [pupil] = await open(['Белов Илья']);
    const wall = look(room.teacher);
    for (const odd of [null, 5, 'x', [], {}, { logId: 1, isActive: true }, { logId: room.logId, wantsHelp: 'да' }])
      for (const event of ['lessonMark', 'wall', 'helped']) pupil.socket!.emit(event, odd);
    for (let i = 0; i < LESSON_RATE.burst * 10; i++) mark(pupil, { isActive: true });
    mark(pupil, { wantsHelp: true });
    const { seq } = await room.say(pupil, 'я ещё здесь');
    await room.teacher.caughtUp(room.logId, seq);
    expect(wall.tiles.get(pupil.memberId)?.wantsHelpSince ?? null).toBeNull();
  });
});

describe('what pages tell', () => {
  test('help is wanted since it was asked for, until the pupil or a teacher says otherwise', async () => {
    const [pupil, other] = await open(['Белов Илья', 'Ёлкина Анна']);
    const wall = look(room.teacher);
    const told: Helped[] = [];
    pupil.socket!.on('helped', (helped: Helped) => told.push(helped));
    const since = () => wall.tiles.get(pupil.memberId)?.wantsHelpSince ?? null;
    mark(pupil, { wantsHelp: true });
    const first = await eventually(() => since() ?? undefined);
    mark(pupil, { wantsHelp: true, isActive: true });
    await eventually(() => wall.tiles.get(pupil.memberId)?.activeAt ?? undefined);
    expect(since()).toBe(first);
    other!.socket!.emit('helped', { logId: room.logId, memberId: pupil.memberId });
    room.teacher.socket!.emit('helped', { logId: room.logId, memberId: pupil.memberId });
    await eventually(() => since() === null);
    await eventually(() => told.length === 1);
    expect(told).toEqual([{ logId: room.logId, memberId: pupil.memberId }]);
    mark(pupil, { wantsHelp: true });
    await eventually(() => since() !== null);
    mark(pupil, { wantsHelp: false });
    await eventually(() => since() === null);
  });

  test('a hub that was started anew knows who has what was handed out from those who have it, of their own only', async () => {
    const [pupil, other] = await open(['Белов Илья', 'Ёлкина Анна']);
    const bytes = new Uint8Array(1_000);
    const { fileId } = await handOut(bytes);
    const secret = await room.teacher.upload(bytes, 'не ему.bin');
    await room.assign({ fileIds: [secret], isHandout: true, assignees: [other!.memberId] });
    const wall = look(room.teacher);
    mark(pupil, { holds: [fileId, secret] });
    const down = () => wall.tiles.get(pupil.memberId)?.down ?? [];
    await eventually(() => down().length > 0);
    mark(pupil, { isActive: true });
    await eventually(() => wall.tiles.get(pupil.memberId)?.activeAt ?? undefined);
    expect(down()).toEqual([{ fileId, doneBytes: 1_000, sizeBytes: 1_000 }]);
    expect(wall.tiles.get(other!.memberId)?.down).toEqual([]);
  });

  test('who goes is not here any more, and his hand is down', async () => {
    const [pupil] = await open(['Белов Илья']);
    const wall = look(room.teacher);
    mark(pupil, { wantsHelp: true });
    await eventually(() => wall.tiles.get(pupil.memberId)?.wantsHelpSince ?? undefined);
    pupil.close();
    await eventually(() => wall.tiles.get(pupil.memberId)?.isHere === false);
    expect(wall.tiles.get(pupil.memberId)?.wantsHelpSince).toBeNull();
  });
});

describe('bytes', () => {
  test('a hand-out fills by what was fetched, a piece fetched twice counts once', async () => {
    const [pupil, other] = await open(['Белов Илья', 'Ёлкина Анна']);
    const bytes = new Uint8Array(3 * BLOCK_BYTES + 5).fill(7);
    const { fileId } = await handOut(bytes);
    const wall = look(room.teacher);
    const down = (who: Pupil) => wall.tiles.get(who.memberId)?.down[0]?.doneBytes;
    await pupil.download(fileId, { Range: 'bytes=0-1048575' });
    await eventually(() => down(pupil) === BLOCK_BYTES);
    await pupil.download(fileId, { Range: 'bytes=524288-2097151' });
    await eventually(() => down(pupil) === 2 * BLOCK_BYTES);
    await pupil.download(fileId);
    await eventually(() => down(pupil) === bytes.byteLength);
    expect(wall.tiles.get(pupil.memberId)?.down).toEqual([
      { fileId, doneBytes: bytes.byteLength, sizeBytes: bytes.byteLength },
    ]);
    expect(down(other!)).toBeUndefined();
  });

  test('what went before the wall was opened is on it; files of the chat are not', async () => {
    const [pupil] = await open(['Белов Илья']);
    const { fileId } = await handOut(new Uint8Array(1000));
    const photo = await room.teacher.upload(new Uint8Array(10), 'фото.jpg');
    await room.say(room.teacher, '', [photo]);
    await pupil.download(photo);
    await pupil.download(fileId);
    const wall = look(room.teacher);
    await eventually(() => wall.tiles.get(pupil.memberId)?.down.length);
    expect(wall.tiles.get(pupil.memberId)?.down).toEqual([{ fileId, doneBytes: 1000, sizeBytes: 1000 }]);
  });

  test('who comes late gets what was given, and his tile fills', async () => {
    await open(['Белов Илья']);
    const { fileId, id } = await handOut(new Uint8Array(1000));
    const wall = look(room.teacher);
    const late = await room.letIn('Ёлкина Анна');
    room.pupils.push(late);
    expect(late.logs.get(room.logId)?.entries.find((entry) => entry.id === id)?.kind).toBe('assigned');
    expect((await late.download(fileId)).status).toBe(200);
    await eventually(() => wall.tiles.get(late.memberId)?.down[0]?.doneBytes === 1000);
  });

  test('an upload is seen as it comes, long before it is whole, and is gone with the work that names it', async () => {
    const [pupil] = await open(['Белов Илья']);
    const { id: assignmentId } = await handOut(new Uint8Array(10));
    const wall = look(room.teacher);
    const fileId = newFileId();
    const half = new Uint8Array(5000).fill(1);
    const headers = { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${pupil.session!.ticket}` };
    const metadata = `fileId ${btoa(fileId)},filename ${btoa('a.bin')}`;
    const made = await pupil.ask('/files', { method: 'POST', headers: { ...headers, 'Upload-Length': '10000', 'Upload-Metadata': metadata } }); // prettier-ignore
    expect(made.status).toBe(201);
    const patch = request(`${room.url}/files/${fileId}`, {
      method: 'PATCH',
      headers: { ...headers, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0', 'Content-Length': '10000' },
    }); // prettier-ignore
    const answered = new Promise<number>((resolve, reject) => {
      patch.on('response', (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject);
    });
    patch.write(half);
    const up = () => wall.tiles.get(pupil.memberId)?.up;
    await eventually(() => up()?.[0]?.doneBytes === 5000);
    expect(up()).toEqual([{ fileId, doneBytes: 5000, sizeBytes: 10_000 }]);
    patch.end(half);
    expect(await answered).toBe(204);
    await eventually(() => up()?.[0]?.doneBytes === 10_000);
    await pupil.send(room.logId, 'handIn', { assignmentId, fileIds: [fileId], note: '' });
    await eventually(() => up()?.length === 0);
  });

  test('of who has handed in nothing stands there that was left half sent before', async () => {
    const [pupil] = await open(['Белов Илья']);
    const { id: assignmentId } = await handOut(new Uint8Array(10));
    const wall = look(room.teacher);
    const [left, other] = [newFileId(), await pupil.upload(new Uint8Array(100))];
    const headers = {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '10',
      'Content-Type': 'application/offset+octet-stream',
    };
    const metadata = `fileId ${btoa(left)},filename ${btoa('a.bin')}`;
    const body = new Uint8Array(4);
    const asked = { method: 'POST', headers: { ...headers, 'Upload-Metadata': metadata }, body };
    expect((await pupil.ask('/files', asked)).status).toBe(201);
    const up = () => wall.tiles.get(pupil.memberId)?.up.map(({ doneBytes }) => doneBytes);
    await eventually(() => up()?.join() === '100,4');
    await pupil.send(room.logId, 'handIn', { assignmentId, fileIds: [other], note: '' });
    await eventually(() => up()?.length === 0);
  });

  test('an upload that is taken back is gone from the wall', async () => {
    const [pupil] = await open(['Белов Илья']);
    const wall = look(room.teacher);
    const fileId = await pupil.upload(new Uint8Array(100));
    await eventually(() => wall.tiles.get(pupil.memberId)?.up.length === 1);
    const headers = { 'Tus-Resumable': '1.0.0' };
    expect((await pupil.ask(`/files/${fileId}`, { method: 'DELETE', headers })).status).toBe(204);
    await eventually(() => wall.tiles.get(pupil.memberId)?.up.length === 0);
  });

  test('goes out in pieces, so that a slow line is seen to move', () => {
    expect(BLOCK_BYTES % PIECE_BYTES).toBe(0);
    expect(PIECE_BYTES).toBeLessThanOrEqual(256 * 1024);
    expect(WALL_EVERY_MS).toBeLessThanOrEqual(250);
  });
});

describe('bounds', () => {
  /** A wall without a hub: pupils and their files on paper. */
  function onPaper(pupils: number) {
    const paper = new PaperClass().begin();
    const files = Array.from({ length: 3 }, () => nextFileId());
    const members = Array.from({ length: pupils }, (_, at) => {
      const [memberId, personId] = [nextId<MemberId>(), nextId<PersonId>()];
      return { memberId, name: `П${at}`, role: 'student', state: 'confirmed', personIds: [personId], requestIds: [], childIds: [], roleVersion: 1 } as const; // prettier-ignore
    });
    const state = {
      ...paper.state,
      members: { ...paper.state.members, ...Object.fromEntries(members.map((m) => [m.memberId, m])) },
      assignments: { a: { state: 'open', files: files.map((fileId) => ({ fileId })) } },
    };
    const logId = nextId<StartedClass['logId']>();
    const wall = new Wall({
      logs: { get: async () => ({ state }) } as never,
      log: () => undefined,
      now: () => 1_000,
    });
    const teacher = Object.values(paper.state.members).find(({ role }) => role === 'teacher')!;
    const line = { isFree: true };
    const heard = collect();
    const page: LessonPage = {
      data: { signed: { personId: teacher.personIds[0]! }, line },
      emit: (event: string, news: unknown) => event === 'wall' && heard.hear(news as WallNews),
    };
    wall.came(page, logId, teacher.memberId);
    return { wall, page, logId, files, members, line, heard: heard.heard };
  }

  test('WALL_TILES_MAX: a large class comes in parts, the first of them whole', async () => {
    const { wall, page, logId, heard, members } = onPaper(WALL_TILES_MAX + 1);
    wall.wish(page, { logId, isOpen: true });
    await eventually(() => heard.tiles.size === members.length);
    expect(heard.events.map(({ isWhole, tiles }) => [isWhole, tiles.length])).toEqual([
      [true, WALL_TILES_MAX],
      [false, 1],
    ]);
    wall.close();
  });

  test('who has not taken the last one is told nothing until he can, and then everything', async () => {
    vi.useFakeTimers();
    const { wall, page, logId, heard, members, files, line } = onPaper(2);
    wall.wish(page, { logId, isOpen: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(heard.events.length).toBe(1);
    line.isFree = false;
    wall.sends(members[0]!.personIds[0], { fileId: files[0]!, sizeBytes: 10 })(0, 5);
    const seen = heard.events.length;
    await vi.advanceTimersByTimeAsync(10 * WALL_EVERY_MS);
    expect(heard.events.length).toBe(seen);
    line.isFree = true;
    await vi.advanceTimersByTimeAsync(WALL_EVERY_MS);
    expect(heard.events.length).toBe(seen + 1);
    expect(heard.events.at(-1)?.isWhole).toBe(true);
    expect(heard.tiles.get(members[0]!.memberId)?.down[0]?.doneBytes).toBe(5);
    wall.close();
  });

  test('COUNTED_FILES_MAX and COUNTED_PERSONS_MAX: what moved longest ago is forgotten first', async () => {
    const { wall, page, logId, heard, members, files } = onPaper(2);
    const [first, second] = members.map(({ personIds }) => personIds[0]) as [PersonId, PersonId];
    wall.sends(first, { fileId: files[0]!, sizeBytes: 10 })(0, 10);
    wall.sends(first, { fileId: files[1]!, sizeBytes: 10 })(0, 10);
    for (let i = 0; i < COUNTED_FILES_MAX - 1; i++) wall.sends(first, { fileId: nextFileId(), sizeBytes: 1 })(0, 1);
    wall.sends(second, { fileId: files[0]!, sizeBytes: 10 })(0, 10);
    wall.wish(page, { logId, isOpen: true });
    await eventually(() => heard.events.length === 1);
    expect(heard.tiles.get(members[0]!.memberId)?.down.map(({ fileId }) => fileId)).toEqual([files[1]]);
    for (let i = 0; i < COUNTED_PERSONS_MAX - 1; i++)
      wall.sends(nextId<PersonId>(), { fileId: files[0]!, sizeBytes: 1 })(0, 1);
    wall.wish(page, { logId, isOpen: true });
    await eventually(() => heard.events.filter(({ isWhole }) => isWhole).length === 2);
    expect(heard.tiles.get(members[0]!.memberId)?.down).toEqual([]);
    expect(heard.tiles.get(members[1]!.memberId)?.down.length).toBe(1);
    wall.close();
  });

  test('FLOWS_MAX: a whole wall stays below what makes a reader count as stalled', () => {
    const flow = { fileId: newFileId(), doneBytes: 4_000_000_000, sizeBytes: 4_000_000_000 };
    expect(FLOWS_MAX * (JSON.stringify(flow).length + 1)).toBeLessThan(1_000_000);
  });
});

describe('ranges of a file', () => {
  test('are joined: what overlaps or touches counts once', () => {
    const spans = new Spans();
    const bytesAfter = (from: number, to: number) => {
      spans.add(from, to);
      return spans.bytes;
    };
    expect(bytesAfter(0, 10)).toBe(10);
    expect(bytesAfter(10, 20)).toBe(20);
    expect(bytesAfter(30, 40)).toBe(30);
    expect(bytesAfter(5, 15)).toBe(30);
    expect(bytesAfter(15, 35)).toBe(40);
    expect(bytesAfter(0, 40)).toBe(40);
    expect(bytesAfter(40, 40)).toBe(40);
  });

  test('SPANS_MAX: of more pieces the shortest is not counted, so never too many bytes', () => {
    const spans = new Spans();
    for (let at = 0; at < SPANS_MAX; at++) spans.add(at * 100, at * 100 + 50);
    expect(spans.bytes).toBe(SPANS_MAX * 50);
    spans.add(SPANS_MAX * 100, SPANS_MAX * 100 + 10);
    expect(spans.bytes).toBe(SPANS_MAX * 50);
  });

  test('a piece that continues the last one and meets the next is joined with both', () => {
    const spans = new Spans();
    spans.add(20, 30);
    spans.add(0, 10);
    spans.add(10, 25);
    expect(spans.bytes).toBe(30);
  });
});
