// A teacher checks a confirmation code against real classes at a real hub, with nothing but what his own log says.
import { afterEach, describe, expect, test } from 'vitest';
import type { ClassView } from '../../src/client/class-store.ts';
import type { Classroom } from '../../src/core/classroom.ts';
import { EMPTY_CLASSROOM } from '../../src/core/classroom.ts';
import { evolve } from '../../src/core/evolve.ts';
import type { LogId } from '../../src/core/ids.ts';
import { readReceipt } from '../../src/core/receipt.ts';
import {
  COMPARED_BYTES_MAX,
  compareWith,
  followsFrom,
  worksNearly,
  worksOfCode,
  type Searched,
} from '../../src/renderer/checking/works-by-code.ts';
import { startClass, type StartedClass } from '../support/class.ts';
import { newId, Person } from '../support/person.ts';

let room: StartedClass;
afterEach(() => room?.stop());

/** The class as this person's own log tells it. */
async function seenBy(person: Person, logId: LogId, role: ClassView['role'] = 'teacher'): Promise<Searched> {
  let page = await person.pull(logId);
  while (page.upTo < page.head) page = await person.pull(logId);
  const classroom = person.logs.get(logId)!.entries.reduce<Classroom>(evolve, EMPTY_CLASSROOM);
  return { logId, title: classroom.title ?? '', view: { role, classroom } as ClassView };
}
const codeOnPage = async (pupil: Person, logId: LogId, seq: number) =>
  (await pupil.caughtUp(logId, seq)).entries.findLast(({ kind }) => kind === 'handedIn')!.body!['receipt'] as string;

describe('a code that a pupil got from the hub', () => {
  test('[S15] tells the teacher whose it is, which attempt, which files, when; and follows from them', async () => {
    room = await startClass(['Белов Илья', 'Зайцева Ева']);
    const { logId } = room;
    const [ilya, eva] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const bytes = Buffer.from('Ответ: 7');
    const fileId = await ilya!.upload(bytes, 'решение.txt');
    const first = await ilya!.send(logId, 'handIn', { assignmentId, fileIds: [fileId], note: '' });
    const code = await codeOnPage(ilya!, logId, first.seq);
    const again = await ilya!.send(logId, 'handIn', { assignmentId, fileIds: [fileId], note: 'ещё раз' });
    const other = await eva!.send(logId, 'handIn', { assignmentId, fileIds: [], note: 'без файлов' });
    const all = [await seenBy(room.teacher, logId)];

    const read = readReceipt(` ${code.toLowerCase().replace('-', ' ')} `);
    expect(read).toEqual({ is: 'code', code });
    const [found, ...more] = worksOfCode(all, code);
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      memberName: 'Белов Илья',
      assignmentTitle: 'Домашняя работа',
      classTitle: '7А',
      attempt: { attempt: 1, files: [{ name: 'решение.txt', sizeBytes: bytes.length }] },
      later: { attempt: 2, id: again.id },
    });
    expect(await followsFrom(found!.attempt)).toBe(true);
    // Each of the facts is under the code.
    const { attempt } = found!;
    expect(await followsFrom({ ...attempt, at: attempt.at + 1 })).toBe(false);
    expect(await followsFrom({ ...attempt, id: newId() })).toBe(false);
    expect(await followsFrom({ ...attempt, files: [{ ...attempt.files[0]!, sizeBytes: 1 }] })).toBe(false);
    expect(await followsFrom({ ...attempt, files: [] })).toBe(false);

    const evas = worksOfCode(all, await codeOnPage(eva!, logId, other.seq));
    expect(evas.map(({ memberName, later }) => [memberName, later])).toEqual([['Зайцева Ева', null]]);
    expect(await followsFrom(evas[0]!.attempt)).toBe(true);
  });

  test('a file that is brought is the one that was handed in, whatever it is called, or another', async () => {
    room = await startClass(['Белов Илья']);
    const [pupil] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const fileIds = [
      await pupil!.upload(Buffer.from('черновик')),
      await pupil!.upload(Buffer.from('Ответ: 7'), 'a.txt'),
    ];
    const { seq } = await pupil!.send(room.logId, 'handIn', { assignmentId, fileIds, note: '' });
    const code = await codeOnPage(pupil!, room.logId, seq);
    const [found] = worksOfCode([await seenBy(room.teacher, room.logId)], code);
    const { files } = found!.attempt;
    expect(await compareWith(files, new File(['Ответ: 7'], 'совсем другое имя.doc'))).toMatchObject({
      is: 'same',
      file: { fileId: fileIds[1] },
    });
    expect(await compareWith(files, new File(['Ответ: 8'], 'a.txt'))).toEqual({ is: 'other' });
    expect(await compareWith(files, new File(['Ответ: 77'], 'a.txt'))).toEqual({ is: 'other' });
    expect(await compareWith([], new File([], 'a.txt'))).toEqual({ is: 'other' });
  });

  test('no other size is read, none over the bound is, and one that cannot be read says so', async () => {
    const sizeBytes = COMPARED_BYTES_MAX + 1;
    const large = Object.defineProperty(new File(['x'], 'film.mp4'), 'size', { value: sizeBytes });
    const read = () => Promise.reject(new DOMException('gone', 'NotFoundError'));
    Object.assign(large, { arrayBuffer: read });
    const file = { fileId: newId(), name: 'film.mp4', sizeBytes, sha256: 'a'.repeat(64), mediaType: '' };
    const files = [file] as unknown as Parameters<typeof compareWith>[0];
    expect(await compareWith(files, large)).toEqual({ is: 'too-large' });
    const gone = Object.assign(new File(['x'], 'a.txt'), { arrayBuffer: read });
    expect(await compareWith(files, gone)).toEqual({ is: 'other' });
    expect(await compareWith([{ ...files[0]!, sizeBytes: 1 }], gone)).toEqual({ is: 'unreadable' });
  });

  test('done together, each has a code of his own, and each names the other', async () => {
    room = await startClass(['Белов Илья', 'Зайцева Ева']);
    const { logId } = room;
    const [ilya, eva] = room.pupils;
    const { id: assignmentId } = await room.assign({ isHandout: true });
    const { seq } = await ilya!.send(logId, 'handIn', {
      assignmentId,
      fileIds: [],
      note: 'вдвоём',
      together: [eva!.memberId],
    });
    const codes = [await codeOnPage(ilya!, logId, seq), await codeOnPage(eva!, logId, seq + 1)];
    const all = [await seenBy(room.teacher, logId)];
    const found = codes.map((code) => worksOfCode(all, code)[0]!);
    expect(found.map(({ memberName, together }) => [memberName, ...together])).toEqual([
      ['Белов Илья', 'Зайцева Ева'],
      ['Зайцева Ева', 'Белов Илья'],
    ]);
    expect(await Promise.all(found.map(({ attempt }) => followsFrom(attempt)))).toEqual([true, true]);
  });
});

describe('what is not found', () => {
  test('[S4] a class that this teacher does not teach answers nothing, nor does one where he is a parent', async () => {
    room = await startClass(['Белов Илья']);
    const [pupil] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const { seq } = await pupil!.send(room.logId, 'handIn', { assignmentId, fileIds: [], note: 'сдаю' });
    const code = await codeOnPage(pupil!, room.logId, seq);
    const other = await room.teacher.createClass('7Б');
    await room.teacher.follow(other.logId);
    const elsewhere = [await seenBy(room.teacher, other.logId)];
    expect(worksOfCode(elsewhere, code)).toEqual([]);
    expect(worksNearly(elsewhere, code.slice(1))).toEqual([]);
    const asParent = [await seenBy(pupil!, room.logId, 'parent')];
    expect(worksOfCode(asParent, code)).toEqual([]);
    expect(worksOfCode([{ ...asParent[0]!, view: null }], code)).toEqual([]);
    expect(worksOfCode([await seenBy(room.teacher, room.logId)], code)).toHaveLength(1);
  });

  test('[S16] with a pupil who was erased, his codes go', async () => {
    room = await startClass(['Белов Илья']);
    const [pupil] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const { seq } = await pupil!.send(room.logId, 'handIn', { assignmentId, fileIds: [], note: 'сдаю' });
    const code = await codeOnPage(pupil!, room.logId, seq);
    await room.teacher.send(room.logId, 'removeMember', { memberId: pupil!.memberId, erase: true });
    // Read anew, as a teacher's log stands after the erasure.
    const fresh = new Person(room.url, room.owner);
    await fresh.connect();
    await fresh.follow(room.logId);
    expect(worksOfCode([await seenBy(fresh, room.logId)], code)).toEqual([]);
    fresh.close();
  });

  test('a slip of the hand is named with the work that was meant', async () => {
    room = await startClass(['Белов Илья']);
    const [pupil] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const { seq } = await pupil!.send(room.logId, 'handIn', { assignmentId, fileIds: [], note: 'сдаю' });
    const code = await codeOnPage(pupil!, room.logId, seq);
    const all = [await seenBy(room.teacher, room.logId)];
    const slip = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`;
    expect(worksOfCode(all, slip)).toEqual([]);
    expect(worksNearly(all, slip).map(({ attempt }) => attempt.receipt)).toEqual([code]);
    expect(worksNearly(all, code.slice(1)).map(({ attempt }) => attempt.receipt)).toEqual([code]);
    expect(worksNearly(all, '')).toEqual([]);
  });
});
