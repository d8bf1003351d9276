/**
 * What is written and not confirmed yet, in words: everything waiting, and everything refused with its reason and what can be
 * done (S10: nothing is dropped silently). The same list stands on Сегодня; a chat shows its own messages in place.
 */
import { Button, Modal } from '@mantine/core';
import { IconAlertTriangle, IconClock, IconCloudUpload, IconFileUpload } from '@tabler/icons-react';
import { useState } from 'react';
import type { ClassStore, OutboxRow } from '../../client/class-store.ts';
import type { Classroom } from '../../core/classroom.ts';
import type { Command } from '../../core/wire.ts';
import { errorText } from '../../ui/error-texts.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useTexts, type Texts } from '../texts/texts.ts';
import { useClasses } from './classes.tsx';
import { useFailure } from './failure.ts';
import classes from './Outbox.module.css';

/** Rows shown before "show all": thirty marks that wait are one thought, not thirty. */
const SHOWN_FIRST = 4;

/** What a command would do, as one line. `classroom` gives names to its ids; null where the class is not known here. */
export function describeCommand(t: Texts, command: Command, classroom: Classroom | null): string {
  const said = t.outbox.commands;
  const member = (id: string) => classroom?.members[id as keyof Classroom['members']]?.name ?? '';
  const assignment = (id: string) => classroom?.assignments[id as keyof Classroom['assignments']]?.title ?? '';
  switch (command.kind) {
    case 'createClass':
      return said.createClass(command.body.title);
    case 'renameClass':
      return said.renameClass(command.body.title);
    case 'listMember':
      return said.listMember(command.body.name);
    case 'renameMember':
      return said.renameMember(command.body.name);
    case 'confirmJoin':
      return said.confirmJoin(command.body.name || member(command.body.memberId));
    case 'declineJoin':
      return said.declineJoin(classroom?.requests[command.body.requestId]?.name ?? '');
    case 'changeRole':
      return said.changeRole(member(command.body.memberId));
    case 'setChildren':
      return t.parents.commands.setChildren(member(command.body.memberId));
    case 'createChannel':
      return t.channels.commands.create(command.body.title ?? t.channels.kinds[command.body.kind]);
    case 'changeChannel': {
      const { title, channelId } = command.body;
      return t.channels.commands.change(title ?? t.channels.kinds[classroom?.channels[channelId]?.kind ?? 'group']);
    }
    case 'removeMember':
      return said.removeMember(member(command.body.memberId));
    case 'scheduleMessage':
    case 'postMessage':
      return said.postMessage(command.body.text, command.body.fileIds.length);
    case 'editMessage':
      return said.editMessage(command.body.text);
    case 'removeMessage':
      return said.removeMessage;
    case 'assign':
    case 'scheduleAssignment':
      return said.assign(command.body.title);
    case 'changeAssignment':
      return said.changeAssignment(command.body.title);
    case 'withdrawAssignment':
      return said.withdrawAssignment(assignment(command.body.assignmentId));
    case 'review':
      return said.review(member(command.body.memberId), command.body.mark, assignment(command.body.assignmentId));
    case 'giveBack':
      return command.body.outcome === 'redo'
        ? said.redo(member(command.body.memberId), assignment(command.body.assignmentId))
        : said.giveBack(member(command.body.memberId), assignment(command.body.assignmentId));
    case 'react':
      return t.message.commands.react(t.message.reactions[command.body.reaction]);
    case 'pinMessage':
      return command.body.isPinned ? t.message.commands.pin : t.message.commands.unpin;
    case 'vote':
    case 'closePoll':
    case 'sign':
    case 'cancelScheduled':
    case 'sendScheduled':
      return t.message.commands[command.kind];
    case 'forwardMessage':
      return t.message.commands.forward;
    default:
      return said.other;
  }
}

export interface OutboxItem {
  row: OutboxRow;
  store: ClassStore;
  title: string;
  classroom: Classroom | null;
}

/** Everything of ours that waits, from every server: refused first, then oldest first. */
export function useOutboxItems(): readonly OutboxItem[] {
  const { servers, classes, schools } = useClasses();
  const all = [...classes, ...schools];
  return servers
    .flatMap(({ outbox, store }) =>
      outbox.map((row) => {
        const openClass = all.find((one) => one.logId === row.logId);
        const created = row.command.kind === 'createClass' ? row.command.body.title : '';
        return { row, store, title: openClass?.title ?? created, classroom: openClass?.view?.classroom ?? null };
      }),
    )
    .toSorted((a, b) => Number(b.row.state === 'refused') - Number(a.row.state === 'refused'));
}

const ICONS = {
  waiting: IconClock,
  'waiting-for-files': IconFileUpload,
  sending: IconCloudUpload,
  refused: IconAlertTriangle,
} as const;

export function OutboxList({ items }: { items: readonly OutboxItem[] }) {
  const t = useTexts();
  const [isWhole, setWhole] = useState(false);
  const refused = items.filter((item) => item.row.state === 'refused').length;
  // What was refused is never folded away.
  const shown = isWhole ? items : items.slice(0, Math.max(SHOWN_FIRST, refused));
  const hidden = items.length - shown.length;
  return (
    <>
      <ul className={classes.list}>
        {shown.map((item) => (
          <OutboxLine key={item.row.id} item={item} />
        ))}
      </ul>
      {hidden > 0 && (
        <Button variant="subtle" size="xs" onClick={() => setWhole(true)}>
          {t.outbox.showAll(hidden)}
        </Button>
      )}
    </>
  );
}

function OutboxLine({ item: { row, store, title, classroom } }: { item: OutboxItem }) {
  const t = useTexts();
  const language = useLanguage();
  const failed = useFailure();
  const Icon = ICONS[row.state];
  const refusal = row.state === 'refused' ? errorText(language, row.code ?? 'internal') : null;
  return (
    <li className={classes.line} data-refused={refusal !== null}>
      <Icon size={18} stroke={1.8} className={classes.icon} aria-hidden />
      <div className={classes.body}>
        <div className={classes.what}>{describeCommand(t, row.command, classroom)}</div>
        <div className={classes.state}>
          {[title, t.outbox.states[row.state], formatDateTime(language, row.writtenAt)].filter(Boolean).join(' · ')}
        </div>
        {row.isReissued && <div className={classes.state}>{t.outbox.reissued}</div>}
        {refusal && (
          <>
            <p className={classes.reason}>
              {refusal.what} {refusal.todo}
            </p>
            <div className={classes.actions}>
              <Button variant="default" size="xs" onClick={() => void store.retry(row.id).catch(failed)}>
                {t.outbox.retry}
              </Button>
              <Discard
                onDiscard={() => void store.discard(row.id).catch(failed)}
                what={describeCommand(t, row.command, classroom)}
              />
            </div>
          </>
        )}
      </div>
    </li>
  );
}

/** Throwing away what somebody wrote cannot be undone, so it asks and names it. */
export function Discard({ onDiscard, what, label }: { onDiscard: () => void; what: string; label?: string }) {
  const t = useTexts();
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        {label ?? t.outbox.discard}
      </Button>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={t.outbox.discardTitle}>
        <p className={classes.question}>{t.outbox.discardWhat(what)}</p>
        <div className={classes.buttons}>
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {t.outbox.keep}
          </Button>
          <Button
            color="red"
            onClick={() => {
              setAsking(false);
              onDiscard();
            }}
          >
            {t.outbox.discard}
          </Button>
        </div>
      </Modal>
    </>
  );
}
