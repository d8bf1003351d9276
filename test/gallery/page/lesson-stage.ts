/** A lesson in the gallery: pupils in every state of the wall, something given out, something being collected. */
import type { WallView } from '../../../src/client/class-store.ts';
import type { CommandId, FileId, MemberId } from '../../../src/core/ids.ts';
import type { Flow, WallTile } from '../../../src/core/wire.ts';
import type { LessonPlace } from '../../../src/renderer/lesson/lesson-now.ts';
import { HUB, nextFileId } from '../../support/paper-class.ts';
import { NAMES_7A, NOW, shown, smallSchool, type Staged } from './stage.ts';

const MINUTE = 60_000;
const MORE_NAMES = [
  'Савельев Арсений Ильич',
  'Савельева Таисия Ильинична',
  'Соколова Анна Витальевна',
  'Тихонов Глеб Борисович',
  'Фёдорова Василиса Олеговна',
  'Фомин Роман Андреевич',
  'Харитонова Александра Максимовна',
  'Цветков Лука Фёдорович',
  'Чернышёва Варвара Ильинична',
  'Шестаков Константин Олегович',
  'Щербакова Дарья Андреевна',
  'Яковлев Степан Борисович',
];

export interface LessonScene {
  pupils: number;
  view?: LessonPlace['view'];
  order?: LessonPlace['order'];
  /** Minutes to the bell; below 0: it has rung. null: nothing is collected. */
  bellIn: number | null;
  isOffline?: boolean;
}

export function lesson({ pupils, view = 'wall', order = 'name', bellIn, isOffline = false }: LessonScene): Staged {
  const staged = smallSchool([...NAMES_7A, ...MORE_NAMES].slice(0, pupils));
  const { a, store, log } = staged;
  const { paper } = a;
  paper.now = NOW - 25 * MINUTE;
  const given = (['pdf', 'docx', 'photo'] as const).map((kind) => a.file(paper.teacher, kind));
  const content = { text: '', dueAt: null, scale: { kind: 'five' }, assignees: 'all', seriesId: null } as const;
  const hand = (title: string, fileIds: FileId[]) =>
    paper.must('assign', { ...content, title, fileIds, isHandout: true }).id as CommandId;
  const cards = hand('Карточки 1–3', given);
  if (bellIn !== null) {
    paper.now = NOW - 20 * MINUTE;
    const collected = paper.must('collect', {
      assignmentId: cards,
      bellAt: NOW + bellIn * MINUTE,
      afterBell: 'late',
      seen: null,
    }).id as CommandId;
    handIn(staged, cards);
    paper.now = Math.min(NOW, NOW + bellIn * MINUTE);
    if (bellIn < 0) paper.must('endCollect', { assignmentId: cards, collectId: collected }, HUB);
    hand('Черновик плана', [given[0]!]);
  }
  const refs = given.map((fileId) => paper.files.get(fileId)!);
  const tiles = new Map<MemberId, WallTile>();
  a.pupils.forEach(({ memberId }, at) => tiles.set(memberId, tileOf(memberId, at, refs)));
  const wall: WallView = { tiles };
  if (isOffline) store.connection = { state: 'offline', code: 'hub-unreachable', retryAt: NOW + 20_000 };
  else store.walls.set(a.logId, wall);
  const place: LessonPlace = { view, order, seats: {}, focus: null };
  store.drafts.set(`place/${a.logId}/lesson`, place);
  store.logs = store.logs.map((one) => (one === log ? a.log() : one));
  return shown(staged);
}

/** Some have handed in, two of them together; one is sending a newer version. */
function handIn({ a }: ReturnType<typeof smallSchool>, assignmentId: CommandId) {
  const { paper, pupils } = a;
  for (const at of [2, 8, 9, 13, 16, 20, 21]) {
    const pupil = pupils[at];
    if (!pupil) continue;
    paper.now = NOW - (15 - (at % 9)) * MINUTE;
    const fileIds = [a.file(pupil.personId, 'docx')];
    const partner = at === 8 ? pupils[10] : undefined;
    const body = { assignmentId, fileIds, note: '', ...(partner ? { together: [partner.memberId] } : {}) };
    const { id } = paper.must('handIn', body, pupil.who);
    if (partner) paper.must('handInTogether', { handInId: id as CommandId, memberId: partner.memberId }, HUB);
  }
}

function tileOf(memberId: MemberId, at: number, files: readonly { fileId: FileId; sizeBytes: number }[]): WallTile {
  const some = (share: number): Flow[] =>
    files.map(({ fileId, sizeBytes }) => ({ fileId, sizeBytes, doneBytes: Math.floor(sizeBytes * share) }));
  const tile: WallTile = { memberId, isHere: true, wantsHelpSince: null, activeAt: null, down: some(1), up: [] };
  switch (at % 11) {
    case 0:
      return { ...tile, activeAt: NOW - 4_000 };
    case 1:
      return { ...tile, down: [...some(1).slice(0, 1), ...some(0.4).slice(1)] };
    case 3:
      return { ...tile, wantsHelpSince: NOW - 3 * MINUTE, activeAt: NOW - 20_000 };
    case 4:
      return { ...tile, isHere: false };
    case 5:
      return { ...tile, up: [{ fileId: nextFileId(), doneBytes: 3_400_000, sizeBytes: 8_100_000 }] };
    case 6:
      return { ...tile, down: [] };
    case 7:
      return tile;
    default:
      return { ...tile, activeAt: NOW - 40_000 };
  }
}
