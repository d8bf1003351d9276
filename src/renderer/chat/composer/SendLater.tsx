/** Sending later: the usual hours, any other one, and what waits for its hour in this chat. The hub sends it by its own clock (S20). */
import { ActionIcon, Button, Menu, Modal, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCalendarTime, IconChevronUp } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { ScheduledMessage } from '../../../core/classroom.ts';
import { formatDue } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { plainTextOf } from '../../../ui/rich-text.ts';
import { useScheduled, useStore } from '../../../ui/store.tsx';
import { DayField } from '../../assignments/DayField.tsx';
import { dayOf, momentOf } from '../../assignments/editing.ts';
import { TimeField } from '../../assignments/TimeField.tsx';
import { useOpenClass } from '../../frame/classes.tsx';
import { useFailure } from '../../frame/failure.ts';
import { offerUndo } from '../../frame/undo-notice.tsx';
import { useNow } from '../../frame/now.ts';
import { opens } from '../../frame/quick-keys.ts';
import { useTexts } from '../../texts/texts.ts';
import type { Writing } from '../writing.ts';
import { presets } from './sending-times.ts';
import classes from './SendLater.module.css';

const TIME_DEFAULT = '08:00';

export function SendLater({ isDisabled, onSend }: { isDisabled: boolean; onSend: (sendAt: number) => void }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const words = t.composer.later;
  const send = (at: number) => {
    onSend(at);
    notifications.show({ message: words.planned(formatDue(language, at, Date.now())) });
  };
  return (
    <>
      <Menu opened={isOpen} onChange={setOpen} position="top-end" width={260} returnFocus={false}>
        <Menu.Target>
          <Tooltip label={words.menu}>
            <ActionIcon
              ref={button}
              size={40}
              w={28}
              miw={28}
              aria-label={words.menu}
              {...opens('menu', isOpen)}
              disabled={isDisabled}
            >
              <IconChevronUp size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown onKeyDown={(event) => event.key === 'Escape' && button.current?.focus()}>
          <Menu.Label>{words.lead}</Menu.Label>
          {presets(now).map(({ name, at }) => (
            <Menu.Item key={name} onClick={() => send(at)}>
              {words[name]}
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<IconCalendarTime size={18} stroke={1.7} />} onClick={() => setChoosing(true)}>
            {words.other}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isChoosing && <ChooseHour now={now} onSend={send} onClose={() => setChoosing(false)} />}
    </>
  );
}

function ChooseHour({ now, onSend, onClose }: { now: number; onSend: (at: number) => void; onClose: () => void }) {
  const t = useTexts();
  const words = t.composer.later;
  const [day, setDay] = useState(dayOf(presets(now).find(({ name }) => name === 'tomorrow')?.at ?? now));
  const [time, setTime] = useState(TIME_DEFAULT);
  const at = momentOf(day, time, TIME_DEFAULT);
  const isPast = at === null || at <= now;
  return (
    <Modal opened onClose={onClose} title={words.title} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isPast) return;
          onClose();
          onSend(at);
        }}
      >
        <p className={classes.lead}>{words.lead}</p>
        <div className={classes.when}>
          <DayField label={words.day} value={day} onChange={setDay} />
          <TimeField label={words.time} value={time} onChange={setTime} />
        </div>
        <p className={classes.fault} role="status">
          {isPast ? words.past : ''}
        </p>
        <Button type="submit" fullWidth disabled={isPast}>
          {words.schedule}
        </Button>
      </form>
    </Modal>
  );
}

/** A line over the field while something waits for its hour here; a press opens the list. */
export function ScheduledLine({ writing }: { writing: Writing }) {
  const t = useTexts();
  const { logId } = useOpenClass();
  const [isOpen, setOpen] = useState(false);
  const here = useScheduled(logId).filter((message) => message.channelId === writing.channelId);
  if (here.length === 0 && !isOpen) return null;
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        className={classes.line ?? ''}
        leftSection={<IconCalendarTime size={16} stroke={1.8} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t.composer.later.waiting(here.length)}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={t.composer.later.listTitle} size="lg">
        {here.length === 0 && <p className={classes.lead}>{t.composer.later.none}</p>}
        <ul className={classes.list}>
          {here.map((message) => (
            <Waiting key={message.messageId} message={message} writing={writing} onClose={() => setOpen(false)} />
          ))}
        </ul>
      </Modal>
    </>
  );
}

function Waiting({ message, writing, onClose }: { message: ScheduledMessage; writing: Writing; onClose: () => void }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const store = useStore();
  const failed = useFailure();
  const { logId } = useOpenClass();
  const words = t.composer.later;
  const { messageId, by: _by, at: _at, files, sendAt, ...said } = message;
  const body = { ...said, fileIds: files.map((file) => file.fileId) };
  const cancel = async () => {
    await store.send(logId, 'cancelScheduled', { messageId });
    const again = () => store.send(logId, 'scheduleMessage', { ...body, sendAt }).catch(failed);
    offerUndo(messageId, words.cancelled, words.undo, () => void again());
  };
  // One command: with a cancelling and a posting, the hub could send it in between.
  const sendNow = () => store.send(logId, 'sendScheduled', { messageId });
  return (
    <li className={classes.waiting}>
      <div className={classes.when}>
        <span className={classes.hour}>{words.sendsAt(formatDue(language, sendAt, now))}</span>
      </div>
      <p className={classes.text}>{plainTextOf(message.text) || files.map((file) => file.name).join(', ')}</p>
      <div className={classes.deeds}>
        <Button size="xs" variant="default" onClick={() => void sendNow().catch(failed)}>
          {words.now}
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            onClose();
            void writing.takeBack(message);
          }}
        >
          {words.edit}
        </Button>
        <Button size="xs" variant="default" onClick={() => void cancel().catch(failed)}>
          {words.cancel}
        </Button>
      </div>
    </li>
  );
}
