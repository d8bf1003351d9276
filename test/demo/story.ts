/**
 * A school day by itself, in fresh profiles: the whole main job from the first start to marks on pupils' pages, with a laptop that
 * goes home without a network and with crashes on the way. Teachers act by pointer and keyboard only (teacher.ts), pupils are
 * processes of their own on the bare wire (pupil-process.ts), two of them real browser pages (browser-pupil.ts). What must be true
 * afterwards is judged by checker.ts, which shares no code with the product.
 */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellLine } from '../electron/launch.ts';
import { BrowserPupil, openBrowser } from './browser-pupil.ts';
import { check, type Verdict } from './checker.ts';
import { Journal } from './journal.ts';
import { PupilRunner } from './pupil-runner.ts';
import { tamper, type Break } from './tamper.ts';
import { telling, type Step } from './telling.ts';
import { Teacher } from './teacher.ts';

export interface Result {
  ok: boolean;
  shell: string;
  pupils: number;
  handedIn: number;
  returned: number;
  lost: number;
  doubled: number;
  leaked: number;
  kills: number;
  steps: Step[];
  screenshots: string;
  faults: string[];
}

const ROOT = join(import.meta.dirname, '../..');
const DEMO = join(ROOT, 'resources/demo');
const SAMPLES = join(ROOT, 'test/support/samples');
const HUB_HOST = 'hub.test';
const TASK = 'Упражнение 214: причастный оборот';
const TEACHER = 'Ирина Петровна Смирнова';
const HELLO = 'Добрый день! Задание на завтра в разделе «Задания».';
const FROM_HOME = 'Проверяю работы дома, отметки будут утром.';

/** A window that was just opened paints its list, then its marks. */
const LOOKS_AFTER_CRASH = 50;
const LOOK_AGAIN_MS = 100;

interface ClassPlan {
  title: string;
  list: string;
  names: string[];
}

/** Names of a list as the school has it: `;` and cp1251, three columns; or `,` and UTF-8, one. */
function namesIn(file: string): string[] {
  const bytes = readFileSync(file);
  const isUtf8 = bytes[0] === 0xef;
  const [, ...lines] = new TextDecoder(isUtf8 ? 'utf-8' : 'windows-1251').decode(bytes).trim().split(/\r?\n/);
  return lines.map((line) =>
    isUtf8 ? line.split(',')[0]!.replaceAll('"', '') : line.split(';').slice(1, 4).join(' '),
  );
}

const WORKS = [
  { name: 'решение.pdf', mediaType: 'application/pdf', file: 'documents/homework.pdf' },
  { name: 'тетрадь.jpg', mediaType: 'image/jpeg', file: 'documents/photo-of-page.jpg' },
  {
    name: 'сочинение.docx',
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    file: 'documents/homework.docx',
  },
  { name: 'ответ.txt', mediaType: 'text/plain', file: 'documents/homework.txt' },
];
/** Everybody's bytes differ, so that a mixed-up file is seen. */
function workOf(index: number) {
  const work = WORKS[index % WORKS.length]!;
  const bytes = Buffer.concat([readFileSync(join(SAMPLES, work.file)), Buffer.from(`\n% ${index}\n`)]);
  return { name: work.name, mediaType: work.mediaType, bytes };
}

/** What a pupil types: surname and first name, which the list has once. */
const typedName = (name: string) => name.split(' ').slice(0, 2).join(' ');

export interface StoryOptions {
  pictures: string;
  tell: (line: string) => void;
  /** A fault put into the hub's data at night; the checker has to name it. */
  breaks: Break | null;
}

/** Plays the day; never throws: what went wrong is in the result. */
export async function playStory({ pictures, tell, breaks }: StoryOptions): Promise<Result> {
  const home = await mkdtemp(join(tmpdir(), 'parta-demo-'));
  await rm(pictures, { recursive: true, force: true });
  await mkdir(pictures, { recursive: true });
  const steps: Step[] = [];
  const faults: string[] = [];
  let isOver = false;
  let kills = 0;
  let verdict: Verdict = { handedIn: 0, returned: 0, lost: 0, doubled: 0, leaked: 0, faults: [] };

  const classes: ClassPlan[] = [
    { title: '7А', list: join(DEMO, '7А.csv'), names: namesIn(join(DEMO, '7А.csv')) },
    { title: '7Б', list: join(DEMO, '7Б.csv'), names: namesIn(join(DEMO, '7Б.csv')) },
  ];
  const pupilCount = classes.reduce((sum, { names }) => sum + names.length, 0);
  const env = { PARTA_HUB_HOSTS: HUB_HOST, LANG: 'ru_RU.UTF-8' };
  const schoolPc = new Teacher(join(home, 'school'), env);
  const laptop = new Teacher(join(home, 'laptop'), env);
  const journal = new Journal(join(home, 'journal.jsonl'));
  const runner = new PupilRunner();
  const browser = await openBrowser();
  const browserPupils: BrowserPupil[] = [];

  const { picture, step } = telling({
    steps,
    faults,
    pictures,
    tell,
    everybody: () => [
      ['school', schoolPc],
      ['laptop', laptop],
      ...browserPupils.map((pupil, place) => [`pupil-${place}`, pupil] as const),
    ],
  });
  /** The app is killed and started again; what the journal says must still be there. */
  const kill = async (who: Teacher) => {
    await who.kill();
    kills += 1;
    await who.start();
  };

  /** What the journal has and the open review does not show, once it stands still. */
  const shownAgain = async (title: string) => {
    let missing: string[] = [];
    for (let look = 0; look < LOOKS_AFTER_CRASH; look++) {
      missing = journal.compare(await laptop.reviews(), title);
      if (missing.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    return missing;
  };

  let address = '';
  const codes: Record<string, string> = {};
  try {
    await step('first start: a class on this computer, its list from a file', async () => {
      await schoolPc.start();
      await picture(schoolPc, 'first-run');
      const [first, second] = classes as [ClassPlan, ClassPlan];
      await schoolPc.createFirstClass(TEACHER, first.title);
      await schoolPc.importList(first.list, first.names.length);
      await schoolPc.createClass(second.title);
      await schoolPc.importList(second.list, second.names.length);
      for (const { title, names } of classes) {
        await schoolPc.openClass(title, 'Список класса');
        await schoolPc.listed(names.length);
      }
      await picture(schoolPc, 'list');
    });

    await step('the lesson shows address, code and QR', async () => {
      for (const { title } of classes) {
        const shown = await schoolPc.lesson(title);
        codes[title] = shown.code;
        const { port } = new URL(/^https?:/.test(shown.address) ? shown.address : `http://${shown.address}`);
        address = `http://${HUB_HOST}:${port}`;
      }
      await picture(schoolPc, 'lesson');
    });

    await step(`${pupilCount} pupils knock and see nothing of the class`, async () => {
      let index = 0;
      for (const { title, names } of classes) {
        for (const [place, name] of names.entries()) {
          const isBrowser = title === '7А' && place < 2;
          const plan = { title, name, typed: typedName(name), index: index++, code: codes[title]!, address };
          if (isBrowser) browserPupils.push(new BrowserPupil(plan, browser, place === 0));
          else runner.add(plan, place % 6 !== 5);
        }
      }
      for (const pupil of browserPupils) await pupil.join();
      await runner.join();
      faults.push(...runner.seenWhileWaiting());
      await browserPupils[0]!.picture(join(pictures, '03-pupil-waiting.png'));
    });

    await step('the teacher lets in all whose name matches one line', async () => {
      for (const { title, names } of classes) {
        await schoolPc.openClass(title, 'Список класса');
        if (title === '7А') await picture(schoolPc, 'at-the-door');
        await schoolPc.confirmAll(names.length);
      }
    });

    await step('the laptop joins by a one-time code', async () => {
      const code = await schoolPc.deviceCode();
      await laptop.start();
      await laptop.connectTo(`127.0.0.1:${new URL(address).port}`, code);
      for (const { title } of classes) await laptop.openClass(title, 'Чат');
    });

    await step('a word to the class, one homework for both', async () => {
      const [first, second] = classes as [ClassPlan, ClassPlan];
      await schoolPc.openClass(first.title, 'Чат');
      await schoolPc.write(HELLO);
      journal.note('message', { text: HELLO });
      await schoolPc.openClass(first.title, 'Задания');
      await schoolPc.assign(TASK, 'Выделите обороты графически.', join(DEMO, 'homework.pdf'), second.title);
      await picture(schoolPc, 'assignments');
    });

    await step('pupils fetch the sheet, answer in the chat, hand in and get a confirmation', async () => {
      for (const pupil of browserPupils) await pupil.work(TASK, workOf(pupil.plan.index));
      await browserPupils[0]!.picture(join(pictures, '07-pupil-handed-in.png'));
      await runner.work(TASK, workOf);
      for (const { title, names } of classes) {
        await schoolPc.openClass(title, 'Задания');
        await schoolPc.handedIn(names.length, names.length);
      }
      await picture(schoolPc, 'all-handed-in');
    });

    await step('the laptop has everything', async () => {
      for (const { title, names } of classes) {
        await laptop.openClass(title, 'Задания');
        await laptop.handedIn(names.length, names.length);
      }
      await laptop.allFilesHere(pupilCount);
    });

    await step('the lesson ends: pages on shared computers are cleared', async () => {
      for (const { title } of classes) {
        await schoolPc.lesson(title);
        await schoolPc.endLesson();
      }
      await runner.leave();
      for (const pupil of browserPupils) faults.push(...(await pupil.afterLesson()));
      await browserPupils[1]!.picture(join(pictures, '09-pupil-cleared.png'));
      await schoolPc.quit();
    });

    await step('at home without a network: every work is opened, marked and commented by keyboard', async () => {
      await laptop.isOffline();
      for (const { title, names } of classes) {
        await laptop.openReview(title, TASK);
        for (let place = 0; place < names.length; place++) {
          const name = await laptop.current();
          await laptop.workIsShown();
          const said = {
            mark: String(5 - (place % 4)),
            comment: place % 3 === 0 ? `Проверено, ${title}, ${place + 1}.` : '',
          };
          if (title === '7А' && place === 2) await picture(laptop, 'review');
          await laptop.review(said);
          await laptop.isWaiting(name);
          journal.note('review', { title, name, ...said });
          if (title === '7А' && place === 9) {
            await kill(laptop);
            faults.push(...(await shownAgain('7А')));
          }
        }
        await laptop.leaveReview();
      }
      await kill(laptop);
      for (const { title } of classes) {
        await laptop.openReview(title, TASK);
        await picture(laptop, `after-the-crash-${title}`);
        faults.push(...(await shownAgain(title)));
        await laptop.leaveReview();
      }
    });

    await step('a word from home waits in plain sight, through a crash', async () => {
      await laptop.openClass('7А', 'Чат');
      await laptop.write(FROM_HOME);
      journal.note('message', { text: FROM_HOME });
      await kill(laptop);
      await laptop.openClass('7А', 'Чат');
      await laptop.page.getByText(FROM_HOME).first().waitFor();
      const waiting = await laptop.waiting();
      if (waiting !== pupilCount + 1) faults.push(`waiting in plain sight: ${waiting} of ${pupilCount + 1}`);
      await picture(laptop, 'waiting');
    });

    const put = (fault: Break) => step(`(fault put in: ${fault})`, () => tamper(join(schoolPc.userData, 'hub'), fault));
    // A work under another name is seen by the apps themselves the next day, which would end the story before its judge comes.
    if (breaks && breaks !== 'wrong-pupil') await put(breaks);

    await step('next day: the server is back, everything arrives once', async () => {
      await schoolPc.start();
      await laptop.isCurrent();
      await schoolPc.openClass('7А', 'Чат');
      await schoolPc.page.getByText(FROM_HOME).first().waitFor();
    });

    await step('pupils come back; who was cleared is let in again', async () => {
      const shared = runner.shared();
      await runner.comeBack(codes);
      const back = [...shared];
      for (const pupil of browserPupils.filter((one) => !one.keeps)) {
        await pupil.join();
        back.push(pupil.plan);
      }
      for (const { title } of classes) {
        const count = back.filter((plan) => plan.title === title).length;
        await schoolPc.openClass(title, 'Список класса');
        if (count > 0) await schoolPc.confirmAll(count);
      }
    });

    await step('given back: marks appear on pupils’ pages', async () => {
      for (const { title, names } of classes) {
        await laptop.openReview(title, TASK);
        await laptop.giveBackAll(names.length);
        await laptop.leaveReview();
      }
      await laptop.isCurrent();
      await runner.see();
      for (const pupil of browserPupils) await pupil.see(TASK);
      await browserPupils[0]!.picture(join(pictures, '14-pupil-mark.png'));
      await picture(laptop, 'returned');
      await schoolPc.openClass('7А', 'Задания');
      await picture(schoolPc, 'done');
    });

    await step('the apps end', async () => {
      faults.push(...[...schoolPc.complaints, ...laptop.complaints].map((said) => `page: ${said}`));
      await laptop.quit();
      await schoolPc.quit();
    });
    if (breaks === 'wrong-pupil') await put(breaks);
    isOver = true;
  } catch {
    // Told by its step.
    await laptop.quit().catch(() => undefined);
    await schoolPc.quit().catch(() => undefined);
  } finally {
    const seen = [...runner.reports(), ...browserPupils.map((pupil) => pupil.report())];
    // A day that broke off is not judged: everything after the break would look lost.
    try {
      if (isOver)
        verdict = check(join(schoolPc.userData, 'hub'), seen, journal, {
          task: TASK,
          sheet: join(DEMO, 'homework.pdf'),
        });
    } catch (error) {
      verdict.faults.push(`checker: ${error instanceof Error ? error.message : String(error)}`);
    }
    await runner.end();
    await browser.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  faults.push(...verdict.faults);
  const { handedIn, returned, lost, doubled, leaked } = verdict;
  const isWhole = handedIn === pupilCount && returned === pupilCount && lost + doubled + leaked === 0;
  const ok = faults.length === 0 && isWhole && steps.every((one) => one.ok);
  const shell = shellLine().includes('stand-in') ? 'stand-in' : 'electron';
  return {
    ok,
    shell,
    pupils: pupilCount,
    handedIn,
    returned,
    lost,
    doubled,
    leaked,
    kills,
    steps,
    screenshots: 'demo-output',
    faults,
  };
}
