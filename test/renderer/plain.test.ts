// A message as text for another messenger: everything that its bubble says is in it, and none of its marks.
import { expect, it } from 'vitest';
import type { MessageView } from '../../src/client/class-store.ts';
import { PaperClass } from '../support/paper-class.ts';
import { messageAsText } from '../../src/renderer/chat/message/plain.ts';
import { ru } from '../../src/renderer/texts/ru.ts';
import { ruMessage } from '../../src/renderer/texts/ru-message.ts';
import type { Texts } from '../../src/renderer/texts/texts.ts';

const t = { ...ru, ...ruMessage } as unknown as Texts;
const at = new Date(2026, 10, 12, 14, 20).getTime();

it('author, date, request to read, text, poll with its votes, assignment with its due, files', () => {
  const paper = new PaperClass().begin();
  const assignmentId = paper.assign({ title: 'Упражнение 5', dueAt: new Date(2026, 10, 13, 18).getTime() });
  const file = { name: 'план.pdf' } as MessageView['files'][number];
  const message = {
    at,
    by: paper.teacherMember,
    text: '**Когда** собрание?\n- $x$',
    files: [file],
    assignmentId,
    notice: { signedBy: [] },
    poll: { options: ['В среду', 'В четверг'], isMultiple: false, isClosed: false, votes: [[paper.teacherMember], []] },
  } as unknown as MessageView;
  expect(messageAsText(message, paper.state, t, 'ru', at)).toBe(
    [
      'Ирина Петровна, сегодня, 14:20',
      'Просим ознакомиться',
      'Опрос:',
      'Когда собрание?',
      '• x',
      '• В среду: 1',
      '• В четверг',
      'Задание: Упражнение 5 (сдать: завтра, 18:00)',
      'Файлы: план.pdf',
    ].join('\n'),
  );
});
