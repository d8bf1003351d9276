// A saved chat's page: what people wrote stays text, files have names that any system takes, and nothing on it runs or calls out.
import { describe, expect, it } from 'vitest';
import type { MessageView } from '../../src/client/class-store.ts';
import type { CommandId, MemberId } from '../../src/core/ids.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { EXPORTED_NAME_MAX, ExportNames } from '../../src/renderer/chat/channels/export-names.ts';
import { ExportPage } from '../../src/renderer/chat/channels/export-page.ts';
import { TEXTS } from '../../src/renderer/texts/texts.ts';
import { nextFileId, nextId, PaperClass } from '../support/paper-class.ts';

const AT = Date.UTC(2026, 10, 12, 11, 5);
const paper = new PaperClass().begin();
const ilya = paper.admit('Белов <Илья> & "К"');
const file = (name: string, mediaType = 'application/pdf', digit = 'a'): FileRef => ({
  fileId: nextFileId(),
  name,
  sizeBytes: 2048,
  sha256: digit.repeat(64) as FileRef['sha256'],
  mediaType,
});
const message = (part: Partial<MessageView>): MessageView => ({
  id: nextId<CommandId>(),
  seq: 1,
  at: AT,
  by: ilya.memberId,
  channelId: paper.channelId,
  text: '',
  files: [],
  replyTo: null,
  isEdited: false,
  isRemoved: false,
  history: [],
  reactions: {},
  mentions: [],
  assignmentId: null,
  poll: null,
  notice: null,
  forward: null,
  isPinned: false,
  outbox: null,
  ...part,
});
const page = (pathOf: (one: FileRef) => string | null = (one) => `files/${encodeURIComponent(one.name)}`) =>
  new ExportPage({
    t: TEXTS.ru,
    language: 'ru',
    classroom: paper.state,
    title: '7А',
    chat: 'Общий чат',
    now: AT,
    pathOf,
    formula: (source) => (source === 'x^2' ? '<math><msup></msup></math>' : null),
  });
const bodyOf = (...messages: MessageView[]) => page().messages(messages);

describe('the page of a saved chat', () => {
  it('keeps what people wrote as text: names, words, file names, options', () => {
    const nasty = '<img src=x onerror=alert(1)> "\' &amp; </article>';
    const body = bodyOf(
      message({
        text: `${nasty}\n\n\`\`\`\n${nasty}\n\`\`\``,
        files: [file(`${nasty}.png`, 'image/png'), file(`${nasty}.pdf`)],
        poll: { options: [nasty, 'да'], isMultiple: false, votes: [[ilya.memberId], []], isClosed: false },
        reactions: { like: [ilya.memberId] },
        notice: { signedBy: [{ memberId: ilya.memberId, at: AT }] },
        forward: { by: ilya.memberId, at: AT },
      }),
    );
    expect(body).not.toMatch(/<img src=x|onerror=alert\(1\)>|<Илья>/);
    expect(body.match(/<\/article>/g)).toHaveLength(1);
    expect(body).toContain('Белов &lt;Илья&gt; &amp; &quot;К&quot;');
    // Only addresses inside the folder, and attributes that are ours.
    for (const [, address] of body.matchAll(/(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^files\//);
    expect(body.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/);
  });

  it('lets no script run and calls nothing', () => {
    const head = page().head(2);
    expect(head).toContain('script-src &#39;none&#39;');
    expect(head).not.toMatch(/<script|<link|https?:\/\//);
    expect(head).toContain('<title>7А – Общий чат</title>');
    expect(head).toContain('2 сообщения');
    expect(head.trimEnd()).toMatch(/<main>$/);
    expect(page().tail()).toBe('</main>\n</body>\n</html>\n');
  });

  it('draws text as in the chat: marks, lists, code, formulas, links with a harmless scheme', () => {
    const body = bodyOf(
      message({
        text: '**важно** и\n*мягко*\n- раз\n- два\n\n$x^2$ и $плохо$ https://school.ru/a?b=1&c=2 javascript:alert(1)',
      }),
    );
    expect(body).toContain('<strong>важно</strong>');
    expect(body).toContain('и<br><em>мягко</em>');
    expect(body).toContain('<math><msup></msup></math>');
    expect(body).toContain('<code>плохо</code>');
    expect(body).toContain('href="https://school.ru/a?b=1&amp;c=2" rel="noreferrer"');
    expect(body).not.toContain('href="javascript');
  });

  it('says each day once, whom a reply answers, and what was removed', () => {
    const asked = message({ text: 'Черновик нужен?' });
    const gone = message({ text: 'секрет', isRemoved: true, at: AT + 1 });
    const body = bodyOf(asked, message({ replyTo: asked.id, text: 'Да', by: paper.teacherMember }), gone, message({ at: AT + 86_400_000 })); // prettier-ignore
    expect(body.match(/<h2>/g)).toHaveLength(2);
    expect(body).toContain(
      `<a href="#${asked.id}">В ответ: Белов &lt;Илья&gt; &amp; &quot;К&quot;</a> Черновик нужен?`,
    );
    expect(body).toContain('Сообщение удалено');
    expect(body).not.toContain('секрет');
  });

  it('names a file that could not be had instead of leading nowhere', () => {
    const body = page(() => null).messages([message({ files: [file('нет.pdf')] })]);
    expect(body).toContain('нет.pdf');
    expect(body).toContain('файл не удалось получить');
    expect(body).not.toContain('href');
  });

  it('shows pictures, plays sound and film, and never shows an SVG', () => {
    const body = bodyOf(
      message({ files: [file('a.jpg', 'image/jpeg'), file('b.mp3', 'audio/mpeg'), file('c.mp4', 'video/mp4'), file('d.svg', 'image/svg+xml')] }), // prettier-ignore
    );
    expect(body).toMatch(/<img src="files\/a\.jpg"/);
    expect(body).toMatch(/<audio src="files\/b\.mp3"/);
    expect(body).toMatch(/<video src="files\/c\.mp4"/);
    expect(body).not.toMatch(/<img src="files\/d\.svg"/);
  });

  it('an unknown author is somebody', () => {
    expect(bodyOf(message({ by: nextId<MemberId>(), text: 'да' }))).toContain('<b>Участник</b>');
  });
});

describe('names of files beside it', () => {
  it('differ where letters of either case are one, and the same file has one name', () => {
    const names = new ExportNames();
    const first = file('Работа.PDF');
    expect(names.nameOf(first)).toBe('Работа.PDF');
    expect(names.nameOf(file('работа.pdf', 'application/pdf', 'b'))).toBe('работа (2).pdf');
    expect(names.nameOf(file('РАБОТА.pdf', 'application/pdf', 'c'))).toBe('РАБОТА (3).pdf');
    expect(names.nameOf(first)).toBe('Работа.PDF');
    expect(names.files).toHaveLength(3);
  });

  it.each(['CON.txt', '../../etc/passwd', 'a:b?.txt', '. .', 'x'.repeat(300) + '.pdf', 'точка.'])(
    'are such as every file system takes: %j',
    (name) => {
      const made = new ExportNames().nameOf(file(name));
      expect(made).not.toMatch(/[<>:"/\\|?*]|[ .]$|^(con|prn|aux|nul)(\.|$)/i);
      expect(made.length).toBeLessThanOrEqual(EXPORTED_NAME_MAX + 16);
      expect(made.length).toBeGreaterThan(0);
    },
  );
});
