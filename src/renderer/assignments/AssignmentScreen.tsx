/** One assignment: what was asked, the bar, and everybody's work; a row opens it in the review. */
import { Button, Menu, Modal, ActionIcon } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconCopy,
  IconDeviceFloppy,
  IconDots,
  IconMessages,
  IconPencil,
  IconRosetteDiscountCheck,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { expectsWork, type Assignment } from '../../core/classroom.ts';
import { workKey, type CommandId } from '../../core/ids.ts';
import { progressOf, worksOf, type Work } from '../../core/works.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { composingKey, composingOf, type Composing } from '../chat/composing.ts';
import { useOpenClass } from '../frame/classes.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useFailure } from '../frame/failure.ts';
import { FileChip } from '../frame/FileChip.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { BroughtMark } from '../intake/BroughtMark.tsx';
import { DropHint, TakeInButton, useTakeIn } from '../intake/TakeIn.tsx';
import { routes } from '../routes.ts';
import { SaveWorks } from '../saving/SaveWorks.tsx';
import { useTexts } from '../texts/texts.ts';
import { Due, WaitingMark } from './Due.tsx';
import { editorKey, formOf } from './editing.ts';
import { ProgressBar } from './ProgressBar.tsx';
import { WorkMark } from './WorkMark.tsx';
import classes from './AssignmentScreen.module.css';

export function AssignmentScreen({ assignmentId }: { assignmentId: CommandId }) {
  const t = useTexts();
  const { logId, view } = useOpenClass();
  const assignment = view?.classroom.assignments[assignmentId];
  const takingIn = useTakeIn(assignment, assignment?.state !== 'open');
  if (!view) return null;
  if (!assignment || assignment.state === 'withdrawn') {
    return (
      <EmptyState
        icon={IconTrash}
        title={t.assignments.gone}
        actions={
          <Button component={Link} href={routes.classTab(logId, 'assignments')} variant="default">
            {t.assignments.toAll}
          </Button>
        }
      >
        {t.assignments.goneMore}
      </EmptyState>
    );
  }
  const works = worksOf(view.classroom, assignment);
  const progress = progressOf(works);
  const toCheck = works.filter((work) => work.state === 'handed-in').length;
  const refused = view.outbox.find(
    (row) =>
      row.state === 'refused' &&
      (row.id === assignmentId ||
        (row.command.kind === 'changeAssignment' && row.command.body.assignmentId === assignmentId)),
  );
  return (
    <div className={classes.whole} {...takingIn.drop.handlers}>
      <Screen
        title={assignment.title}
        back={{ href: routes.classTab(logId, 'assignments'), label: t.assignments.toAll }}
        lead={
          <span className={classes.about}>
            <Due assignment={assignment} />
            <span>{t.assignments.scales[assignment.scale.kind]}</span>
            {assignment.scale.kind === 'points' && <span>{t.assignments.upTo(assignment.scale.max)}</span>}
            {assignment.isHandout && <span>{t.collect.handouts}</span>}
            {assignment.assignees !== 'all' && <span>{t.assignments.forSome(assignment.assignees.length)}</span>}
            {view.pending.has(assignment.changeId) && <WaitingMark />}
          </span>
        }
        actions={
          <>
            <Button
              component={Link}
              href={routes.editAssignment(logId, assignmentId)}
              variant="default"
              leftSection={<IconPencil size={18} stroke={1.7} aria-hidden />}
            >
              {t.assignments.edit}
            </Button>
            {assignment.state === 'open' && (
              <Button
                component={Link}
                href={routes.review(logId, assignmentId)}
                variant={toCheck > 0 ? 'filled' : 'default'}
              >
                {toCheck > 0 ? t.assignments.check(toCheck) : t.assignments.openWorks}
              </Button>
            )}
            {assignment.state === 'open' && <TakeInButton {...takingIn} />}
            <More assignment={assignment} />
          </>
        }
      >
        {refused && <ErrorNotice code={refused.code ?? 'internal'} />}
        {assignment.text !== '' && <p className={classes.text}>{assignment.text}</p>}
        {assignment.files.length > 0 && (
          <div className={classes.files}>
            {assignment.files.map((file) => (
              <FileChip key={file.fileId} file={file} />
            ))}
          </div>
        )}
        {assignment.state === 'open' && (
          <Section
            title={t.assignments.works}
            aside={progress.total > 0 && <span className={classes.sum}>{t.assignments.progress(progress)}</span>}
          >
            {works.length === 0 ? (
              <p className={classes.nobody}>{t.assignments.nobody}</p>
            ) : progress.total === 0 && !expectsWork(assignment) ? (
              <p className={classes.nobody}>{t.handOut.noWork}</p>
            ) : (
              <>
                <ProgressBar progress={progress} isTall />
                <WorksTable works={works} assignment={assignment} />
              </>
            )}
          </Section>
        )}
      </Screen>
      {takingIn.drop.isOver && <DropHint>{t.intake.dropHere}</DropHint>}
      {takingIn.dialog}
    </div>
  );
}

function WorksTable({ works, assignment }: { works: readonly Work[]; assignment: Assignment }) {
  const t = useTexts();
  const language = useLanguage();
  const { logId, view } = useOpenClass();
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t.assignments.columns.student}</th>
          <th scope="col">{t.assignments.columns.state}</th>
          <th scope="col">{t.assignments.columns.handedIn}</th>
          <th scope="col">{t.assignments.columns.mark}</th>
          <th scope="col">{t.assignments.columns.receipt}</th>
        </tr>
      </thead>
      <tbody>
        {works.map((work) => {
          const key = workKey(assignment.assignmentId, work.member.memberId);
          const shown = work.state === 'returned' || work.state === 'redo' ? work.returned : work.review;
          const ids = [view?.classroom.reviews[key]?.id, view?.classroom.returned[key]?.id];
          const isWaiting = ids.some((id) => id !== undefined && view?.pending.has(id));
          return (
            <tr key={work.member.memberId} className={classes.row}>
              <th scope="row">
                <Link
                  href={routes.review(logId, assignment.assignmentId, work.member.memberId)}
                  className={classes.rowLink}
                >
                  {work.member.name}
                </Link>
              </th>
              <td>
                <WorkMark state={work.state} />
                {isWaiting && (
                  <span className={classes.waiting}>
                    <WaitingMark />
                  </span>
                )}
              </td>
              <td>
                {work.attempt ? formatDateTime(language, work.attempt.at) : '—'}
                {work.attempt?.late && <span className={classes.late}>{t.assignments.late}</span>}
                {work.attempt && work.attempt.attempt > 1 && (
                  <span className={classes.attempt}>{t.assignments.attempt(work.attempt.attempt)}</span>
                )}
              </td>
              <td className={classes.mark}>{shown?.mark ?? '—'}</td>
              <td className={classes.receipt}>
                {work.attempt?.receipt || '—'}
                {work.attempt?.brought && (
                  <div className={classes.brought}>
                    <BroughtMark attempt={work.attempt} />
                  </div>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function More({ assignment }: { assignment: Assignment }) {
  const t = useTexts();
  const failed = useFailure();
  const [, go] = useLocation();
  const { logId, store, view } = useOpenClass();
  const [isAsking, setAsking] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const copy = async () => {
    await store.writeDraft(editorKey(logId, null), { ...formOf(assignment), logIds: [logId], memberIds: null });
    go(routes.newAssignment(logId));
  };
  /** Into what is being written in the class's common chat, as a card. */
  const discuss = async () => {
    const everyone = Object.values(view?.classroom.channels ?? {}).find(
      (one) => one.kind === 'everyone' && !one.isArchived,
    );
    if (!everyone) return;
    const key = composingKey(logId, everyone.channelId);
    const composing = composingOf(await store.readDraft<Partial<Composing>>(key));
    await store.writeDraft(key, { ...composing, assignmentId: assignment.assignmentId });
    go(routes.chat(logId, everyone.channelId));
  };
  const withdraw = async () => {
    setAsking(false);
    await store.send(logId, 'withdrawAssignment', { assignmentId: assignment.assignmentId });
    notifications.show({ message: t.assignments.withdrawn(assignment.title) });
    go(routes.classTab(logId, 'assignments'));
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={36} variant="default" aria-label={t.assignments.more2}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {assignment.state === 'open' && (
            <Menu.Item
              leftSection={<IconMessages size={16} stroke={1.7} aria-hidden />}
              onClick={() => void discuss().catch(failed)}
            >
              {t.message.card.discuss}
            </Menu.Item>
          )}
          {assignment.state === 'open' && (
            <Menu.Item
              leftSection={<IconDeviceFloppy size={16} stroke={1.7} aria-hidden />}
              onClick={() => setSaving(true)}
            >
              {t.saving.open}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconRosetteDiscountCheck size={16} stroke={1.7} aria-hidden />}
            onClick={() => go(routes.checkCode())}
          >
            {t.checking.open}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCopy size={16} stroke={1.7} aria-hidden />}
            onClick={() => void copy().catch(failed)}
          >
            {t.assignments.copy}
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={16} stroke={1.7} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            {t.assignments.withdraw}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isSaving && <SaveWorks assignmentId={assignment.assignmentId} onClose={() => setSaving(false)} />}
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={t.assignments.withdrawTitle}>
        <p className={classes.question}>{t.assignments.withdrawWhat(assignment.title)}</p>
        <div className={classes.buttons}>
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {t.assignments.keep}
          </Button>
          <Button color="red" onClick={() => void withdraw().catch(failed)}>
            {t.assignments.withdraw}
          </Button>
        </div>
      </Modal>
    </>
  );
}
