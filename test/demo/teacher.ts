/**
 * A teacher at the app: every act goes by pointer, keyboard and file chooser on what is visible, in Russian, as on the school's
 * PC. Hides Playwright and where things stand on the screens; knows nothing of the product's code.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Locator, Page } from 'playwright';
import { launchParta } from '../electron/launch.ts';

const PATIENCE_MS = 30_000;
/** A class of files crosses to a laptop. */
const LONG_PATIENCE_MS = 120_000;

const LOOK_AGAIN_MS = 100;

/** Waits for something that only the disk shows. */
async function until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`did not see within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

export interface AtWork {
  mark: string;
  comment: string;
}

/** A pupil on the lesson's wall: the name on the tile, the word for how he is, everything that stands there. */
export interface WallTile {
  name: string;
  state: string;
  text: string;
}

export class Teacher {
  readonly userData: string;
  /** Console errors and exceptions of the page, for the end of the story. */
  readonly complaints: string[] = [];
  page!: Page;
  private app!: ElectronApplication;
  private readonly env: Record<string, string>;

  constructor(userData: string, env: Record<string, string>) {
    this.userData = userData;
    this.env = env;
  }

  /** Starts the app and waits for its first screen. */
  async start(): Promise<this> {
    this.app = await launchParta({ userData: this.userData, env: this.env });
    this.page = await this.app.firstWindow();
    this.page.setDefaultTimeout(PATIENCE_MS);
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    await this.page.getByRole('main').first().waitFor();
    return this;
  }

  /** Closes the window as people do, and waits until the process is gone. */
  async quit(): Promise<void> {
    await this.app.close();
  }

  /** The power cut: no goodbye. */
  async kill(): Promise<void> {
    const { pid } = this.app.process();
    const gone = new Promise((resolve) => this.app.process().once('exit', resolve));
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await gone;
  }

  picture(file: string): Promise<unknown> {
    return this.page.screenshot({ path: file });
  }

  private button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }
  private go(name: string | RegExp): Promise<void> {
    return this.page.getByRole('navigation', { name: 'Разделы' }).getByRole('link', { name }).click();
  }

  // ── First run ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async createFirstClass(teacherName: string, title: string): Promise<void> {
    await this.button('Создать класс на этом компьютере').click();
    await this.page.getByLabel('Как вас зовут').fill(teacherName);
    await this.page.getByLabel('Название класса').fill(title);
    await this.button('Создать класс').click();
    await this.page.getByRole('heading', { name: `Список класса ${title}` }).waitFor();
  }

  async createClass(title: string): Promise<void> {
    await this.go('Новый класс');
    await this.page.getByLabel('Название класса').fill(title);
    await this.button('Создать класс').click();
    await this.page.getByRole('heading', { name: `Список класса ${title}` }).waitFor();
  }

  async connectTo(address: string, code: string): Promise<void> {
    await this.button('Подключиться к серверу').click();
    await this.page.getByLabel('Адрес сервера').fill(address);
    await this.page.getByLabel('Одноразовый код').fill(code);
    await this.button('Подключиться').last().click();
    await this.page.getByRole('navigation', { name: 'Разделы' }).waitFor();
  }

  /** From the screen that offers it; `count` names on the list afterwards. */
  async importList(file: string, count: number): Promise<void> {
    await this.choose(this.button('Выбрать файл'), file);
    await this.button(new RegExp(`^Добавить ${count} `)).click();
  }

  private async choose(opener: Locator, file: string | string[]): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), opener.click()]);
    await chooser.setFiles(file);
  }

  // ── Class ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  async openClass(title: string, tab: 'Чат' | 'Задания' | 'Список класса'): Promise<void> {
    await this.go(new RegExp(`^${title}`));
    await this.page
      .getByRole('navigation', { name: `Разделы класса ${title}` })
      .getByRole('link', { name: new RegExp(`^${tab}`) })
      .click();
  }

  /** How many the list of the open class says it has. */
  async listed(count: number): Promise<void> {
    await this.page
      .getByText(new RegExp(`^${count} учени`))
      .first()
      .waitFor();
  }

  /** Waits for that many at the door and lets in all whose name matches one line. */
  async confirmAll(count: number): Promise<void> {
    await this.button(`Подтвердить всех: ${count}`).click({ timeout: LONG_PATIENCE_MS });
    await this.button(/^Подтвердить всех/).waitFor({ state: 'detached' });
  }

  /** Lets one in whose name could be several: the line is chosen by hand. */
  async confirmOne(typed: string, line: string): Promise<void> {
    const request = this.page.getByRole('listitem').filter({ hasText: typed }).first();
    await request.getByPlaceholder('Выберите строку списка').click();
    await this.page.getByRole('option', { name: line }).click();
    await this.button(`Подтвердить: ${typed}`).click();
  }

  async write(text: string): Promise<void> {
    const composer = this.page.getByRole('textbox', { name: 'Написать в чат' });
    await composer.fill(text);
    await composer.press('Enter');
    await this.page.getByText(text).first().waitFor();
  }

  async assign(title: string, text: string, file: string, also: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Новое задание' }).first().click();
    await this.page.getByLabel('Название', { exact: true }).fill(title);
    await this.page.getByLabel('Что нужно сделать').fill(text);
    await this.choose(this.button('Прикрепить файлы'), file);
    await this.button('Завтра').click();
    await this.page
      .getByRole('group', { name: 'Кому' })
      .getByRole('checkbox', { name: new RegExp(also) })
      .check();
    await this.button('Выдать задание').click();
    await this.page.getByText(title).first().waitFor();
  }

  /** The card of an assignment says how many have handed in. */
  async handedIn(count: number, total: number): Promise<void> {
    await this.page
      .getByText(new RegExp(`Сдали ${count} из ${total}`, 'i'))
      .first()
      .waitFor({ timeout: LONG_PATIENCE_MS });
  }

  // ── Lesson and devices ──────────────────────────────────────────────────────────────────────────────────────────────

  /** What stands on the projector: address and code. */
  async lesson(title: string): Promise<{ address: string; code: string }> {
    await this.go('Урок');
    const chooser = this.page.getByRole('combobox', { name: 'Класс', exact: true });
    await this.page.getByRole('heading', { name: 'Урок' }).waitFor();
    if (await chooser.isVisible()) await chooser.selectOption(title);
    const main = this.page.getByRole('main');
    const code = await main
      .getByText(/^\d{3}\s\d{3}$/)
      .first()
      .innerText();
    const address = await main
      .getByText(/^(https?:\/\/)?[\w.-]+:\d+$/)
      .first()
      .innerText();
    return { address, code: code.replace(/\s/g, '') };
  }

  async showWall(): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Что показать' }).getByText('Стена').click();
    await this.page.getByRole('region', { name: 'Стена класса' }).waitFor();
  }
  async showDoor(): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Что показать' }).getByText('Вход').click();
  }

  /** Every tile as it stands. */
  async wall(): Promise<WallTile[]> {
    return this.page
      .getByRole('region', { name: 'Стена класса' })
      .first()
      .locator('[data-state]')
      .evaluateAll((tiles) =>
        tiles.map((tile) => ({
          name: tile.firstElementChild?.textContent ?? '',
          state: (tile as HTMLElement).dataset.state ?? '',
          text: (tile as HTMLElement).innerText,
        })),
      );
  }

  async handOut(title: string, text: string, files: string[]): Promise<void> {
    await this.page.getByRole('button', { name: 'Раздать', exact: true }).click();
    const dialog = this.page.getByRole('dialog');
    await this.choose(dialog.getByRole('button', { name: 'Выбрать файлы' }), files);
    await dialog.getByLabel('Что сказать').fill(text);
    await dialog.getByLabel('Название').fill(title);
    await dialog.getByRole('button', { name: 'Раздать', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** @param minutes to the bell; null: none @param what the title of what is collected; null: something new */
  async collect(what: string | null, minutes: number | null, after: string): Promise<void> {
    await this.page
      .getByRole('button', { name: /^Собрать( ещё раз)?$/ })
      .first()
      .click();
    const dialog = this.page.getByRole('dialog');
    const choice = dialog.getByLabel('Что собрать');
    if (what === null) await choice.selectOption('new');
    else await choice.selectOption({ label: what });
    if (minutes !== null) {
      await dialog.getByLabel('Минут до звонка').fill(String(minutes));
      await dialog.getByRole('radio', { name: 'Через' }).check();
    }
    await dialog.getByRole('radio', { name: after }).check();
    await dialog.getByRole('button', { name: 'Собрать', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** The bar says that the bell has rung. */
  async bellHasRung(): Promise<void> {
    await this.page.getByRole('timer').getByText('Сбор закончен').waitFor({ timeout: LONG_PATIENCE_MS });
  }

  /** At the pupil's tile. */
  async helped(name: string): Promise<void> {
    const tile = this.page.getByRole('region', { name: 'Стена класса' }).first().getByRole('button', { name }).first();
    await tile.click();
    const item = this.page.getByRole('menuitem', { name: 'Помощь оказана' });
    await item.click();
    await item.waitFor({ state: 'detached' });
  }

  /** The end of a lesson, with what is said before and after it. */
  async endLessonTold(): Promise<{ before: string; after: string }> {
    await this.button('Закончить урок').click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Закончить урок' }).waitFor();
    const before = await dialog.innerText();
    await dialog.getByRole('button', { name: 'Закончить урок' }).click();
    await dialog.getByText(/Урок закончен/).waitFor();
    return { before, after: await dialog.innerText() };
  }
  async closeDialog(): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /** The class server that runs inside this app is ended as by a crash; another one is there when it resolves. */
  async killHub(): Promise<void> {
    const pid = this.hubPid();
    if (pid === null) throw new Error('no process of the hub is there');
    process.kill(pid, 'SIGKILL');
    await until('another hub', () => ![null, pid].includes(this.hubPid()), LONG_PATIENCE_MS);
  }
  private hubPid(): number | null {
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const [, rest = ''] = /^\d+ \(.*\) (.*)$/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
          const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
          return [{ pid: Number(name), state: rest[0], parent: Number(rest.split(' ')[1]), args }];
        } catch {
          return [];
        }
      });
    const isOurs = (pid: number): boolean =>
      pid === this.app.process().pid ||
      processes.some((one) => one.pid === pid && one.parent > 1 && isOurs(one.parent));
    const hub = processes.find(
      ({ pid, state, args }) => state !== 'Z' && args.some((arg) => arg.endsWith('hub.js')) && isOurs(pid),
    );
    return hub?.pid ?? null;
  }

  async endLesson(): Promise<string> {
    await this.button('Закончить урок').click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Закончить урок' }).click();
    const said = this.page.getByText(/Урок закончен/).first();
    await said.waitFor();
    const text = await said.innerText();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
    return text;
  }

  async deviceCode(): Promise<string> {
    await this.go('Устройства');
    await this.button('Подключить ноутбук').click();
    const code = await this.page
      .getByRole('dialog')
      .getByText(/^\d{4}\s\d{4}$/)
      .innerText();
    await this.page.keyboard.press('Escape');
    return code.replace(/\s/g, '');
  }

  // ── Review ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  async reviewList(): Promise<void> {
    await this.go('Проверка');
    await this.page.getByRole('heading', { name: 'Проверка' }).waitFor();
  }

  /** From the list of what waits, where it stands already. */
  async openReviewHere(assignment: string): Promise<void> {
    await this.page.getByRole('listitem').filter({ hasText: assignment }).first().getByRole('link').first().click();
  }

  /** By key to the next pupil; milliseconds until that work is shown. */
  async nextWork(): Promise<number> {
    return this.page.evaluate(async () => {
      const work = () => document.querySelector('section[aria-label="Работа"]');
      const shown = () => work()?.querySelector('canvas, img, pre, [data-state="shown"]') ?? null;
      const before = shown();
      const begunAt = performance.now();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', code: 'ArrowDown', bubbles: true }));
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      while (shown() === before || shown() === null) await frame();
      return performance.now() - begunAt;
    });
  }

  /** Opens an assignment's review from the list of what waits. */
  async openReview(title: string, assignment: string): Promise<void> {
    await this.go('Проверка');
    const row = this.page.getByRole('listitem').filter({ hasText: assignment }).filter({ hasText: title }).first();
    await row.getByRole('link').first().click();
    await this.page.getByRole('heading', { name: assignment }).waitFor();
  }

  /** The pupil whose work is open. */
  async current(): Promise<string> {
    return this.page.getByRole('complementary').getByRole('heading').first().innerText();
  }

  /** The open work shows itself inside the app, or says that the system's program is for it. */
  async workIsShown(): Promise<string> {
    const work = this.page.getByRole('region', { name: 'Работа' });
    // A document stands in a frame of its own, which says when it is there.
    const shown = work
      .locator('canvas, img, pre, [data-state="shown"]')
      .or(work.getByText('Этот файл Парта не показывает'))
      .first();
    await shown.waitFor();
    return shown.evaluate((element) => element.tagName.toLowerCase());
  }

  /** By keyboard alone: mark, comment, done and on to the next. */
  async review({ mark, comment }: AtWork): Promise<void> {
    await this.page.keyboard.press(mark);
    if (comment !== '') {
      await this.page.keyboard.press('c');
      await this.page.keyboard.type(comment);
      await this.page.keyboard.press('Control+Enter');
    } else {
      await this.page.keyboard.press('Enter');
    }
  }

  /** The list says that this pupil's work is checked and waits to be sent. */
  async isWaiting(name: string): Promise<void> {
    const row = this.page.getByRole('list', { name: 'Ученики' }).getByRole('listitem').filter({ hasText: name });
    await row.getByRole('img', { name: 'Ждёт отправки' }).waitFor();
  }

  /** Every mark that the list of the open assignment's works shows. */
  async reviews(): Promise<{ name: string; mark: string }[]> {
    await this.page.getByRole('list', { name: 'Ученики' }).waitFor();
    const list = this.page.getByRole('list', { name: 'Ученики' }).getByRole('listitem');
    return list.evaluateAll((items) =>
      items.map((item) => {
        // A row is: state, name, signs; then the mark, the only other text.
        const row = item.querySelector('button');
        const name = row?.children[1]?.textContent ?? '';
        return { name, mark: (row?.textContent ?? '').replace(name, '').trim() };
      }),
    );
  }

  async giveBackAll(count: number): Promise<void> {
    await this.button(`Отдать проверенное: ${count}`).click();
    await this.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Отдать \d+/ })
      .click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  async leaveReview(): Promise<void> {
    await this.button('Выйти из проверки')
      .or(this.page.getByRole('link', { name: 'Выйти из проверки' }))
      .first()
      .click();
  }

  /** The library on this computer's disk holds at least that many files, and nothing is on its way any more. */
  async allFilesHere(count: number): Promise<void> {
    const folder = join(this.userData, 'files');
    const held = () =>
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
        : 0;
    await until(`${count} files in the library`, () => held() >= count, LONG_PATIENCE_MS);
    // The line in the rail stays a while for who wants to open what has come; it says when nothing is on its way.
    await this.button(/^Файлы.*на сервер/).waitFor({ state: 'detached', timeout: LONG_PATIENCE_MS });
  }

  // ── Connection ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async isOffline(): Promise<void> {
    await this.button(/^Без сети/).waitFor();
  }
  /** Connected, nothing waiting any more. */
  async isCurrent(): Promise<void> {
    await this.page.getByRole('button', { name: 'В сети', exact: true }).waitFor({ timeout: LONG_PATIENCE_MS });
  }
  /** How many things the rail says are waiting; 0 where it says nothing. */
  async waiting(): Promise<number> {
    const text = await this.button(/^(Без сети|В сети|Обновляется)/)
      .first()
      .innerText();
    return Number(/\d+/.exec(text)?.[0] ?? 0);
  }
}
