/** A pupil at a real browser: the page at `http://hub.test:PORT`, by pointer and keyboard, in Russian. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath, hubHostFlag } from '../support/chromium.ts';
import type { PupilPlan, Seen, WorkFile } from './pupil-runner.ts';

const PATIENCE_MS = 60_000;
const PHONE = { width: 390, height: 844 };
const LAB_PC = { width: 1280, height: 800 };

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS, hubHostFlag], env: CHROMIUM_ENV });

export class BrowserPupil {
  readonly plan: PupilPlan;
  /** "This is my computer": a phone; else a shared PC of the lab. */
  readonly keeps: boolean;
  private readonly browser: Browser;
  private context: BrowserContext | null = null;
  protected page!: Page;
  protected readonly seen: Omit<Seen, 'plan'> = { oddities: [] };

  constructor(plan: PupilPlan, browser: Browser, keeps: boolean) {
    this.plan = plan;
    this.browser = browser;
    this.keeps = keeps;
  }

  /** Opens the address, gives code and name; nothing of the class may be on the page. */
  async join(): Promise<void> {
    if (!this.context) {
      this.context = await this.browser.newContext({ viewport: this.keeps ? PHONE : LAB_PC, locale: 'ru-RU' });
      this.page = await this.context.newPage();
      this.page.setDefaultTimeout(PATIENCE_MS);
      this.page.on('pageerror', (error) => this.seen.oddities?.push(`pupil's page: ${error.message}`));
    }
    await this.page.goto(this.plan.address);
    await this.page.getByLabel('Код класса').fill(this.plan.code);
    await this.page.getByLabel('Фамилия и имя').fill(this.plan.typed);
    if (this.keeps) await this.page.getByLabel('Это мой компьютер').check();
    await this.page.getByRole('button', { name: 'Войти' }).click();
    await this.page.getByRole('heading', { name: 'Учитель подтверждает вход' }).waitFor();
    const text = await this.page.locator('body').innerText();
    for (const secret of [this.plan.title, 'Ирина Петровна'])
      if (text.includes(secret)) this.seen.oddities?.push(`the waiting page shows "${secret}"`);
  }

  async work(task: string, work: WorkFile): Promise<void> {
    const card = this.page.getByRole('article').filter({ hasText: task });
    await card.waitFor();
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      card.getByRole('link', { name: /homework\.pdf/ }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const { createHash } = await import('node:crypto');
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    this.seen.taskFileSha256 = sha256(Buffer.concat(chunks));
    const [chooser] = await Promise.all([
      this.page.waitForEvent('filechooser'),
      card.getByText('Выбрать файлы').first().click(),
    ]);
    await chooser.setFiles({ name: work.name, mimeType: work.mediaType, buffer: work.bytes });
    await card.getByLabel('Пояснение для учителя').fill(`Работа ${this.plan.index}`);
    await card.getByRole('button', { name: 'Сдать', exact: true }).click();
    const receipt = this.page.getByText(/[0-9A-Z]{5}-[0-9A-Z]{5}/).first();
    await receipt.waitFor();
    this.seen.receipt = /[0-9A-Z]{5}-[0-9A-Z]{5}/.exec(await receipt.innerText())?.[0] ?? '';
    this.seen.handedIn = { fileId: '', name: work.name, sha256: sha256(work.bytes) };
    const tab = this.page.getByRole('tab', { name: /^Чат/ });
    if (await tab.isVisible()) await tab.click();
    await this.page.getByRole('textbox', { name: 'Сообщение' }).fill(`Сдано, ${this.plan.index}`);
    await this.page.getByRole('button', { name: 'Отправить' }).click();
    await this.page.getByText(`Сдано, ${this.plan.index}`).first().waitFor();
  }

  /** A shared PC shows nothing and keeps nothing; a pupil's own keeps the class. */
  async afterLesson(): Promise<string[]> {
    if (this.keeps) return [];
    await this.page.getByRole('heading', { name: 'Урок закончен' }).waitFor();
    const text = await this.page.locator('body').innerText();
    const left = await this.page.evaluate(async () => ({
      databases: (await indexedDB.databases()).map((database) => database.name),
      session: Object.keys(sessionStorage).length,
      local: Object.keys(localStorage).length,
    }));
    const faults: string[] = [];
    if (text.includes(this.plan.title) || text.includes('Ирина Петровна'))
      faults.push('a cleared page still shows the class');
    if (left.databases.length + left.session > 0) faults.push(`a cleared page keeps ${JSON.stringify(left)}`);
    return faults;
  }

  /** The mark is on the page. */
  async see(task: string): Promise<void> {
    if (this.keeps) await this.page.reload();
    const tab = this.page.getByRole('tab', { name: /^Задания/ });
    if (await tab.isVisible()) await tab.click();
    const card = this.page.getByRole('article').filter({ hasText: task });
    const state = card.getByText(/^Проверено/).first();
    await state.waitFor();
    if (!(await card.getByText('Отметка').isVisible()))
      await card.getByRole('button', { expanded: false }).first().click();
    await card.getByText('Отметка').waitFor();
    this.seen.mark = /Отметка\s*:?\s*(\S+)/.exec(await card.innerText())?.[1] ?? null;
  }

  picture(file: string): Promise<unknown> {
    return this.page.screenshot({ path: file });
  }

  report(): Seen {
    return { plan: this.plan, ...this.seen };
  }
}
