/** What lies in the folder that the gallery's teacher takes works from: names as phones, messengers and pupils give them. */
import type { Handed, Intake, IntakeFile, Saving } from '../../../src/preload/contract.ts';

const DAY = Date.UTC(2026, 10, 11, 18, 4);
const PATHS: readonly [path: string, sizeBytes: number][] = [
  ['Упражнение 214/Белов Илья/IMG_20261111_180412.jpg', 2_412_800],
  ['Упражнение 214/Белов Илья/IMG_20261111_180455.jpg', 2_118_044],
  ['Упражнение 214/Гаврилова Вера.docx', 18_412],
  ['Упражнение 214/Zaitsev Fedor.pdf', 88_412],
  ['Упражнение 214/Лебедева упр 214.jpg', 1_904_733],
  ['Упражнение 214/Белов.jpg', 1_204_733],
  ['Упражнение 214/работа Никитина.jpg', 904_733],
  ['Упражнение 214/WhatsApp Image 2026-11-11 at 18.20.31.jpeg', 240_112],
  ['Упражнение 214/photo_2026-11-11_18-22-07.jpg', 198_004],
  ['Упражнение 214/8Б/Иванова Анна.docx', 21_004],
];

export const FOUND: Intake = {
  intakeId: 'intake',
  title: 'Упражнение 214',
  files: PATHS.map(([path, sizeBytes], n): IntakeFile => {
    const parts = path.split('/');
    return { id: `f${n}`, folders: parts.slice(0, -1), name: parts.at(-1)!, sizeBytes, modifiedAt: DAY + n * 60_000 };
  }),
  leftOut: [
    { path: 'Упражнение 214/Thumbs.db', why: 'junk' },
    { path: 'Упражнение 214/~$Гаврилова Вера.docx', why: 'junk' },
    { path: 'Упражнение 214/архив старый.zip', why: 'locked' },
  ],
  leftOutCount: 3,
};
export const NOTHING_FOUND: Intake = { ...FOUND, files: [], title: 'Пустая папка' };

export const HANDED: Handed = {
  handedId: 'handed',
  files: [
    { name: 'Контрольная работа № 3, вариант 1 и 2 (исправлено).docx', sizeBytes: 48_120, isFolder: false },
    { name: 'Памятка.pdf', sizeBytes: 112_400, isFolder: false },
  ],
};

const saving = (saveId: string, more: Partial<Saving>): Saving => ({
  saveId,
  kind: 'folder',
  title: '7А – Упражнение 214: причастный оборот',
  target: 'Работы',
  state: 'running',
  code: null,
  total: 57,
  done: 57,
  same: 0,
  missing: 0,
  ...more,
});
export const SAVINGS: Saving[] = [
  saving('1', { done: 23 }),
  saving('2', { title: '7А', state: 'done', same: 12, missing: 2 }),
  saving('3', { kind: 'zip', title: '7Б', state: 'stopped', done: 4 }),
  saving('4', { state: 'failed', code: 'not-allowed', done: 0 }),
];
