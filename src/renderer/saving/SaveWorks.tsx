/** «Сохранить всё»: which works, how; then the folder is asked for, and the saving goes on by itself. */
import { Button, Checkbox, Modal, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { CommandId, MemberId } from '../../core/ids.ts';
import { openAssignments } from '../../core/works.ts';
import { SAVE_ITEMS_MAX, SAVE_KINDS } from '../../preload/contract/channels.ts';
import type { SaveKind } from '../../preload/contract.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useClasses, useOpenClass } from '../frame/classes.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { chosenWorks, saveItems } from './save-items.ts';
import choices from '../frame/Choices.module.css';
import classes from './SaveWorks.module.css';

interface SaveWorksProps {
  /** The one assignment whose works are wanted; null: of the whole class, to be chosen. */
  assignmentId: CommandId | null;
  onClose: () => void;
}

export function SaveWorks({ assignmentId, onClose }: SaveWorksProps) {
  const t = useTexts();
  const language = useLanguage();
  const { call } = useDesktop();
  const { view, server, title } = useOpenClass();
  const { servers } = useClasses();
  const tasks = view
    ? openAssignments(view.classroom).filter(
        (one) => one.state === 'open' && (assignmentId === null || one.assignmentId === assignmentId),
      )
    : [];
  const [taskIds, setTaskIds] = useState<readonly CommandId[]>(() => tasks.map((one) => one.assignmentId));
  const [memberIds, setMemberIds] = useState<readonly MemberId[] | null>(null);
  const [kind, setKind] = useState<SaveKind>('folder');
  const [withEarlier, setWithEarlier] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  if (!view) return null;
  const { classroom } = view;
  const choice = { assignmentIds: taskIds, memberIds, withEarlier };
  const works = chosenWorks(classroom, choice);
  const items = saveItems(classroom, title, choice, { note: t.saving.note, attempt: t.saving.attempt });
  const bytes = items.reduce((sum, { what }) => sum + ('file' in what ? what.file.sizeBytes : 0), 0);
  const isTooMuch = items.length > SAVE_ITEMS_MAX;
  const students = Object.values(classroom.members)
    .filter((member) => member.role === 'student' && member.state !== 'removed')
    .toSorted((a, b) => a.name.localeCompare(b.name, 'ru'));
  const only = taskIds.length === 1 ? classroom.assignments[taskIds[0]!] : undefined;
  const connection = servers.find((one) => one.server.serverId === server.serverId)?.connection?.state;

  const begin = async () => {
    setAsking(true);
    setFailure(null);
    try {
      const isOnline = connection === 'online' || connection === 'updating';
      const name = only ? `${title} – ${only.title}` : title;
      const begun = await call('saves.begin', { kind, title: name, serverId: server.serverId, isOnline, items });
      if (begun) onClose();
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      setAsking(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t.saving.title} closeOnEscape={!isAsking}>
      <div className={classes.form}>
        <p className={classes.lead}>{t.saving.lead}</p>
        <p className={classes.lead}>{t.saving.personal}</p>
        {assignmentId === null && tasks.length > 0 && (
          <fieldset className={choices.group}>
            <legend className={choices.legend}>{t.saving.tasks}</legend>
            <Checkbox
              label={t.saving.allTasks}
              checked={taskIds.length === tasks.length}
              indeterminate={taskIds.length > 0 && taskIds.length < tasks.length}
              onChange={(event) => setTaskIds(event.currentTarget.checked ? tasks.map((one) => one.assignmentId) : [])}
            />
            <div className={choices.many}>
              {tasks.map((one) => (
                <Checkbox
                  key={one.assignmentId}
                  label={one.title}
                  checked={taskIds.includes(one.assignmentId)}
                  onChange={(event) => {
                    const { checked } = event.currentTarget;
                    setTaskIds((old) =>
                      checked ? [...old, one.assignmentId] : old.filter((id) => id !== one.assignmentId),
                    );
                  }}
                />
              ))}
            </div>
          </fieldset>
        )}
        <fieldset className={choices.group}>
          <legend className={choices.legend}>{t.saving.who}</legend>
          <SegmentedControl
            aria-label={t.saving.who}
            data={[
              { value: 'all', label: t.saving.everybody },
              { value: 'some', label: t.saving.some },
            ]}
            value={memberIds === null ? 'all' : 'some'}
            onChange={(value) => setMemberIds(value === 'all' ? null : [])}
          />
          {memberIds !== null && (
            <div className={choices.many}>
              {students.map(({ memberId, name }) => (
                <Checkbox
                  key={memberId}
                  label={name}
                  checked={memberIds.includes(memberId)}
                  onChange={(event) => {
                    const { checked } = event.currentTarget;
                    setMemberIds((old) => (checked ? [...(old ?? []), memberId] : (old ?? []).filter((id) => id !== memberId))); // prettier-ignore
                  }}
                />
              ))}
            </div>
          )}
        </fieldset>
        <div>
          <div className={choices.legend}>{t.saving.how}</div>
          <SegmentedControl
            aria-label={t.saving.how}
            data={SAVE_KINDS.map((value) => ({ value, label: t.saving.kinds[value] }))}
            value={kind}
            onChange={(value) => setKind(value as SaveKind)}
          />
        </div>
        <Checkbox
          label={t.saving.withEarlier}
          checked={withEarlier}
          onChange={(event) => setWithEarlier(event.currentTarget.checked)}
        />
        <p className={classes.sum} role="status">
          {items.length === 0
            ? t.saving.nothing
            : t.saving.sum(works.length, items.length, formatSize(language, bytes))}
        </p>
        {isTooMuch && <Notice tone="warn">{t.saving.tooMany(SAVE_ITEMS_MAX)}</Notice>}
        {failure && <ErrorNotice code={failure} />}
      </div>
      <div className={classes.buttons}>
        <Button variant="default" disabled={isAsking} onClick={onClose}>
          {t.saving.cancel}
        </Button>
        <Button
          data-autofocus
          loading={isAsking}
          disabled={items.length === 0 || isTooMuch}
          onClick={() => void begin()}
        >
          {t.saving.begin}
        </Button>
      </div>
    </Modal>
  );
}
