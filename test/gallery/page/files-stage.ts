/** Files on their way and files that are kept, in every state that the popover and the settings show. */
import type { FileId, LogId, Sha256 } from '../../../src/core/ids.ts';
import type { KeptClass, Storage, Transfer } from '../../../src/preload/contract.ts';
import { NOW } from './stage.ts';

const SERVER = 'embedded';
const MB = 1024 ** 2;
const GB = 1024 ** 3;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let last = 0;
function transfer(name: string, megabytes: number, part: Partial<Transfer> = {}): Transfer {
  last += 1;
  const sizeBytes = Math.round(megabytes * MB);
  return {
    transferId: `transfer-${last}`,
    serverId: SERVER,
    direction: 'down',
    fileId: last.toString(16).padStart(32, '0') as FileId,
    name,
    sizeBytes,
    doneBytes: part.state === 'done' ? sizeBytes : 0,
    speed: null,
    leftMs: null,
    mediaType: 'application/pdf',
    sha256: last.toString(16).padStart(64, '0') as Sha256,
    state: 'queued',
    code: null,
    doneAt: part.state === 'done' ? NOW - 3 * MINUTE : null,
    ...part,
  };
}

/** Every state at once, in the order of a queue. */
export const busy = (): Transfer[] => [
  transfer('Конспект урока 14.pdf', 2.4, { state: 'done' }),
  transfer('Задачи на дроби.docx', 0.3, { state: 'done', direction: 'up', doneAt: NOW - 12 * MINUTE }),
  transfer('Экскурсия в музей, видео целиком.mp4', 812, {
    state: 'running',
    doneBytes: 344 * MB,
    speed: 3.2 * MB,
    leftMs: 146_000,
  }),
  transfer('Лабораторная работа 3.zip', 48, {
    state: 'running',
    direction: 'up',
    doneBytes: 31 * MB,
    speed: 0.9 * MB,
    leftMs: 19_000,
  }),
  transfer('Фильм с флешки.mkv', 1400, { state: 'running', direction: 'up', sha256: null, doneBytes: 600 * MB }),
  transfer('Сочинение Беловой, «Капитанская дочка», черновик и чистовик вместе.pdf', 6.1),
  transfer('Фото доски.jpg', 3.9, { code: 'hub-unreachable' }),
  transfer('Презентация к докладу.pptx', 22, { state: 'paused', doneBytes: 9 * MB }),
  transfer('Контрольная, вариант 2.pdf', 0.8, { state: 'failed', direction: 'up', code: 'file-changed' }),
  transfer('Работа Лебедевой.docx', 0.4, { state: 'failed', code: 'not-found' }),
  transfer('Запись урока.webm', 96, { state: 'failed', code: 'cancelled' }),
];

/** A class hands in all at once. */
export const many = (): Transfer[] =>
  Array.from({ length: 200 }, (_, index) =>
    transfer(`Работа ${String(index + 1).padStart(3, '0')}.pdf`, 1 + (index % 9), {
      state: index < 3 ? 'running' : 'queued',
      ...(index < 3 ? { doneBytes: 0.5 * MB, speed: 1.1 * MB, leftMs: 4_000 } : {}),
    }),
  );

const kept = (logId: LogId, part: Partial<KeptClass>): KeptClass => ({
  serverId: SERVER,
  logId,
  title: '',
  isPinned: false,
  files: 0,
  bytes: 0,
  hereFiles: 0,
  hereBytes: 0,
  since: null,
  freeableFiles: 0,
  freeableBytes: 0,
  ...part,
});

/** What is kept for these classes; the second has lost files to the quota, the third is pinned. */
export const storageOf = (a: LogId, b: LogId, hasTrouble: boolean): Storage => ({
  hereFiles: 1_284,
  hereBytes: 3.4 * GB,
  freeDiskBytes: hasTrouble ? 1.2 * GB : 118 * GB,
  classes: [
    kept(a, {
      files: 812,
      bytes: 2.1 * GB,
      hereFiles: 812,
      hereBytes: 2.1 * GB,
      since: NOW - 61 * DAY,
      isPinned: true,
    }),
    kept(b, {
      files: 471,
      bytes: 1.6 * GB,
      hereFiles: hasTrouble ? 402 : 471,
      hereBytes: 1.3 * GB,
      since: NOW - 70 * DAY,
      freeableFiles: 398,
      freeableBytes: 1.2 * GB,
    }),
  ],
  loose: hasTrouble ? { files: 12, bytes: 86 * MB } : { files: 0, bytes: 0 },
  away: hasTrouble ? 69 : 0,
  isFull: hasTrouble,
  damaged: hasTrouble
    ? [
        { sha256: 'a'.repeat(64) as Sha256, name: 'Сочинение Беловой.pdf', title: '7А', state: 'fetching' },
        { sha256: 'b'.repeat(64) as Sha256, name: 'Фото доски 11 ноября.jpg', title: '7Б', state: 'lost' },
      ]
    : [],
  check: hasTrouble ? { doneFiles: 644, files: 1_284 } : null,
  checkedAt: NOW - 9 * DAY,
});
