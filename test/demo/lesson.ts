/**
 * A whole lesson by itself, from the first start to the bell and after it: thirty pupils as processes of their own on the bare wire and
 * two at real browsers, a teacher by pointer and keyboard at the real app. Files are handed out, hands go up, works are collected under
 * each of the bell's rules, alone and in two; meanwhile a cable is cut, a pupil's computer is switched off, the class server is killed,
 * and some come late. All along the wall is held against what this story knows from the pupils themselves; at the end what was promised
 * is held against the hub's disk. Shares no code with the product. Long because a lesson is read in one go.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellLine } from '../electron/launch.ts';
import { NetworkProxy } from '../support/network-proxy.ts';
import { openBrowser } from './browser-pupil.ts';
import { readRows, storedHashes } from './checker.ts';
import { LessonBrowserPupil } from './lesson-browser.ts';
import { LessonPupil } from './lesson-class.ts';
import { contentOf, sha256Of, type Made } from './lesson-content.ts';
import type { HandedIn } from './lesson-pupil.ts';
import { Teacher, type WallTile } from './teacher.ts';
import { telling, type Step } from './telling.ts';
import { newFileId, newId } from './wire-pupil.ts';

export interface LessonResult {
  ok: boolean;
  shell: string;
  pupils: number;
  browsers: number;
  /** Files that were given out, and bytes that came of them to pupils. */
  handedOut: number;
  bytes: number;
  /** Files that came whole, counted at each pupil. */
  fetched: number;
  handedIn: number;
  late: number;
  refused: number;
  together: number;
  lost: number;
  doubled: number;
  wrongBytes: number;
  leaked: number;
  joinSeconds: number;
  kills: number;
  cuts: number;
  /** Times that the whole wall was compared, and the longest that it took to tell the truth. */
  walls: number;
  wallSecondsMax: number;
  /** From a cable that is pulled to the tile that says so. */
  awayAfterCutSeconds: number;
  steps: Step[];
  screenshots: string;
  faults: string[];
}

const ROOT = join(import.meta.dirname, '../..');
const DEMO = join(ROOT, 'resources/demo');
const HUB_HOST = 'hub.test';
const TITLE = '7А';
const TEACHER = 'Ирина Петровна Смирнова';
const CARDS = 'Карточки к уроку';
const CARDS_TEXT = 'Сделайте копию и решите № 1–4.';
const PROCESSES = 30;
const LATE_COMERS = 2;
const BROWSERS = 2;

/** A wall settles in a few seconds; nothing is judged before it stands still. */
const WALL_PATIENCE_MS = 20_000;
/** A cable that was pulled says nothing: the hub gives it up when its beats stay away. */
const CUT_PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 150;
/** The slow pupil's line: his work takes seconds, so that it is cut in the middle. */
const SLOW_BITS_PER_SECOND = 12e6;
const SLOW_WORK_BYTES = 6e6;

/** Whose tile shows his name in two words: first names that nobody else on the list has with the same surname. */
function listOf(count: number): string[] {
  const lines = ['7А', '7Б'].flatMap((title) => {
    const bytes = readFileSync(join(DEMO, `${title}.csv`));
    const isUtf8 = bytes[0] === 0xef;
    const [, ...rest] = new TextDecoder(isUtf8 ? 'utf-8' : 'windows-1251').decode(bytes).trim().split(/\r?\n/);
    return rest.map((line) =>
      isUtf8 ? line.split(',')[0]!.replaceAll('"', '') : line.split(';').slice(1, 4).join(' '),
    );
  });
  const byShort = new Map(lines.map((name) => [shortOf(name), name]));
  return [...byShort.values()].slice(0, count);
}
const shortOf = (name: string) => name.split(' ').slice(0, 2).join(' ');

interface Work {
  id: string;
  /** Whose it is, by his line. */
  name: string;
  files: { name: string; sha256: string }[];
  note: string;
  answer: HandedIn;
}

type Expected = ReadonlyMap<string, readonly string[]>;

/** Plays the lesson; never throws: what went wrong is in the result. */
export async function playLesson({
  pictures,
  tell,
}: {
  pictures: string;
  tell: (line: string) => void;
}): Promise<LessonResult> {
  const home = await mkdtemp(join(tmpdir(), 'parta-lesson-'));
  await rm(pictures, { recursive: true, force: true });
  await mkdir(pictures, { recursive: true });
  const result: LessonResult = {
    ok: false,
    shell: shellLine().includes('stand-in') ? 'stand-in' : 'electron',
    pupils: PROCESSES,
    browsers: BROWSERS,
    handedOut: 0,
    bytes: 0,
    fetched: 0,
    handedIn: 0,
    late: 0,
    refused: 0,
    together: 0,
    lost: 0,
    doubled: 0,
    wrongBytes: 0,
    leaked: 0,
    joinSeconds: 0,
    kills: 0,
    cuts: 0,
    walls: 0,
    wallSecondsMax: 0,
    awayAfterCutSeconds: 0,
    steps: [],
    screenshots: 'demo-output',
    faults: [],
  };
  const { faults, steps } = result;
  const lose = (what: string) => void (result.lost++, faults.push(`lost: ${what}`));
  const double = (what: string) => void (result.doubled++, faults.push(`doubled: ${what}`));
  const leak = (what: string) => void (result.leaked++, faults.push(`leaked: ${what}`));

  const names = listOf(PROCESSES + BROWSERS + 1);
  const list = join(home, 'список.csv');
  await writeFile(list, `\uFEFFФИО\r\n${names.map((name) => `"${name}"`).join('\r\n')}\r\n`);
  // The last of the list is ill today.
  const sick = names.at(-1)!;
  const teacher = new Teacher(join(home, 'school'), { PARTA_HUB_HOSTS: HUB_HOST, LANG: 'ru_RU.UTF-8' });
  const browser = await openBrowser();
  const atBrowsers: LessonBrowserPupil[] = [];
  const pupils = names.slice(BROWSERS, BROWSERS + PROCESSES).map((name, index) => new LessonPupil(name, index, ''));
  const inTime = pupils.slice(0, PROCESSES - LATE_COMERS);
  const lateComers = pupils.slice(PROCESSES - LATE_COMERS);
  const byIndex = (index: number) => inTime[index]!;
  const works: Work[] = [];
  let proxy: NetworkProxy | null = null;

  const { picture: pictureOf, step } = telling({
    steps,
    faults,
    pictures,
    tell,
    everybody: () => [['school', teacher], ...atBrowsers.map((one, place) => [`pupil-${place}`, one] as const)],
  });
  const picture = (name: string) => pictureOf(teacher, name);

  // ── What is true of each pupil now, for the wall ─────────────────────────────────────────────────────────────────────

  const here = new Set<string>();
  const hands = new Set<string>();
  const handedIn = new Set<string>();
  /** Who pressed a key or a button lately may be at work. */
  const active = new Set<string>();
  let areFilesOut = false;
  const expected = (): Expected =>
    new Map(
      names.map((name) => {
        const is = (): readonly string[] => {
          if (here.has(name) && hands.has(name)) return ['help'];
          if (handedIn.has(name)) return ['handed-in'];
          if (!here.has(name)) return ['away'];
          const isAtBrowser = atBrowsers.some(({ plan }) => plan.name === name);
          const calm = areFilesOut ? 'has-files' : 'here';
          return isAtBrowser || active.has(name) ? [calm, 'working'] : [calm];
        };
        return [shortOf(name), is()];
      }),
    );
  /** The wall tells the truth, soon. */
  const wallIsTrue = async (when: string, patienceMs = WALL_PATIENCE_MS): Promise<WallTile[]> => {
    const begunAt = performance.now();
    const wanted = expected();
    for (;;) {
      const tiles = await teacher.wall();
      const wrong = tiles
        .filter(({ name, state }) => !wanted.get(name)?.includes(state))
        .map(({ name, state }) => `${name} is ${state}, not ${wanted.get(name)?.join(' or ')}`);
      if (tiles.length !== names.length) wrong.push(`${tiles.length} tiles of ${names.length}`);
      const seconds = (performance.now() - begunAt) / 1000;
      if (wrong.length === 0) {
        result.walls += 1;
        result.wallSecondsMax = Math.max(result.wallSecondsMax, Math.round(seconds * 10) / 10);
        return tiles;
      }
      if (seconds * 1000 > patienceMs) throw new Error(`the wall ${when}: ${wrong.slice(0, 4).join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  };

  // ── Works ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const filesFor = (pupil: LessonPupil, count: number, sizeBytes = 40_000 + pupil.index * 1_000): Made[] =>
    Array.from({ length: count }, (_, at) => ({
      fileId: newFileId(),
      name: `работа ${at + 1}.bin`,
      seed: `${pupil.name} ${at} ${works.length}`,
      sizeBytes,
    }));
  const told = (made: readonly Made[]) => made.map((one) => ({ name: one.name, sha256: sha256Of(contentOf(one)) }));
  const handIn = async (
    pupil: LessonPupil,
    title: string,
    files: readonly Made[],
    { together = [] as readonly LessonPupil[], id = newId(), asked = 1 } = {},
  ): Promise<HandedIn> => {
    const note = `Работа: ${shortOf(pupil.name)}`;
    await pupil.tell('upload', { files });
    const answer = await pupil.tell('handIn', {
      id,
      title,
      asked,
      note,
      fileIds: files.map(({ fileId }) => fileId),
      together: together.map(({ memberId }) => memberId),
    });
    if (answer.code !== null) return answer;
    works.push({ id, name: pupil.name, files: told(files), note, answer });
    handedIn.add(pupil.name);
    for (const partner of together) {
      const given = await partner.tell('given', { title });
      works.push({ id: '', name: partner.name, files: told(files), note, answer: given });
      handedIn.add(partner.name);
      result.together += 1;
    }
    return answer;
  };
  const taken = async (answer: Promise<HandedIn>, who: string, isLate: boolean) => {
    const { code, late } = await answer;
    if (code !== null) lose(`the work of ${who}: ${code}`);
    else if (late !== isLate) faults.push(`the work of ${who} is ${late ? 'late' : 'in time'}`);
  };

  let address = '';
  let code = '';
  let isOver = false;
  const sheets = [
    { name: 'Задания.pdf', bytes: readFileSync(join(DEMO, 'homework.pdf')) },
    { name: 'Записи.bin', bytes: contentOf({ seed: 'what is handed out', sizeBytes: 3_000_000 }) },
  ];
  const sheetHashes = sheets.map(({ bytes }) => sha256Of(bytes));
  /** A process looks at what came to it. */
  const checkFiles = async (pupil: LessonPupil) => {
    const { files } = await pupil.tell('got', { count: sheets.length });
    for (const file of files) {
      const at = sheets.findIndex(({ name }) => name === file.name);
      if (file.sha256 !== sheetHashes[at] || file.told !== file.sha256) {
        result.wrongBytes += 1;
        faults.push(`${pupil.name} has other bytes of ${file.name}`);
      }
      result.fetched += 1;
      result.bytes += file.sizeBytes;
    }
  };

  try {
    await step('a class on this computer with its list, and the lesson with the way in', async () => {
      await teacher.start();
      await teacher.createFirstClass(TEACHER, TITLE);
      await teacher.importList(list, names.length);
      await teacher.openClass(TITLE, 'Список класса');
      await teacher.listed(names.length);
      const shown = await teacher.lesson(TITLE);
      code = shown.code;
      const { port } = new URL(/^https?:/.test(shown.address) ? shown.address : `http://${shown.address}`);
      address = `http://${HUB_HOST}:${port}`;
      proxy = await NetworkProxy.start(Number(port), 1);
      proxy.change({ bitsPerSecond: SLOW_BITS_PER_SECOND });
      await picture('way-in');
      for (const pupil of pupils) pupil.address = address;
      byIndex(5).address = `http://${HUB_HOST}:${new URL(proxy.url).port}`;
      for (const [place, name] of names.slice(0, BROWSERS).entries()) {
        const plan = { title: TITLE, name, typed: shortOf(name), index: 100 + place, code, address };
        atBrowsers.push(new LessonBrowserPupil(plan, browser, place === 0));
      }
      await Promise.all(pupils.map((pupil) => pupil.start()));
    });

    await step(`${inTime.length + BROWSERS} pupils come in: from the address to confirmed and live`, async () => {
      const begunAt = performance.now();
      const join = async (pupil: LessonPupil) => {
        const { device, seen } = await pupil.tell('join', { address: pupil.address, code, name: shortOf(pupil.name) });
        pupil.device = device;
        for (const what of seen) leak(`${pupil.name} saw ${what} before he was let in`);
      };
      await Promise.all([...inTime.map(join), ...atBrowsers.map((one) => one.join())]);
      await picture('at-the-door');
      await teacher.confirmAll(inTime.length + BROWSERS);
      await Promise.all([
        ...inTime.map(async (pupil) => {
          pupil.memberId = (await pupil.tell('live', {})).memberId;
        }),
        ...atBrowsers.map((one) => one.isLive()),
      ]);
      result.joinSeconds = Math.round((performance.now() - begunAt) / 100) / 10;
      for (const { name } of inTime) here.add(name);
      for (const { plan } of atBrowsers) here.add(plan.name);
    });

    await step('the wall: everybody is here but three', async () => {
      await teacher.showWall();
      await wallIsTrue('at the start');
      await picture('wall-start');
    });

    await step('two files and a text are handed out; everybody has them', async () => {
      const files: string[] = [];
      for (const { name, bytes } of sheets) {
        const file = join(home, name);
        await writeFile(file, bytes);
        files.push(file);
      }
      await teacher.handOut(CARDS, CARDS_TEXT, files);
      areFilesOut = true;
      result.handedOut = files.length;
      await Promise.all(inTime.map(checkFiles));
      for (const one of atBrowsers) {
        const hashes = await one.received(
          CARDS,
          sheets.map(({ name }) => name),
        );
        if (hashes.join() !== sheetHashes.join()) {
          result.wrongBytes += 1;
          faults.push(`the page of ${one.plan.name} has other bytes`);
        }
        result.fetched += hashes.length;
        result.bytes += sheets.reduce((sum, { bytes }) => sum + bytes.length, 0);
      }
      await wallIsTrue('when all have the files');
      await picture('handed-out');
      await atBrowsers[1]!.picture(join(pictures, 'pupil-handed-out.png'));
    });

    await step('two come late and get what was given', async () => {
      for (const pupil of lateComers)
        pupil.device = (await pupil.tell('join', { address: pupil.address, code, name: shortOf(pupil.name) })).device;
      await teacher.page.getByText(`Ждут подтверждения: ${LATE_COMERS}`).waitFor();
      await picture('late-comers');
      await teacher.showDoor();
      await teacher.confirmAll(LATE_COMERS);
      await teacher.showWall();
      for (const pupil of lateComers) {
        pupil.memberId = (await pupil.tell('live', {})).memberId;
        here.add(pupil.name);
        await checkFiles(pupil);
      }
      await wallIsTrue('with the late comers');
    });

    await step('hands go up, at a browser too; the teacher was there', async () => {
      const [caller, atBrowser] = [byIndex(3), atBrowsers[0]!];
      await caller.tell('hand', { isUp: true });
      await atBrowser.raiseHand();
      hands.add(caller.name).add(atBrowser.plan.name);
      await wallIsTrue('with two hands');
      await picture('hands');
      await atBrowser.picture(join(pictures, 'pupil-hand.png'));
      await teacher.helped(shortOf(caller.name));
      await teacher.helped(shortOf(atBrowser.plan.name));
      await caller.tell('helped', { times: 1 });
      await atBrowser.handIsDown();
      hands.clear();
      await teacher.page.getByRole('menu').waitFor({ state: 'detached' });
      active.add(caller.name);
      await wallIsTrue('when the hands are down');
    });

    await step('works are collected until a bell; a cable is cut, a computer and the server are killed', async () => {
      await teacher.collect(CARDS, 1, 'Принимать с пометкой «поздно»');
      // The slow one begins, and is cut in the middle.
      const slow = byIndex(5);
      const big = filesFor(slow, 1, SLOW_WORK_BYTES);
      const slowWork = handIn(slow, CARDS, big);
      await teacher.page
        .getByRole('region', { name: 'Стена класса' })
        .locator('[data-state="sending"]')
        .filter({ hasText: shortOf(slow.name) })
        .filter({ hasText: /Отправляет [1-9]\d %/ })
        .waitFor();
      await picture('sending');
      proxy!.change({ way: 'silent' });
      result.cuts += 1;

      const first = inTime.filter(({ index }) => index < 12 && ![3, 5, 8, 9].includes(index));
      await Promise.all(
        first.map((pupil) =>
          taken(
            handIn(pupil, CARDS, filesFor(pupil, pupil.index % 3 === 0 ? 3 : 1), {
              together: pupil.index === 7 ? [byIndex(8)] : [],
            }),
            pupil.name,
            false,
          ),
        ),
      );
      // One page alone, one together with who sits beside.
      const pageWorks = [
        { pupil: atBrowsers[0]!, count: 2 },
        { pupil: atBrowsers[1]!, count: 1, partner: byIndex(9) },
      ];
      for (const { pupil, count, partner } of pageWorks) {
        const files = Array.from({ length: count }, (_, at) => ({
          name: `страница ${at + 1}.bin`,
          bytes: contentOf({ seed: `${pupil.plan.name} ${at}`, sizeBytes: 90_000 }),
        }));
        const note = `Работа: ${pupil.plan.typed}`;
        const more = partner ? { partner: partner.name } : {};
        const receipt = await pupil.handInAsked({ title: CARDS, files, note, ...more });
        const said = files.map(({ name, bytes }) => ({ name, sha256: sha256Of(bytes) }));
        works.push({ id: '', name: pupil.plan.name, files: said, note, answer: { code: null, receipt, late: false } });
        handedIn.add(pupil.plan.name);
        if (!partner) continue;
        works.push({
          id: '',
          name: partner.name,
          files: said,
          note,
          answer: await partner.tell('given', { title: CARDS }),
        });
        handedIn.add(partner.name);
        result.together += 1;
      }
      await atBrowsers[1]!.picture(join(pictures, 'pupil-handed-in.png'));
      await picture('collecting');

      // A computer is switched off in the middle of its work, and on again.
      const unlucky = byIndex(12);
      const half = filesFor(unlucky, 2, 400_000);
      const id = newId();
      const broken = handIn(unlucky, CARDS, half, { id }).catch(() => null);
      await unlucky.kill();
      await broken;
      result.kills += 1;
      await unlucky.start();
      await unlucky.tell('again', { address, device: unlucky.device! });
      await unlucky.tell('live', {});
      await taken(handIn(unlucky, CARDS, half, { id }), unlucky.name, false);
      await checkFiles(unlucky);

      // The class server itself.
      const others = inTime.filter(({ index }) => index > 12 && index < 20);
      const handing = others.map((pupil) =>
        taken(handIn(pupil, CARDS, filesFor(pupil, (pupil.index % 2) + 1)), pupil.name, false),
      );
      await teacher.killHub();
      result.kills += 1;
      await Promise.all(handing);
      proxy!.change({ bitsPerSecond: SLOW_BITS_PER_SECOND });
      const { late } = await slowWork;
      tell(`  the slow one came ${late ? 'late' : 'in time'}`);
      await wallIsTrue('after a cut and two kills');
      await picture('after-kills');
      await teacher.bellHasRung();
    });

    await step('who comes after the bell is late', async () => {
      const pupil = byIndex(20);
      await taken(handIn(pupil, CARDS, filesFor(pupil, 1)), pupil.name, true);
      const tiles = await wallIsTrue('after the bell');
      const tile = tiles.find(({ name }) => name === shortOf(pupil.name));
      if (!/поздно/i.test(tile?.text ?? '')) faults.push(`the tile of who was late says: ${tile?.text}`);
      await picture('after-the-bell');
    });

    await step('a cable is pulled: the wall says who is gone, and that he is back', async () => {
      const cut = byIndex(5);
      proxy!.change({ way: 'silent' });
      result.cuts += 1;
      const cutAt = performance.now();
      const tile = teacher.page
        .getByRole('region', { name: 'Стена класса' })
        .locator('[data-state]')
        .filter({ hasText: shortOf(cut.name) });
      await tile.filter({ hasText: /не здесь/i }).waitFor({ timeout: CUT_PATIENCE_MS });
      result.awayAfterCutSeconds = Math.round((performance.now() - cutAt) / 100) / 10;
      proxy!.change({ bitsPerSecond: SLOW_BITS_PER_SECOND });
      await tile.filter({ hasText: /не здесь/i }).waitFor({ state: 'detached' });
      await wallIsTrue('when the cable is back');
    });

    await step('once more, and after this bell nothing is taken', async () => {
      await teacher.collect(CARDS, 1, 'Не принимать');
      const some = inTime.filter(({ index }) => index > 20 && index < 25);
      await Promise.all(
        some.map((pupil) => taken(handIn(pupil, CARDS, filesFor(pupil, 1), { asked: 2 }), pupil.name, false)),
      );
      await teacher.bellHasRung();
      const tardy = byIndex(25);
      const answer = await handIn(tardy, CARDS, filesFor(tardy, 1), { asked: 2 });
      if (answer.code === 'collect-closed') result.refused += 1;
      else faults.push(`after the bell a work was answered with ${answer.code ?? 'yes'}`);
      await wallIsTrue('after the second bell');
      await picture('refused');
    });

    await step('nobody gets at what is another’s', async () => {
      const ids = new Map<string, string>();
      for (const row of readRows(join(teacher.userData, 'hub')))
        if (row.kind === 'handedIn')
          for (const { fileId } of (row.body?.['files'] ?? []) as { fileId: string }[])
            ids.set(fileId, String(row.body?.['memberId']));
      const [mine, theirs] = [byIndex(0), byIndex(1)];
      for (const [fileId, memberId] of ids) {
        const asker = memberId === mine.memberId ? theirs : mine;
        const { status } = await asker.tell('peek', { fileId });
        if (status === 200) leak(`${asker.name} fetched a file of somebody else`);
      }
    });

    await step(
      'the lesson ends while something is still collected: the pages are cleared, the teacher knows who is missing',
      async () => {
        await teacher.collect(null, null, 'Не принимать');
        handedIn.clear();
        const collected = await teacher.page
          .getByRole('region', { name: 'Сбор работ' })
          .getByText(/Работа на уроке/)
          .first()
          .innerText();
        const quick = byIndex(26);
        await taken(handIn(quick, collected, filesFor(quick, 1)), quick.name, false);
        await wallIsTrue('with something new');
        const { before, after } = await teacher.endLessonTold();
        await picture('the-end');
        const missing = [...here].filter((name) => name !== quick.name).map(shortOf);
        const untold = missing.filter((name) => !after.includes(name));
        if (untold.length > 0) faults.push(`the end does not name ${untold.join()}`);
        if (after.includes(shortOf(quick.name)) || after.includes(shortOf(sick)))
          faults.push('the end names somebody who has handed in, or was not here');
        if (!before.includes('Сбор ещё идёт')) faults.push('before the end nothing is said of the collecting');
        if (!after.includes('Сбор закончен')) faults.push('after the end nothing is said of the collecting');
        await Promise.all(pupils.map((pupil) => pupil.tell('ended', {})));
        for (const one of atBrowsers) faults.push(...(await one.afterLesson()));
        await atBrowsers[1]!.picture(join(pictures, 'pupil-cleared.png'));
        await teacher.closeDialog();
        await picture('after-the-end');
      },
    );

    await step('the app ends', async () => {
      const reports = await Promise.all(pupils.map(async (pupil) => ({ pupil, ...(await pupil.tell('report', {})) })));
      for (const { pupil, entries, oddities, heard } of reports) {
        faults.push(...oddities.map((odd) => `${pupil.name}: ${odd}`));
        if (heard.includes('wall')) leak(`${pupil.name} was told of the wall`);
        for (const { kind, body, seq } of entries) {
          const isOthers = (kind === 'handedIn' || kind === 'givenBack') && body?.memberId !== pupil.memberId;
          const isTeachers = ['reviewed', 'memberListed', 'joinRequested', 'joinDeclined'].includes(kind);
          if (isOthers || isTeachers) leak(`${pupil.name} saw ${kind} (seq ${seq})`);
        }
      }
      faults.push(...teacher.complaints.map((said) => `page: ${said}`));
      await teacher.quit();
    });
    isOver = true;
  } catch {
    // Told by its step.
    await teacher.quit().catch(() => undefined);
  } finally {
    if (isOver) judge();
    for (const pupil of pupils) pupil.end();
    await browser.close();
    await (proxy as NetworkProxy | null)?.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  const { lost, doubled, wrongBytes, leaked } = result;
  result.ok = faults.length === 0 && lost + doubled + wrongBytes + leaked === 0 && isOver;
  return result;

  /** What was promised, held against the hub's disk. */
  function judge() {
    const hubDir = join(teacher.userData, 'hub');
    const rows = readRows(hubDir);
    const stored = storedHashes(hubDir);
    const ids = new Set<string>();
    for (const { log_id: logId, id } of rows) {
      if (ids.has(`${logId} ${id}`)) double(`command ${id}`);
      ids.add(`${logId} ${id}`);
    }
    const memberOf = (name: string) =>
      rows.find(({ kind, body }) => kind === 'memberListed' && body?.['name'] === name)?.body?.['memberId'];
    const handed = rows.filter(({ kind }) => kind === 'handedIn');
    for (const { id, name, files, note, answer } of works) {
      const his = handed.filter(({ body }) => body?.['memberId'] === memberOf(name));
      const same = his.filter(({ body }) => body?.['receipt'] === answer.receipt);
      if (same.length === 0) lose(`the work of ${name} under his confirmation`);
      if (same.length > 1) double(`the work of ${name}`);
      const [row] = same;
      if (!row) continue;
      if (id !== '' && row.id !== id) lose(`the work of ${name} under his own id`);
      const there = (row.body?.['files'] ?? []) as { name: string; sha256: string }[];
      const isSame = there.map((file) => `${file.name} ${file.sha256}`).join() === files.map((file) => `${file.name} ${file.sha256}`).join(); // prettier-ignore
      if (!isSame || there.some(({ sha256 }) => !stored.has(sha256))) {
        result.wrongBytes += 1;
        faults.push(`the work of ${name} has other files`);
      }
      if (row.body?.['note'] !== note) lose(`what ${name} wrote`);
      if (row.body?.['late'] !== answer.late) faults.push(`${name} was told ${answer.late ? 'late' : 'in time'}`);
      result.handedIn += 1;
      if (answer.late) result.late += 1;
    }
    const extra = handed.length - works.length;
    if (extra !== 0) double(`${handed.length} works in the log of ${works.length}`);
    const ends = rows.filter(({ kind }) => kind === 'collected').length;
    if (ends !== 3) faults.push(`${ends} collectings ended, of 3`);
  }
}
