/** A pupil of a lesson at a real browser: what comes by itself, the hand, works alone and of two, by pointer and keyboard. */
import { createHash } from 'node:crypto';
import { BrowserPupil } from './browser-pupil.ts';

const RECEIPT = /[0-9A-Z]{5}-[0-9A-Z]{5}/;

export interface PageWork {
  title: string;
  files: readonly { name: string; bytes: Buffer }[];
  note: string;
  /** As the page's list has him. */
  partner?: string;
}

export class LessonBrowserPupil extends BrowserPupil {
  private card(title: string) {
    return this.page.getByRole('article').filter({ hasText: title });
  }

  /** Let in: the class is on the page. */
  async isLive(): Promise<void> {
    await this.page.getByRole('heading', { name: 'Учитель подтверждает вход' }).waitFor({ state: 'detached' });
    await this.page.getByRole('button', { name: 'Нужна помощь' }).waitFor();
  }

  private async openCard(title: string) {
    const card = this.card(title);
    await card.waitFor();
    const opener = card.getByRole('button', { expanded: false }).first();
    if (await opener.isVisible()) await opener.click();
    return card;
  }

  /** Hashes of the files that came by themselves, in order. */
  async received(title: string, names: readonly string[]): Promise<string[]> {
    const card = await this.openCard(title);
    const hashes: string[] = [];
    for (const name of names) {
      const link = card.getByRole('link').filter({ hasText: name });
      await link.getByText('уже здесь').waitFor();
      const [download] = await Promise.all([this.page.waitForEvent('download'), link.click()]);
      const hash = createHash('sha256');
      for await (const chunk of await download.createReadStream()) hash.update(chunk as Buffer);
      hashes.push(hash.digest('hex'));
    }
    return hashes;
  }

  async raiseHand(): Promise<void> {
    await this.page.getByRole('button', { name: 'Нужна помощь' }).click();
    await this.page.getByRole('button', { name: 'Учитель видит, что нужна помощь' }).waitFor();
  }
  async handIsDown(): Promise<void> {
    await this.page.getByRole('button', { name: 'Нужна помощь' }).waitFor();
  }

  /** Asked by the bar above, hands in; the receipt. */
  async handInAsked({ title, files, note, partner }: PageWork): Promise<string> {
    const bar = this.page.getByRole('region', { name: 'Урок' });
    await bar.getByText(`Учитель собирает работы: ${title}`).waitFor();
    await bar.getByRole('button', { name: 'К работе' }).click();
    const card = this.card(title);
    const [chooser] = await Promise.all([
      this.page.waitForEvent('filechooser'),
      card.getByText('Выбрать файлы').first().click(),
    ]);
    await chooser.setFiles(
      files.map(({ name, bytes }) => ({ name, mimeType: 'application/octet-stream', buffer: bytes })),
    );
    await card.getByLabel('Пояснение для учителя').fill(note);
    if (partner !== undefined) {
      await card.getByRole('button', { name: 'Сдаём вместе…' }).click();
      await card.getByLabel('С кем сдаём вместе').selectOption({ label: partner });
    }
    await card.getByRole('button', { name: 'Сдать', exact: true }).click();
    const receipt = card.getByText(RECEIPT).first();
    await receipt.waitFor();
    return RECEIPT.exec(await receipt.innerText())?.[0] ?? '';
  }

  /** What the page says of a work for which it is too late. */
  async isClosedFor(title: string): Promise<void> {
    const card = await this.openCard(title);
    await card.getByText(/работы больше не принимаются/).waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }
}
