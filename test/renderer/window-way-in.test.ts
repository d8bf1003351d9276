// The self-check of the way in under a mouse and under keys: what the teacher answers and chooses goes to main, word for word.
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import type { TeacherScene } from '../gallery/scene-list.ts';
import { windowStage } from './window/stage.ts';

const stage = windowStage();
let page: Page;
async function open(scene: TeacherScene) {
  page = await stage(`?scene=${scene}&place=/lesson/:log`);
  await check().waitFor();
}
const check = () => page.getByRole('region', { name: 'Проверка связи' });
const button = (name: string) => check().getByRole('button', { name, exact: true });
const asked = (name: string) =>
  page.evaluate(
    (wanted) => window.harness.desktop.asked.filter((call) => call.name === wanted).map(({ input }) => input),
    name,
  );

it('one question decides: what another computer shows, and then its address, by keys alone', async () => {
  await open('way-in-unknown');
  await button('Не открылось').click();
  await expect.poll(() => asked('hub.check')).toEqual([{ report: { opened: false, peer: null } }]);
  await page.evaluate(() => {
    const { desktop } = window.harness;
    desktop.hub = { ...desktop.hub, wayIn: { ...desktop.hub.wayIn!, detail: 'no-peer' } };
    desktop.tell('hub', desktop.hub);
  });
  const field = check().getByRole('textbox', { name: 'Адрес того компьютера' });
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.type('не знаю');
  await page.keyboard.press('Enter');
  await check().getByText('Адрес вида 192.168.1.20').waitFor();
  await expect.poll(() => asked('hub.check')).toHaveLength(1);
  await field.fill(' 192.168.1.57 ');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => (await asked('hub.check')).at(-1))
    .toEqual({ report: { opened: false, peer: '192.168.1.57' } });
});

it('it opened elsewhere: that is said too', async () => {
  await open('way-in-unknown');
  await button('Открылась Парта').click();
  await expect.poll(() => asked('hub.check')).toEqual([{ report: { opened: true, peer: null } }]);
});

it.each(['waits at the door', 'is here'])('who %s is known at once, whenever was looked last', async (how) => {
  await open('way-in-unknown');
  await check().getByText('пока никто не вошёл').waitFor();
  await page.evaluate((isWaiting) => {
    const { store, logId } = window.harness;
    const { paper } = store.logs.find((one) => one.logId === logId)!;
    const { memberId } = Object.values(paper.state.members).find(({ role }) => role === 'student')!;
    const tile = { memberId, isHere: true, wantsHelpSince: null, activeAt: null, down: [], up: [] };
    const personId = store.newSeriesId() as never;
    if (isWaiting) paper.must('requestJoin', { personId, name: 'Кот', device: 'Chromium' }, { kind: 'hub' });
    else store.walls.set(logId, { tiles: new Map([[memberId, tile]]) });
    store.changed();
  }, how === 'waits at the door');
  await check().getByText('Кто-то уже здесь или ждёт ниже').waitFor();
  expect(await check().getByText('никто не вошёл').count()).toBe(0);
  expect(await asked('hub.check')).toEqual([]);
});

it('of two networks the teacher chooses one', async () => {
  await open('way-in-two-adapters');
  await button('10.10.4.7:8010 · Wi-Fi').click();
  await expect.poll(() => asked('hub.show')).toEqual([{ adapter: 'Wi-Fi' }]);
});

it('a taken port: another one by a button, a moved one is known by a button', async () => {
  await open('way-in-port-none');
  await button('Взять другой порт').click();
  await expect.poll(() => asked('hub.port')).toEqual([{ what: 'other' }]);
  await open('way-in-port-moved');
  await button('Понятно, теперь 8011').click();
  await expect.poll(() => asked('hub.port')).toEqual([{ what: 'keep' }]);
});

it('the name stands first and the number below it; where the name is gone the number takes its place', async () => {
  await open('way-in-well');
  // Nothing is said on the network before the way in is shown.
  await expect.poll(() => asked('hub.announce')).toEqual([{}]);
  const board = page.getByRole('region', { name: 'Как войти' });
  const lines = async () => (await board.innerText()).split('\n').filter((line) => /^[\w.-]+:8010$/.test(line));
  expect(await lines()).toEqual(['parta.local:8010', '192.168.1.24:8010']);
  // The QR bears the number, which every device understands.
  await board.getByRole('img', { name: 'QR-код для входа: 192.168.1.24:8010' }).waitFor();
  const rename = (lanName: string | null) =>
    page.evaluate((name) => {
      const { desktop } = window.harness;
      desktop.hub = { ...desktop.hub, lanName: name };
      desktop.tell('hub', desktop.hub);
    }, lanName);
  await rename('parta-2.local');
  await expect.poll(lines).toEqual(['parta-2.local:8010', '192.168.1.24:8010']);
  await rename(null);
  await expect.poll(lines).toEqual(['192.168.1.24:8010']);
});
