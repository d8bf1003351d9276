// A portfolio between two built apps, the first with a hub of its own: out to one that has never been on any network, and back. Native
// dialogs are replaced; nothing here was seen on a real desktop.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchParta } from '../electron/launch.ts';

let dir = '';
let app: ElectronApplication;
let page: Page;

async function open(name: string, ...args: string[]) {
  app = await launchParta({ userData: join(dir, name), env: { PARTA_HUB_PORT: '0' }, args });
  page = await app.firstWindow();
  await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
}
/** What the next dialog is answered with. */
const answerDialog = (path: string) =>
  app.evaluate(
    ({ dialog }, paths) => {
      Object.assign(dialog, { showOpenDialog: async () => ({ canceled: false, filePaths: paths }) });
    },
    [path],
  );
const stick = () => readdirSync(join(dir, 'Флешка')).filter((name) => name.endsWith('.parta'));
const go = (place: string) => page.evaluate((at) => void (location.hash = at), place);
async function say(text: string) {
  const field = page.getByRole('textbox', { name: 'Написать в чат' });
  await field.fill(text);
  await field.press('Enter');
  await page.getByTestId('messages').getByText(text).waitFor();
}
const making = () => page.getByRole('dialog', { name: 'Собрать портфель' });
const opening = () => page.getByRole('dialog', { name: 'Портфель' });
const openChat = () => page.getByRole('navigation', { name: 'Разделы' }).getByRole('link', { name: /^7А/ }).click();

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'parta-portfolio-'));
  for (const name of ['кабинет', 'ноутбук', 'Флешка']) mkdirSync(join(dir, name));
});
afterAll(async () => {
  await app?.close();
  rmSync(dir, { recursive: true, force: true });
});

it('classes go to a laptop without a network, and what was done there comes home, once', async () => {
  await open('кабинет');
  await page.getByRole('button', { name: 'Создать класс на этом компьютере' }).click();
  await page.getByLabel('Как вас зовут').fill('Ирина Петровна');
  await page.getByLabel('Название класса').fill('7А');
  await page.getByRole('button', { name: 'Создать класс' }).click();
  await page.getByRole('navigation', { name: 'Разделы' }).waitFor();
  await openChat();
  await say('На понедельник');
  await page.waitForFunction(() => !document.body.innerText.includes('Не отправлено'));
  await go('/portfolio');
  await answerDialog(join(dir, 'Флешка'));
  await page.getByRole('button', { name: 'Собрать портфель…' }).click();
  const password = await making()
    .getByText(/^(\d{4} ){3}\d{4}$/)
    .innerText();
  await making().getByRole('button', { name: 'Выбрать, куда положить…' }).click();
  await making().getByText('Готово, лежит в «Флешка»').waitFor();
  expect(stick()).toHaveLength(1);
  await app.close();

  // The hub is gone with the other computer: whatever the laptop knows, it knows from the file.
  writeFileSync(join(dir, 'Флешка', 'не портфель.txt'), 'x');
  await open('ноутбук');
  await answerDialog(join(dir, 'Флешка', stick()[0]!));
  await page.getByRole('button', { name: /^Открыть портфель/ }).click();
  await opening().getByLabel('Пароль', { exact: true }).fill(password);
  await opening().getByRole('button', { name: 'Открыть' }).click();
  await opening().getByRole('button', { name: 'Принять' }).click();
  await opening().getByText('Портфель принят').waitFor();
  await opening().getByRole('button', { name: 'Готово' }).click();
  await openChat();
  await page.getByTestId('messages').getByText('На понедельник').waitFor();
  await say('Проверила дома');
  await go('/portfolio');
  await answerDialog(join(dir, 'Флешка'));
  await page.getByRole('button', { name: 'Собрать портфель…' }).click();
  await making().getByText('Поедет всё, что вы сделали здесь').waitFor();
  await making().getByRole('button', { name: 'Выбрать, куда положить…' }).click();
  await making().getByText('Готово, лежит в «Флешка»').waitFor();
  await app.close();

  // Back: the system opens the file by its name, and no password is asked for.
  const home = stick().find((name) => name.startsWith('Портфель с отметками'))!;
  await open('кабинет', join(dir, 'Флешка', home));
  await opening().getByText('отметки, сообщения и другое: 1').waitFor();
  await opening().getByRole('button', { name: 'Принять' }).click();
  await opening().getByText('Принято для отправки: 1.').waitFor();
  await opening().getByRole('button', { name: 'Готово' }).click();
  await openChat();
  await page.getByTestId('messages').getByText('Проверила дома').waitFor();
  await go('/portfolio');
  await answerDialog(join(dir, 'Флешка', home));
  await page.getByRole('button', { name: 'Открыть портфель…' }).click();
  await opening().getByText('Этот портфель уже принят').waitFor();
  await opening().getByRole('button', { name: 'Принять' }).click();
  await opening().getByText('Уже было здесь: 1.').waitFor();
  await opening().getByRole('button', { name: 'Готово' }).click();
  await openChat();
  await expect.poll(() => page.getByTestId('messages').getByText('Проверила дома').count()).toBe(1);
});
