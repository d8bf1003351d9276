// Works on their way into and out of the built app: `parta FILE…`, taking in an archive, saving everything, with its own hub, main,
// preload and page. Native dialogs are replaced; nothing here was seen on a real desktop.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchParta, shellEnvironment } from '../electron/launch.ts';
import { rawZip } from '../support/raw-zip.ts';

const ROOT = join(import.meta.dirname, '..', '..');
let dir = '';
let app: ElectronApplication;
let page: Page;

/** What the next dialog is answered with. */
const answerDialog = (...filePaths: string[]) =>
  app.evaluate(({ dialog }, paths) => {
    Object.assign(dialog, { showOpenDialog: async () => ({ canceled: false, filePaths: paths }) });
  }, filePaths);
const put = (name: string, bytes: string | Buffer) => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parta-works-'));
  mkdirSync(join(dir, 'data'));
  mkdirSync(join(dir, 'Диск'));
  app = await launchParta({
    userData: join(dir, 'data'),
    env: { PARTA_HUB_PORT: '0' },
    args: [put('Памятка.txt', 'Памятка')],
  });
  page = await app.firstWindow();
  await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
});
afterAll(async () => {
  await app?.close();
  rmSync(dir, { recursive: true, force: true });
});

it('a file that the app was started with waits until there is a class, and lies in its chat', async () => {
  await page.getByRole('button', { name: 'Создать класс на этом компьютере' }).click();
  await page.getByLabel('Как вас зовут').fill('Ирина Петровна');
  await page.getByLabel('Название класса').fill('7А');
  await page.getByRole('button', { name: 'Создать класс' }).click();
  const asking = page.getByRole('dialog', { name: 'Куда это?' });
  await asking.getByText('Памятка.txt').waitFor();
  await asking.getByRole('radio', { name: 'В чат' }).check();
  await asking.getByRole('button', { name: 'Дальше' }).click();
  await page.getByRole('main').getByText('Памятка.txt').waitFor();
  expect(await page.evaluate(() => location.hash)).toContain('/chat/');
});

it('a second start hands its file over to the first', async () => {
  put('Задание.txt', 'Задание');
  const electron = createRequire(import.meta.url)('electron') as unknown as string;
  const sandbox = process.getuid?.() === 0 && !electron.includes('test') ? ['--no-sandbox'] : [];
  execFileSync(electron, [...sandbox, ROOT, `--user-data-dir=${join(dir, 'data')}`, 'Задание.txt'], {
    cwd: dir,
    env: { ...process.env, ...shellEnvironment() },
    timeout: 60_000,
  });
  const asking = page.getByRole('dialog', { name: 'Куда это?' });
  await asking.getByText('Задание.txt').waitFor();
  await asking.getByRole('radio', { name: 'В новое задание' }).check();
  await asking.getByRole('button', { name: 'Дальше' }).click();
  await page.getByRole('textbox', { name: /^Название/ }).fill('Сочинение');
  await page.getByText('Задание.txt').waitFor();
  await page.getByRole('button', { name: 'Выдать задание' }).click();
  await page.getByRole('link', { name: 'Сочинение' }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
});

it('what is dropped is looked into by its path, which only the preload gives', async () => {
  const path = put('Белов.txt', 'работа');
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'probe', multiple: true });
    // The stand-in learns where a chosen file lies before it tells of it.
    input.addEventListener('change', () => input.setAttribute('data-chosen', ''));
    document.body.append(input);
  });
  await page.setInputFiles('#probe', path);
  await page.locator('#probe[data-chosen]').waitFor({ state: 'attached' });
  const looked = await page.evaluate(() => {
    const { files } = document.querySelector<HTMLInputElement>('#probe')!;
    return window.parta.intake([...files!]);
  });
  expect(looked).toMatchObject({
    ok: true,
    value: { title: 'Белов.txt', files: [{ name: 'Белов.txt', sizeBytes: 12 }] },
  });
  expect(JSON.stringify(looked)).not.toContain(dir);
  const named = await page.evaluate(
    (paths) => window.parta.call('intake.files' as 'intake.choose', { paths } as never),
    [path],
  );
  expect(named).toEqual({ ok: false, code: 'bad-request' });
});

it('an archive of an old program is sorted by pupils who were never here, brought, and saved again as it was', async () => {
  // The list of a class, as it is pasted.
  const rail = page.getByRole('navigation', { name: 'Разделы' });
  await rail.getByRole('link', { name: /^7А/ }).click();
  await page.getByRole('link', { name: 'Список класса' }).click();
  for (const name of ['Белов Илья', 'Щукина Юлия']) {
    await page.getByRole('textbox', { name: 'Добавить ученика' }).fill(name);
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name }).or(page.getByText(name)).first().waitFor();
  }
  const cp1251 = (text: string) =>
    Buffer.from([...text].map((one) => (/[А-я]/.test(one) ? one.charCodeAt(0) - 0x410 + 0xc0 : one.charCodeAt(0))));
  const zip = rawZip([
    { name: cp1251('Белов Илья/1.txt'), bytes: Buffer.from('первая'), method: 8 },
    { name: cp1251('Белов Илья/2.txt'), bytes: Buffer.from('вторая') },
    { name: 'Shchukina.txt', bytes: Buffer.from('третья') },
    { name: '../../evil.txt' },
  ]);
  await answerDialog(put('Работы.zip', zip));
  await page.getByRole('link', { name: /^Задания/ }).click();
  await page.getByRole('link', { name: 'Сочинение' }).click();
  await page.getByRole('button', { name: 'Принять работы' }).click();
  await page.getByRole('menuitem', { name: 'Из файлов или архива…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Принять работы/ });
  await dialog.getByText('Пропущено: 1').waitFor();
  await dialog.getByRole('button', { name: 'Принять 2 работы' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => page.getByText('принёс учитель').count()).toBe(2);

  await answerDialog(join(dir, 'Диск'));
  await page.getByRole('button', { name: 'Ещё действия' }).click();
  await page.getByRole('menuitem', { name: 'Сохранить всё…' }).click();
  await page.getByRole('button', { name: 'Выбрать папку…' }).click();
  await page.getByRole('alert').filter({ hasText: 'Сохранено: 7А' }).waitFor();
  await page.getByRole('button', { name: /^Сохранение/ }).click();
  await page.getByRole('region', { name: /^Сохранено/ }).waitFor();
  const folder = join(dir, 'Диск', '7А', 'Сочинение');
  expect(readdirSync(folder).sort()).toEqual([
    'Белов Илья – 1.txt',
    'Белов Илья – 2.txt',
    'Щукина Юлия – Shchukina.txt',
  ]);
  expect(readFileSync(join(folder, 'Белов Илья – 1.txt'), 'utf8')).toBe('первая');
  expect(Date.now() - statSync(join(folder, 'Белов Илья – 1.txt')).mtimeMs).toBeLessThan(10 * 60_000);
});
