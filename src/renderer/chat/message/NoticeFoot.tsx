/**
 * Under a notice: who has signed «Ознакомлен(а)» and who has not, a reminder to those, the list for the register; for readers who
 * are asked, the button. Asked are the channel's readers who are no teachers.
 */
import { Button, Popover, Progress } from '@mantine/core';
import { IconBellRinging, IconCircleCheck, IconCopy } from '@tabler/icons-react';
import type { ClassView, MessageView } from '../../../client/class-store.ts';
import { readersOf } from '../../../core/classroom.ts';
import { formatDateTime } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { plainTextOf } from '../../../ui/rich-text.ts';
import { useNow } from '../../frame/now.ts';
import { useTexts } from '../../texts/texts.ts';
import type { MessageCommands } from './commands.ts';
import { Names } from './Names.tsx';
import classes from './NoticeFoot.module.css';

export function NoticeFoot({
  message,
  openClass,
  commands,
}: {
  message: MessageView;
  openClass: ClassView;
  commands: MessageCommands;
}) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const { notice } = message;
  const channel = openClass.classroom.channels[message.channelId];
  if (!notice || !channel) return null;
  const readers = readersOf(openClass.classroom, channel);
  const asked = readers
    .filter((member) => member.role !== 'teacher')
    .sort((a, b) => a.name.localeCompare(b.name, 'ru'));
  const signedAt = new Map(notice.signedBy.map(({ memberId, at }) => [memberId, at]));
  const signed = asked.filter((member) => signedAt.has(member.memberId));
  const missing = asked.filter((member) => !signedAt.has(member.memberId));

  if (openClass.role !== 'teacher') {
    if (message.by === openClass.memberId) return null;
    return signedAt.has(openClass.memberId) ? (
      <p className={classes.signed}>
        <IconCircleCheck size={18} stroke={1.8} aria-hidden />
        {t.message.notice.signed}
      </p>
    ) : (
      <Button fullWidth disabled={message.seq === null || channel.isArchived} onClick={() => commands.sign()}>
        {t.message.notice.sign}
      </Button>
    );
  }
  const lines = (members: typeof asked) =>
    members
      .map(({ memberId, name }) => {
        const at = signedAt.get(memberId);
        return at === undefined ? name : `${name} (${formatDateTime(language, at, now)})`;
      })
      .join('\n') || '—';
  return (
    <div className={classes.foot}>
      <Progress value={asked.length === 0 ? 0 : (signed.length / asked.length) * 100} size={4} aria-hidden />
      <Popover width={340} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <Button variant="subtle" size="compact-sm" className={classes.count ?? ''}>
            {missing.length === 0 && asked.length > 0
              ? t.message.notice.all
              : t.message.notice.signedOf(signed.length, asked.length)}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          {/* Thirty names scroll, by keys too. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <div className={classes.lists} tabIndex={0} role="group" aria-label={t.message.notice.who}>
            <Names title={t.message.notice.no(missing.length)} names={missing.map((m) => m.name)} none="" />
            <Names
              title={t.message.notice.yes(signed.length)}
              names={signed.map((m) => m.name)}
              none={t.message.notice.nobody}
            />
          </div>
          <div className={classes.buttons}>
            <Button
              size="xs"
              disabled={missing.length === 0 || message.seq === null || channel.isArchived}
              leftSection={<IconBellRinging size={16} aria-hidden />}
              onClick={() => commands.remind(missing, readers)}
            >
              {t.message.notice.remind}
            </Button>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconCopy size={16} aria-hidden />}
              onClick={() =>
                void commands.copy(
                  t.message.notice.list(plainTextOf(message.text).split('\n')[0] ?? '', lines(signed), lines(missing)),
                )
              }
            >
              {t.message.notice.copyList}
            </Button>
          </div>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
