// Making and opening a portfolio in the teacher's window, by keys and by the mouse. In a real browser, over a class on paper.
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { PASSPHRASE_DIGITS, PASSPHRASE_MIN, PORTFOLIO_FILES_MAX } from '../../src/core/portfolio.ts';
import type { PortfolioJob } from '../../src/preload/contract.ts';
import { job, summary, TAKEN } from '../gallery/page/portfolio-stage.ts';
import { windowStage } from './window/stage.ts';

const stage = windowStage();
let page: Page;

async function open(scene: string, place = '/portfolio', timezoneId = 'UTC') {
  page = await stage(`?scene=${scene}&place=${place}`, {
    timezoneId,
    // Main takes the lines of what is made.
    prepare: (one) =>
      one.route('**/portfolio/*', (route) => route.fulfill({ json: { ok: true, value: {} }, status: 200 })),
  });
  await page.getByRole('navigation').first().waitFor();
}
const dialog = (name: string) => page.getByRole('dialog', { name });
const asked = (name: string) =>
  page.evaluate((call) => window.harness.desktop.asked.filter((one) => one.name === call).map(({ input }) => input as Record<string, unknown>), name); // prettier-ignore
const now = (jobId: string, part: Partial<PortfolioJob>) =>
  page.evaluate(([id, news]) => void window.harness.desktop.portfolioNow(id, news), [jobId, part] as const);

describe('making one', () => {
  it('for a new laptop, by keys alone: a name, a class left out, the password that is shown is the one that is used', async () => {
    await open('portfolio-empty');
    const make = page.getByRole('button', { name: 'Собрать портфель…' });
    await make.press('Enter');
    const asking = dialog('Собрать портфель');
    const name = asking.getByRole('textbox', { name: 'Как назвать ноутбук' });
    await expect.poll(() => name.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Мой ноутбук');
    await asking.getByText('Файлы: 143 файла').waitFor();
    const classes = asking.getByRole('checkbox');
    await classes.last().press(' ');
    const digits = await asking.getByText(/^(\d{4} ){3}\d{4}$/).innerText();
    expect(digits.replaceAll(' ', '')).toHaveLength(PASSPHRASE_DIGITS);
    await name.press('Enter');
    await asking.getByText('Шифруем и записываем').waitFor();
    const close = asking.getByRole('button', { name: 'Закрыть', exact: true }).last();
    await expect.poll(() => close.evaluate((one) => one === document.activeElement)).toBe(true);
    // It stands there for as long as the dialog does.
    await asking.getByText(digits).waitFor();
    const [request] = await asked('portfolio.begin');
    expect(request).toMatchObject({ pairId: null, device: 'Мой ноутбук', passphrase: digits.replaceAll(' ', '') });
    expect(request!['title']).toBe('Портфель – Мой ноутбук – 2026-11-12');
    const [packed] = await asked('portfolio.pack');
    expect((packed!['facts'] as { classes: unknown[] }).classes).toHaveLength(1);
    expect(packed).toMatchObject({ onlyNew: true });
    await now('made', { state: 'done' });
    await asking.getByText('Готово, лежит в «KINGSTON»').waitFor();
    await asking.getByRole('button', { name: 'Показать в папке' }).click();
    expect(await asked('portfolio.show')).toEqual([{ jobId: 'made' }]);
    await page.keyboard.press('Escape');
    await asking.waitFor({ state: 'detached' });
    expect(await page.getByText(digits).count()).toBe(0);
  });

  it('a password of one’s own must be long enough', async () => {
    await open('portfolio-empty');
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const asking = dialog('Собрать портфель');
    await asking.getByRole('button', { name: 'Придумать самому' }).click();
    const go = asking.getByRole('button', { name: 'Выбрать, куда положить…' });
    const field = asking.getByRole('textbox', { name: 'Свой пароль' });
    await field.fill('х'.repeat(PASSPHRASE_MIN - 1));
    expect(await go.isDisabled()).toBe(true);
    await field.fill('х'.repeat(PASSPHRASE_MIN));
    await go.click();
    await asking.getByText('Шифруем и записываем').waitFor();
    expect((await asked('portfolio.begin'))[0]).toMatchObject({ passphrase: 'х'.repeat(PASSPHRASE_MIN) });
  });

  it('a password of digits must have enough of them, however they stand; the day is the one on the teacher’s wall', async () => {
    await open('portfolio-empty', '/portfolio', 'Asia/Vladivostok');
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const asking = dialog('Собрать портфель');
    await asking.getByRole('button', { name: 'Придумать самому' }).click();
    const go = asking.getByRole('button', { name: 'Выбрать, куда положить…' });
    const field = asking.getByRole('textbox', { name: 'Свой пароль' });
    await field.fill('1 2 3 4 5 6 7 8');
    expect(await go.isDisabled()).toBe(true);
    await field.fill('1234 5678 9012');
    await go.click();
    await asking.getByText('Шифруем и записываем').waitFor();
    expect((await asked('portfolio.begin'))[0]!['title']).toBe('Портфель – Ноутбук дома – 2026-11-13');
  });

  it('for a laptop that is known there is no password; all files go again where that is wished', async () => {
    await open('portfolio-pack-known');
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const asking = dialog('Собрать портфель');
    await asking.getByText('Уже есть на том компьютере: 58 файлов').waitFor();
    expect(await asking.getByText('Пароль', { exact: true }).count()).toBe(0);
    await asking.getByRole('checkbox', { name: 'Положить и то, что там уже есть' }).click();
    await asking.getByRole('button', { name: 'Выбрать, куда положить…' }).click();
    await asking.getByText('Шифруем и записываем').waitFor();
    expect((await asked('portfolio.begin'))[0]).toMatchObject({ pairId: 'pair-1', passphrase: null });
    expect((await asked('portfolio.pack'))[0]).toMatchObject({ onlyNew: false });
    // It goes on without the dialog, and can be stopped from the screen.
    await asking.getByRole('button', { name: 'Закрыть', exact: true }).last().click();
    await page.getByRole('button', { name: 'Остановить' }).click();
    await page.getByText('Остановлено, ничего не осталось.').waitFor();
  });

  it('of two laptops the one that the last went to is offered, and its password stays, whichever comes last meanwhile', async () => {
    await open('portfolio-pack-known');
    const turnRound = () =>
      page.evaluate(() => {
        const { desktop } = window.harness;
        desktop.portfolios = { ...desktop.portfolios, pairs: desktop.portfolios.pairs.toReversed() };
        desktop.portfolioNow('made', { doneBytes: 60 });
      });
    await turnRound();
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const asking = dialog('Собрать портфель');
    await expect.poll(() => asking.getByRole('radio', { name: 'Ноутбук на даче' }).isChecked()).toBe(true);
    const digits = await asking.getByText(/^(\d{4} ){3}\d{4}$/).innerText();
    await asking.getByRole('button', { name: 'Выбрать, куда положить…' }).click();
    await asking.getByText('40 Б из 100 Б').waitFor();
    await turnRound();
    await asking.getByText('60 Б из 100 Б').waitFor();
    expect(await asking.getByText(digits).count()).toBe(1);
  });

  it('on a laptop there is nothing to choose: what was done goes home', async () => {
    await open('portfolio-pack-home');
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const asking = dialog('Собрать портфель');
    await asking.getByText('Поедет всё, что вы сделали здесь').waitFor();
    expect(await asking.getByRole('checkbox').count()).toBe(0);
    await asking.getByRole('button', { name: 'Выбрать, куда положить…' }).click();
    await asking.getByText('Шифруем и записываем').waitFor();
    expect((await asked('portfolio.begin'))[0]!['title']).toBe('Портфель с отметками – 2026-11-12');
    expect((await asked('portfolio.pack'))[0]).toMatchObject({ facts: { classes: [], works: 0 } });
  });

  it('without the server there is no first one, and that is said with what to do', async () => {
    await open('portfolio-empty');
    await page.evaluate(() => {
      const { desktop } = window.harness;
      const call = desktop.call.bind(desktop);
      desktop.call = async (name, input) => {
        const answer = await call(name, input);
        if (name === 'portfolio.begin') desktop.portfolioNow('made', { state: 'failed', trouble: 'no-hub' });
        return name === 'portfolio.begin' ? { ok: true, value: desktop.portfolios.jobs.at(-1) as never } : answer;
      };
    });
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const asking = dialog('Собрать портфель');
    await asking.getByRole('button', { name: 'Выбрать, куда положить…' }).click();
    await asking.getByRole('alert').getByText('Сервер не отвечает').waitFor();
    // A password for nothing is no password to write down.
    expect(await asking.getByText('Пароль для ноутбука').count()).toBe(0);
    expect(await asked('portfolio.pack')).toEqual([]);
  });

  it('more files than go along are said before anything is asked; more of what must go home, when it is known', async () => {
    const tooMuch = (asking: Locator) => asking.getByRole('alert').getByText('Слишком много для одного портфеля');
    await open('portfolio-empty');
    await page.evaluate((count) => {
      window.harness.store.watchFiles = (_logId, tell) => {
        tell(Array(count).fill({ fileId: 'f', name: 'a', sizeBytes: 1, sha256: 'a'.repeat(64), mediaType: '' }));
        return () => undefined;
      };
    }, PORTFOLIO_FILES_MAX + 1);
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const asking = dialog('Собрать портфель');
    await tooMuch(asking).waitFor();
    expect(await asking.getByRole('button', { name: 'Выбрать, куда положить…' }).isDisabled()).toBe(true);
    expect(await asked('portfolio.weigh')).toEqual([]);

    await open('portfolio-pack-home');
    await page.evaluate((count) => {
      const { store } = window.harness;
      const pack = store.pack.bind(store);
      store.pack = async (...given) => ({ ...(await pack(...given)), uploads: Array(count).fill({}) });
    }, PORTFOLIO_FILES_MAX + 1);
    await page.getByRole('button', { name: 'Собрать портфель…' }).click();
    const home = dialog('Собрать портфель');
    await home.getByRole('button', { name: 'Выбрать, куда положить…' }).click();
    await tooMuch(home).waitFor();
    expect(await asked('portfolio.stop')).toEqual([{ jobId: 'made' }]);
    expect(await asked('portfolio.pack')).toEqual([]);
  });
});

describe('opening one', () => {
  it('asks for its password until it fits, shows what is inside, takes it in, and says what came of it', async () => {
    await open('portfolio-empty');
    await page.evaluate(
      ([chosen, inside]) => {
        const { desktop } = window.harness;
        desktop.portfolioChosen = { ...chosen, serverId: desktop.servers[0]!.serverId };
        desktop.portfolioInside = inside;
      },
      [job({ jobId: 'in', state: 'locked', needsPassphrase: true }), summary()] as const,
    );
    await page.getByRole('button', { name: 'Открыть портфель…' }).press('Enter');
    const opening = dialog('Портфель');
    const field = opening.getByLabel('Пароль', { exact: true });
    await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.type('1111 1111 1111 1111');
    await page.keyboard.press('Enter');
    await opening.getByRole('alert').getByText('Пароль не подошёл').waitFor();
    await field.fill('1234 5678 9012 3456');
    await field.press('Enter');
    await opening.getByText('на компьютере «Кабинет 12»').waitFor();
    await opening.getByText('7А, 8В, Проектная мастерская, 10 класс').waitFor();
    await opening.getByText('3 файла в портфель не попали').waitFor();
    // Each step has the focus where it goes on: hands stay on the keys.
    const focused = (name: string) =>
      expect.poll(() => opening.getByRole('button', { name }).evaluate((one) => one === document.activeElement)).toBe(true); // prettier-ignore
    await focused('Принять');
    await page.keyboard.press('Enter');
    await opening.getByText('Проверяем и записываем').waitFor();
    await focused('Свернуть');
    // It can be left, and comes back when it is over.
    await opening.getByRole('button', { name: 'Свернуть' }).click();
    await opening.waitFor({ state: 'detached' });
    await page.evaluate((taken) => {
      window.harness.store.takeIn = async () => taken;
    }, TAKEN);
    await now('in', { state: 'ready' });
    await opening.getByText('Портфель принят').waitFor();
    await opening.getByText('Нового в классах: 384 записи.').waitFor();
    await opening.getByText('Принято для отправки: 41.').waitFor();
    await opening.getByText('Сервер не принял: 1.').waitFor();
    expect(await asked('portfolio.taken')).toEqual([{ jobId: 'in', taken: TAKEN, trouble: null }]);
    await focused('Готово');
    await page.keyboard.press('Enter');
    await opening.waitFor({ state: 'detached' });
    expect(await asked('portfolio.forget')).toEqual([{ jobId: 'in' }]);
  });

  it('from a computer that was never met: who takes it in is told whose name it speaks in', async () => {
    await open('portfolio-empty');
    await page.evaluate(
      (chosen) => {
        const { desktop } = window.harness;
        desktop.portfolioChosen = { ...chosen, serverId: desktop.servers[0]!.serverId };
      },
      job({ jobId: 'in', state: 'looked', summary: { ...summary(), isFirst: false, isUnmet: true } }),
    );
    await page.getByRole('button', { name: 'Открыть портфель…' }).press('Enter');
    const opening = dialog('Портфель');
    await opening.getByText('Портфелей с компьютера «Кабинет 12» здесь ещё не было').waitFor();
    expect(await opening.getByText('станет одним из ваших устройств').count()).toBe(0);
    const cancel = opening.getByRole('button', { name: 'Отмена' });
    await expect.poll(() => cancel.evaluate((one) => one === document.activeElement)).toBe(true);
  });

  it('what does not fit into the classes is said, and nothing of it is called taken in', async () => {
    await open('portfolio-empty');
    await page.evaluate(
      (chosen) => {
        const { desktop, store } = window.harness;
        store.takeIn = () => Promise.reject(Object.assign(new Error('wrong-key'), { name: 'PartaError' }));
        desktop.portfolioChosen = { ...chosen, serverId: desktop.servers[0]!.serverId };
      },
      job({ jobId: 'in', state: 'ready', summary: summary() }),
    );
    await page.getByRole('button', { name: 'Открыть портфель…' }).click();
    const opening = dialog('Портфель');
    await opening.getByRole('alert').waitFor();
    const [told] = await asked('portfolio.taken');
    expect(told).toMatchObject({ jobId: 'in', taken: null });
    await opening.getByRole('button', { name: 'Выбрать другой файл…' }).click();
    await expect.poll(async () => (await asked('portfolio.choose')).length).toBe(2);
  });

  it('from the first door, where there is no server yet', async () => {
    page = await stage('?scene=first-run');
    await page.getByRole('button', { name: /^Открыть портфель/ }).click();
    await expect.poll(async () => (await asked('portfolio.choose')).length).toBe(1);
    await page.evaluate(
      (one) => {
        const { desktop } = window.harness;
        desktop.portfolios = { ...desktop.portfolios, jobs: [one] };
        desktop.tell('portfolios', desktop.portfolios);
      },
      job({ state: 'locked', needsPassphrase: true }),
    );
    await dialog('Портфель').getByLabel('Пароль', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await dialog('Портфель').waitFor({ state: 'detached' });
  });

  it('is found by the palette, in the settings and beside the devices', async () => {
    await open('portfolio-empty', '/settings');
    await page.getByRole('button', { name: 'Портфель' }).click();
    await page.getByRole('heading', { level: 1, name: 'Портфель' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('портф');
    await page
      .getByRole('option', { name: /^Портфель/ })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await page.evaluate(() => void (location.hash = '/devices'));
    await page.getByRole('main').getByRole('link', { name: 'Портфель' }).click();
    await page.getByRole('heading', { level: 1, name: 'Портфель' }).waitFor();
    expect(await page.evaluate(() => location.hash)).toBe('#/portfolio');
  });
});
