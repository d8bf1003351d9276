// [S10] What waits or was refused is named in words, in both languages, with the person and the work it is about.
import { expect, test } from 'vitest';
import type { ChannelId, CommandId, MemberId } from '../../src/core/ids.ts';
import type { Command } from '../../src/core/wire.ts';
import { describeCommand } from '../../src/renderer/frame/Outbox.tsx';
import { TEXTS, type Texts } from '../../src/renderer/texts/texts.ts';
import { nextId, PaperClass } from '../support/paper-class.ts';

const LANGUAGES: readonly Texts[] = Object.values(TEXTS);
const paper = new PaperClass().begin();
const pupil = paper.admit('Белов Илья');
const assignmentId = paper.assign({ title: 'Упражнение 214' });
const { memberId } = pupil;
const command = (kind: Command['kind'], body: object) => ({ id: nextId<CommandId>(), kind, body }) as Command;
const work = { assignmentId, memberId };

test('[S10] each command names what it is about', () => {
  const cases: readonly [Command, readonly string[]][] = [
    [
      command('postMessage', { channelId: paper.channelId, text: 'Завтра контрольная', fileIds: [], replyTo: null }),
      ['Завтра контрольная'],
    ],
    [
      command('review', { ...work, attempt: 1, mark: '5', comment: '', seen: null }),
      ['5', 'Белов Илья', 'Упражнение 214'],
    ],
    [
      command('review', { ...work, attempt: 1, mark: null, comment: 'Хорошо', seen: null }),
      ['Белов Илья', 'Упражнение 214'],
    ],
    [command('giveBack', { ...work, reviewId: nextId(), outcome: 'accepted' }), ['Белов Илья', 'Упражнение 214']],
    [command('giveBack', { ...work, reviewId: nextId(), outcome: 'redo' }), ['Белов Илья', 'Упражнение 214']],
    [command('assign', { title: 'Диктант' }), ['Диктант']],
    [command('withdrawAssignment', { assignmentId }), ['Упражнение 214']],
    [command('createClass', { title: '7Б' }), ['7Б']],
    [command('listMember', { memberId: nextId<MemberId>(), name: 'Орлова Мария' }), ['Орлова Мария']],
    [
      command('scheduleMessage', {
        channelId: paper.channelId,
        text: 'Доброе утро',
        fileIds: [],
        replyTo: null,
        sendAt: 1,
      }),
      ['Доброе утро'],
    ],
    [command('removeMember', { memberId, erase: false }), ['Белов Илья']],
  ];
  for (const t of LANGUAGES)
    for (const [given, parts] of cases)
      for (const part of parts) expect(describeCommand(t, given, paper.state)).toContain(part);
});

test('a long message is cut, one without text is counted by its files, line ends do not break the line', () => {
  const post = (text: string, files: number) =>
    command('postMessage', {
      channelId: nextId<ChannelId>(),
      text,
      fileIds: Array.from({ length: files }),
      replyTo: null,
    });
  for (const t of LANGUAGES) {
    expect(describeCommand(t, post('а'.repeat(500), 0), null).length).toBeLessThan(120);
    expect(describeCommand(t, post('', 3), null)).toContain('3');
    expect(describeCommand(t, post('раз\nдва', 0), null)).toContain('раз два');
  }
});

test('what is said of a class that is not here still reads as a sentence', () => {
  const logless = command('review', { ...work, attempt: 1, mark: '4', comment: '', seen: null });
  for (const t of LANGUAGES) expect(describeCommand(t, logless, null)).not.toContain('undefined');
});
