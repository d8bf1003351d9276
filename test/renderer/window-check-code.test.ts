// Checking a confirmation code under keys and a mouse, in a real browser, over a class on paper in which one code is true.
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { TRUE_CODE, TRUE_TEXT } from '../gallery/page/code-stage.ts';
import type { TeacherScene } from '../gallery/scene-list.ts';
import { windowStage } from './window/stage.ts';

const stage = windowStage();
let page: Page;
async function open(scene: TeacherScene = 'check-code', place = '/check-code') {
  page = await stage(`?scene=${scene}&place=${place}`);
}
const field = () => page.getByRole('textbox', { name: 'Код' });
const answer = () => page.getByRole('main').getByRole('status');
const button = (name: string) => page.getByRole('button', { name, exact: true });

describe('the way there', () => {
  it('from the menu of an assignment, by keys', async () => {
    await open('check-code', '/class/:log/assignments');
    await page
      .getByRole('link', { name: /Упражнение 214/ })
      .first()
      .click();
    await button('Ещё действия').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Проверить код сдачи…' }).waitFor();
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => field().evaluate((input) => document.activeElement === input)).toBe(true);
  });

  it('from the palette: by its name, or by the code itself, typed as it comes', async () => {
    await open('check-code', '/class/:log/chat');
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('проверить код');
    await page.getByRole('option', { name: /^Проверить код сдачи/ }).waitFor();
    await page.keyboard.press('Enter');
    await field().waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('2в12n 30ewd');
    await page.getByRole('option', { name: `Проверить код сдачи ${TRUE_CODE}` }).waitFor();
    await page.keyboard.press('Enter');
    await answer().getByText(`Код ${TRUE_CODE} верный`).waitFor();
    expect(await field().inputValue()).toBe(TRUE_CODE);
  });
});

describe('the answer', () => {
  it('says whose work it is, which files with their sizes, when; and leads to the work', async () => {
    await open();
    await field().pressSequentially('2в12n–30ewd');
    await answer().getByText(`Код ${TRUE_CODE} верный`).waitFor();
    const facts = await answer().locator('dl > div').allInnerTexts();
    expect(facts.map((fact) => fact.split(/\n+/))).toEqual([
      ['Ученик', 'Белов Фёдор Андреевич'],
      ['Класс', '7А'],
      ['Задание', 'Упражнение 214: причастный оборот'],
      ['Попытка', '2'],
      ['Сдано по часам сервера', 'сегодня, 13:49'],
    ]);
    await answer().getByText('14 байт').waitFor();
    await answer()
      .getByText(/17\s558 байт/)
      .waitFor();
    await page.getByRole('link', { name: 'Открыть работу' }).click();
    await page.getByText('Белов Фёдор Андреевич').first().waitFor();
    await page.waitForURL(/#\/review\//);
  });

  it('a file is the very one, or another, whatever it is called', async () => {
    await open();
    await field().fill(TRUE_CODE);
    await button('Выбрать файл').waitFor();
    const choose = async (name: string, text: string) =>
      page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
    await choose('копия.txt', TRUE_TEXT);
    await answer().getByText('копия.txt — тот самый файл').waitFor();
    await choose('решение.txt', TRUE_TEXT.replace('7', '8'));
    await answer().getByText('решение.txt — другой файл').waitFor();
    expect(await answer().getByText('тот самый файл').count()).toBe(0);
  });

  it('a dropped file is compared too', async () => {
    await open();
    await field().fill(TRUE_CODE);
    await button('Выбрать файл').waitFor();
    const transfer = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'с флешки.txt'));
      return data;
    }, TRUE_TEXT);
    for (const type of ['dragover', 'drop'])
      await page.getByText(/Перетащите его сюда/).dispatchEvent(type, { dataTransfer: transfer });
    await answer().getByText('с флешки.txt — тот самый файл').waitFor();
    // Nor did the window go to it.
    expect(page.url()).toMatch(/#\/check-code$/);
  });

  it('one wrong sign: the code that was meant is offered, and one press takes it', async () => {
    await open();
    await field().fill('2B12N-30EVD');
    await answer().getByText('Такого кода нет, но есть похожий').waitFor();
    await answer()
      .getByText(/Белов Фёдор Андреевич/)
      .waitFor();
    await button(TRUE_CODE).click();
    await answer().getByText(`Код ${TRUE_CODE} верный`).waitFor();
    expect(await answer().getByText('есть похожий').count()).toBe(0);
  });

  it('no such code: why that may be, and that this computer is behind where it is', async () => {
    await open('check-code-unknown');
    await field().fill('7KQ4M-2XW9T');
    await answer().getByText('Такого кода в ваших классах нет').waitFor();
    await answer()
      .getByText(/ещё не обновился/)
      .waitFor();
    await open('check-code');
    await field().fill('7KQ4M-2XW9T');
    await answer().getByText('Такого кода в ваших классах нет').waitFor();
    // The paper hub is there, and the class is as far as it goes.
    expect(
      await answer()
        .getByText(/ещё не обновился/)
        .count(),
    ).toBe(0);
  });

  it('a code beside a work that it does not follow from is not called right', async () => {
    await open('check-code-mismatch');
    await field().fill('2B12N-30EWE');
    await answer().getByText('Код 2B12N-30EWE не сходится с работой').waitFor();
    expect(await answer().getByText('верный').count()).toBe(0);
  });

  it('what is no code says so at the field: a foreign sign and too much at once, too little when asked', async () => {
    await open();
    await field().fill('2B12Ж');
    await page.getByText('Знака «Ж» в таких кодах не бывает').waitFor();
    await field().fill('2B12N-30EWD-22');
    await page.getByText('12 знаков, а в коде их 10').waitFor();
    await field().fill('2B12');
    expect(await page.getByText('кода не хватает').count()).toBe(0);
    await field().press('Enter');
    await page.getByText('4 знака из 10: кода не хватает').waitFor();
    await field().fill('<img src=x onerror=alert(1)>');
    await page.getByText('Знака «<» в таких кодах не бывает').waitFor();
  });
});
