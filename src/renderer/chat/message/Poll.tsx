/** A poll under its question: one press votes, another takes it back; bars, and who answered what. Teachers may close it. */
import { Button, Modal, Popover } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { ClassView, MessageView } from '../../../client/class-store.ts';
import { readersOf } from '../../../core/classroom.ts';
import type { MemberId } from '../../../core/ids.ts';
import { useTexts } from '../../texts/texts.ts';
import type { MessageCommands } from './commands.ts';
import { Names } from './Names.tsx';
import classes from './Poll.module.css';

export interface PollProps {
  message: MessageView;
  openClass: ClassView;
  nameOf: (by: MemberId) => string;
  commands: MessageCommands;
}

export function Poll({ message, openClass, nameOf, commands }: PollProps) {
  const t = useTexts();
  const name = useId();
  const [isClosing, setClosing] = useState(false);
  const { poll } = message;
  if (!poll) return null;
  const mine = poll.votes.flatMap((by, option) => (by.includes(openClass.memberId) ? [option] : []));
  const voters = new Set(poll.votes.flat());
  const most = Math.max(1, voters.size);
  const channel = openClass.classroom.channels[message.channelId];
  const silent = channel ? readersOf(openClass.classroom, channel).filter((m) => !voters.has(m.memberId)) : [];
  const mayVote = !poll.isClosed && message.seq !== null && channel?.isArchived === false;
  const mayClose = !poll.isClosed && message.seq !== null && openClass.role === 'teacher';
  const choose = (option: number, isChosen: boolean) => {
    const others = poll.isMultiple ? mine.filter((one) => one !== option) : [];
    commands.vote(isChosen ? [...others, option].sort((a, b) => a - b) : others);
  };
  return (
    <fieldset className={classes.poll} disabled={!mayVote}>
      <legend className={classes.kind}>
        <IconChartBar size={16} stroke={1.8} aria-hidden />
        {[
          t.message.poll.title,
          poll.isClosed ? t.message.poll.closed : poll.isMultiple ? t.message.poll.several : t.message.poll.one,
        ].join(' · ')}
      </legend>
      {poll.options.map((option, index) => {
        const votes = poll.votes[index]?.length ?? 0;
        const percent = Math.round((votes / most) * 100);
        return (
          <label key={index} className={classes.option} data-mine={mine.includes(index)}>
            <input
              type={poll.isMultiple ? 'checkbox' : 'radio'}
              name={name}
              checked={mine.includes(index)}
              aria-label={t.message.poll.option(option, votes, percent)}
              onChange={(event) => choose(index, event.currentTarget.checked)}
            />
            <span className={classes.words} aria-hidden>
              <span>{option}</span>
              <span className={classes.share}>{votes > 0 ? `${votes} · ${percent} %` : ''}</span>
            </span>
            <span className={classes.bar} aria-hidden>
              <span className={classes.filled} style={{ width: `${percent}%` }} />
            </span>
          </label>
        );
      })}
      <div className={classes.foot}>
        <Popover width={300} position="bottom-start" trapFocus returnFocus>
          <Popover.Target>
            <Button variant="subtle" size="compact-xs" data-focusable>
              {t.message.poll.votes(voters.size)}
            </Button>
          </Popover.Target>
          <Popover.Dropdown className={classes.results ?? ''}>
            {poll.options.map((option, index) => (
              <Names
                key={index}
                title={option}
                names={(poll.votes[index] ?? []).map(nameOf)}
                none={t.message.poll.nobody}
              />
            ))}
            <Names title={t.message.poll.silent(silent.length)} names={silent.map((m) => m.name)} none="" />
          </Popover.Dropdown>
        </Popover>
        {mayVote && mine.length > 0 && (
          <Button variant="subtle" size="compact-xs" onClick={() => commands.vote([])}>
            {t.message.poll.retract}
          </Button>
        )}
        {mayClose && (
          <Button variant="subtle" size="compact-xs" onClick={() => setClosing(true)}>
            {t.message.poll.close}
          </Button>
        )}
      </div>
      <Modal opened={isClosing} onClose={() => setClosing(false)} title={t.message.poll.closeTitle}>
        <p className={classes.question}>{t.message.poll.closeWhat}</p>
        <div className={classes.buttons}>
          <Button variant="default" data-autofocus onClick={() => setClosing(false)}>
            {t.chat.leave}
          </Button>
          <Button
            onClick={() => {
              setClosing(false);
              commands.closePoll();
            }}
          >
            {t.message.poll.close}
          </Button>
        </div>
      </Modal>
    </fieldset>
  );
}
