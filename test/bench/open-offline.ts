/**
 * `bench -- open-offline`: 28 works (PDF, photo, text, document) of one homework, collected before, reviewed with the hub gone.
 * `first`: from asking for the review to the first work shown; `next`: from the key to the next work shown, median over the class.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemberId } from '../../src/core/ids.ts';
import { Teacher } from '../demo/teacher.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';
import { measure, median, type Line } from './report.ts';

const PUPILS = 28;
/** Where the stand-in's window comes from; Electron's own origin is welcome anyway. */
const PAGE_ORIGIN = 'http://bundle.app.stand-in.localhost';
const TASK = 'Упражнение 214';
const SAMPLES = join(import.meta.dirname, '../support/samples/documents');
const WORKS = [
  ['homework.pdf', 'application/pdf'],
  ['photo-of-page.jpg', 'image/jpeg'],
  ['homework.txt', 'text/plain'],
  ['workbook.pdf', 'application/pdf'],
] as const;

/** A laptop that has collected everything, with its hub gone for good. */
async function collected(userData: string): Promise<Teacher> {
  const { url, port, owner, stop } = await startHub({ origins: [PAGE_ORIGIN] });
  const teacher = new Person(url, owner);
  const { logId } = await teacher.createClass('7А');
  const { code } = await teacher.joinCode(logId);
  const content = {
    text: '',
    dueAt: null,
    scale: { kind: 'five' as const },
    assignees: 'all' as const,
    fileIds: [],
    seriesId: null,
  };
  const { id: assignmentId } = await teacher.send(logId, 'assign', { title: TASK, ...content });
  for (let index = 0; index < PUPILS; index++) {
    const name = `Ученик ${String(index + 1).padStart(2, '0')}`;
    const pupil = await Person.join(url, code, name);
    const { personId } = pupil.credentials;
    const request = await eventually(() =>
      teacher.logs.get(logId)?.entries.find((entry) => entry.body?.['personId'] === personId),
    );
    await teacher.send(logId, 'confirmJoin', { requestId: request.id, memberId: newId<MemberId>(), name });
    await pupil.follow(logId);
    const [file, mediaType] = WORKS[index % WORKS.length]!;
    const bytes = Buffer.concat([readFileSync(join(SAMPLES, file)), Buffer.from(`\n% ${index}\n`)]);
    const fileId = await pupil.upload(bytes, file, { filetype: mediaType });
    await pupil.send(logId, 'handIn', { assignmentId, fileIds: [fileId], note: '' });
    pupil.close();
  }
  const { code: deviceCode } = await teacher.call<{ code: string }>('/api/device-codes', { method: 'POST' });
  const laptop = new Teacher(userData, {});
  await laptop.start();
  await laptop.connectTo(`127.0.0.1:${port}`, deviceCode);
  await laptop.openClass('7А', 'Задания');
  await laptop.handedIn(PUPILS, PUPILS);
  await laptop.allFilesHere(PUPILS);
  teacher.close();
  await stop();
  await laptop.isOffline();
  return laptop;
}

export async function openOffline(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const userData = mkdtempSync(join(tmpdir(), 'parta-bench-offline-'));
  const laptop = await collected(userData);
  const nextSamples: number[] = [];
  const first = async () => {
    await laptop.quit();
    await laptop.start();
    await laptop.reviewList();
    const begunAt = performance.now();
    await laptop.openReviewHere(TASK);
    await laptop.workIsShown();
    const ms = performance.now() - begunAt;
    for (let place = 1; place < PUPILS; place++) nextSamples.push(await laptop.nextWork());
    // The app opens where the teacher was: next time that has to be the list again.
    await laptop.leaveReview();
    return ms;
  };
  const lines = [await measure({ bench: 'open-offline', case: 'first', unit: 'ms', runs, ours: first, peer: null })];
  const perRun = Array.from({ length: runs }, (_, run) =>
    median(nextSamples.slice(run * (PUPILS - 1), (run + 1) * (PUPILS - 1))),
  );
  if (wanted.length === 0 || wanted.includes('next'))
    lines.push(
      await measure({
        bench: 'open-offline',
        case: 'next',
        unit: 'ms',
        runs,
        ours: () => Promise.resolve(perRun.shift()!),
        peer: null,
      }),
    );
  await laptop.quit();
  rmSync(userData, { recursive: true, force: true });
  return lines;
}
