/**
 * The editor of an assignment, new or given already. Everything typed is kept with every stroke and is there again after a
 * crash; leaving never asks. A new one may go to several classes of one server at once, to some pupils of one, now or at a time.
 */
import { Button, Checkbox, NumberInput, Radio, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPaperclip } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ClipboardEvent, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import type { Assignment } from '../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { FILES_PER_COMMAND_MAX, POINTS_MAX } from '../../core/limits.ts';
import { SCALES, type ScaleKind } from '../../core/marks.ts';
import { formatDue } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDraft } from '../../ui/store.tsx';
import { useDesktop, useTransfers } from '../desktop.tsx';
import { useClasses, useOpenClass } from '../frame/classes.tsx';
import { ClassMark } from '../frame/ClassMark.tsx';
import { FileChip } from '../frame/FileChip.tsx';
import { useFileDrop } from '../frame/file-drop.ts';
import { ErrorNotice } from '../frame/Notice.tsx';
import { useNow } from '../frame/now.ts';
import { Screen } from '../frame/Screen.tsx';
import { DropHint } from '../intake/TakeIn.tsx';
import { useShortcuts } from '../frame/shortcuts.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { DayField } from './DayField.tsx';
import {
  contentOf,
  dayOf,
  editorKey,
  emptyForm,
  faultsOf,
  formOf,
  publishAtOf,
  type AssignmentForm,
  type FormFault,
} from './editing.ts';
import { TimeField } from './TimeField.tsx';
import classes from './AssignmentEditor.module.css';

const DAY_MS = 86_400_000;

export function AssignmentEditor({ assignmentId }: { assignmentId: CommandId | null }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const [, go] = useLocation();
  const { logId, view, store, server } = useOpenClass();
  const { classes: all, servers } = useClasses();
  const { upload, intake, call } = useDesktop();
  const transfers = useTransfers();
  const old = assignmentId ? view?.classroom.assignments[assignmentId] : undefined;
  const key = editorKey(logId, assignmentId);
  const draft = useDraft<AssignmentForm>(key);
  const form =
    draft.value ??
    (old
      ? { ...formOf(old), logIds: [logId], memberIds: old.assignees === 'all' ? null : [...old.assignees] }
      : emptyForm(logId));
  const latest = useRef(form);
  useEffect(() => {
    latest.current = form;
  });
  const write = (change: Partial<AssignmentForm>) => {
    latest.current = { ...latest.current, ...change };
    draft.write(latest.current);
  };
  const [shown, setShown] = useState<readonly FormFault[]>([]);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const title = useRef<HTMLInputElement>(null);
  const isSending = useRef(false);
  const faults = faultsOf(form, now);
  const fault = (...names: FormFault[]) => {
    const name = names.find((one) => faults.includes(one) && (shown.includes(one) || one !== 'title'));
    return name && (shown.length > 0 || name.endsWith('Long')) ? t.editor.faults[name] : undefined;
  };

  /** @param isPasted bytes without a path, as a picture of the screen */
  const attach = async (files: readonly File[], isPasted = false) => {
    if (files.length === 0) return undefined;
    setFailure(null);
    try {
      if (latest.current.files.length + files.length > FILES_PER_COMMAND_MAX) return setFailure('too-many');
      const chosen = isPasted
        ? await Promise.all(files.map((file) => intake(server.serverId, file)))
        : await upload(server.serverId, files);
      write({ files: [...latest.current.files, ...chosen] });
    } catch (error) {
      setFailure(codeOf(error));
    }
    return undefined;
  };

  const drop = useFileDrop((files) => void attach(files));
  const paste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    // Word puts a picture of the text beside the text.
    if (pasted.length === 0 || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    void attach(pasted, true);
  };

  const give = async (event?: FormEvent) => {
    event?.preventDefault();
    if (isSending.current) return;
    if (faults.length > 0) {
      setShown(faults);
      if (faults.includes('title')) title.current?.focus();
      return;
    }
    isSending.current = true;
    setFailure(null);
    const content = contentOf(form);
    try {
      if (assignmentId && old) {
        await store.sendAll(
          [{ logId, kind: 'changeAssignment', body: { ...content, assignmentId, seen: old.changeId } }],
          key,
        );
        go(routes.assignment(logId, assignmentId));
      } else {
        // One command per class with a common series: each is confirmed or refused alone.
        const seriesId = form.logIds.length > 1 ? store.newSeriesId() : null;
        const publishAt = form.publish === 'later' ? publishAtOf(form) : null;
        await store.sendAll(
          form.logIds.map((target) => ({
            logId: target,
            kind: publishAt === null ? 'assign' : 'scheduleAssignment',
            body: { ...content, seriesId, ...(publishAt === null ? {} : { publishAt }) },
          })),
          key,
        );
        go(routes.classTab(logId, 'assignments'));
      }
      draft.clear();
      const isOnline = servers.some((one) => one.store === store && one.connection?.state === 'online');
      const done = old ? t.editor.changed : t.editor.given;
      notifications.show({ title: isOnline ? done : t.editor.willBeSent, message: content.title });
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      isSending.current = false;
    }
  };

  useShortcuts(t.editor.new, [
    { keys: ['Ctrl+Enter'], text: old ? t.editor.save : t.editor.give, run: () => void give(), isGlobal: true },
  ]);

  if (!view || !draft.isLoaded || (assignmentId && !old)) return null;
  const siblings = all.filter((one) => one.server.serverId === server.serverId);
  const leave = assignmentId ? routes.assignment(logId, assignmentId) : routes.classTab(logId, 'assignments');
  const startOver = () => {
    // Files that only this draft named need not arrive.
    const dropped = form.files.filter((file) => !old?.files.some((kept) => kept.fileId === file.fileId));
    for (const { transferId, fileId, state } of transfers)
      if (state !== 'done' && dropped.some((file) => file.fileId === fileId))
        call('transfers.cancel', { transferId }).catch(() => undefined);
    draft.write(null);
    latest.current = old ? latest.current : emptyForm(logId);
    go(leave);
  };
  return (
    <Screen
      title={old ? t.editor.edit : t.editor.new}
      lead={t.editor.kept}
      back={{ href: leave, label: old ? old.title : t.assignments.toAll }}
      width="narrow"
    >
      <form
        className={classes.form}
        onSubmit={(event) => void give(event)}
        onPaste={paste}
        noValidate
        {...drop.handlers}
      >
        {drop.isOver && <DropHint>{t.drop.assignment}</DropHint>}
        <TextInput
          ref={title}
          label={t.editor.title}
          placeholder={t.editor.titleExample}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the first field of a form that was asked for.
          autoFocus={!old}
          value={form.title}
          error={fault('title', 'titleLong')}
          onChange={(event) => write({ title: event.currentTarget.value })}
        />
        <Textarea
          label={t.editor.text}
          placeholder={t.editor.textExample}
          autosize
          minRows={4}
          maxRows={20}
          value={form.text}
          error={fault('textLong')}
          onChange={(event) => write({ text: event.currentTarget.value })}
        />
        <div>
          {form.files.length > 0 && (
            <div className={classes.files}>
              {form.files.map((file) => (
                <FileChip
                  key={file.fileId}
                  file={file}
                  onRemove={() => write({ files: form.files.filter((other) => other.fileId !== file.fileId) })}
                />
              ))}
            </div>
          )}
          <Button
            variant="default"
            leftSection={<IconPaperclip size={18} stroke={1.7} aria-hidden />}
            onClick={() => chooser.current?.click()}
          >
            {t.editor.attach}
          </Button>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={t.editor.attach}
            onChange={(event) => {
              void attach([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = '';
            }}
          />
        </div>
        <fieldset className={classes.group}>
          <legend className={classes.legend}>{t.editor.due}</legend>
          <div className={classes.moment}>
            <DayField label={t.editor.dueDay} value={form.dueDay} onChange={(dueDay) => write({ dueDay })} />
            <TimeField
              label={t.editor.dueTime}
              value={form.dueTime}
              isDisabled={form.dueDay === ''}
              onChange={(dueTime) => write({ dueTime })}
            />
            <Button variant="default" size="xs" onClick={() => write({ dueDay: dayOf(now + DAY_MS) })}>
              {t.editor.tomorrow}
            </Button>
            <Button variant="default" size="xs" onClick={() => write({ dueDay: dayOf(now + 7 * DAY_MS) })}>
              {t.editor.inWeek}
            </Button>
            {form.dueDay !== '' && (
              <Button variant="subtle" color="gray" size="xs" onClick={() => write({ dueDay: '' })}>
                {t.editor.noDue}
              </Button>
            )}
          </div>
        </fieldset>
        <div>
          <div className={classes.legend} id="scale-label">
            {t.editor.scale}
          </div>
          <div className={classes.moment}>
            <SegmentedControl
              aria-labelledby="scale-label"
              data={SCALES.map((value) => ({ value, label: t.assignments.scales[value] }))}
              value={form.scale}
              onChange={(scale) => write({ scale: scale as ScaleKind })}
            />
            {form.scale === 'points' && (
              <NumberInput
                aria-label={t.editor.pointsMax}
                className={classes.points ?? ''}
                min={1}
                max={POINTS_MAX}
                allowDecimal={false}
                allowNegative={false}
                hideControls
                prefix={t.editor.upToPrefix}
                value={form.pointsMax}
                error={fault('points')}
                onChange={(value) => write({ pointsMax: Number(value) })}
              />
            )}
          </div>
        </div>
        <Audience form={form} old={old} siblings={siblings} write={write} fault={fault('nobody')} />
        {!old && (
          <Radio.Group
            label={t.editor.when}
            value={form.publish}
            onChange={(publish) => write({ publish: publish as AssignmentForm['publish'] })}
          >
            <div className={classes.when}>
              <Radio value="now" label={t.editor.now} />
              <Radio value="later" label={t.editor.later} />
              {form.publish === 'later' && (
                <div className={classes.moment}>
                  <DayField
                    label={t.editor.publishDay}
                    value={form.publishDay}
                    error={fault('publishAt')}
                    onChange={(publishDay) => write({ publishDay })}
                  />
                  <TimeField
                    label={t.editor.publishTime}
                    value={form.publishTime}
                    onChange={(publishTime) => write({ publishTime })}
                  />
                </div>
              )}
            </div>
          </Radio.Group>
        )}
        {old?.state === 'scheduled' && old.publishAt !== null && (
          <p className={classes.note}>{t.assignments.publishes(formatDue(language, old.publishAt, now))}</p>
        )}
        {failure && <ErrorNotice code={failure} />}
        <div className={classes.buttons}>
          <Button type="submit" size="md">
            {old ? t.editor.save : form.publish === 'later' ? t.editor.schedule : t.editor.give}
          </Button>
          <Button component={Link} href={leave} variant="subtle" color="gray" size="md">
            {t.editor.leave}
          </Button>
          {draft.value !== null && (
            <Button className={classes.startOver ?? ''} variant="subtle" color="gray" size="md" onClick={startOver}>
              {old ? t.editor.undo : t.editor.discard}
            </Button>
          )}
        </div>
      </form>
    </Screen>
  );
}

interface AudienceProps {
  form: AssignmentForm;
  old: Assignment | undefined;
  siblings: ReturnType<typeof useClasses>['classes'];
  write: (change: Partial<AssignmentForm>) => void;
  fault: string | undefined;
}

/** For whom: classes, or some pupils where it is one class. Once given, the circle only grows: what was read cannot be unread. */
function Audience({ form, old, siblings, write, fault }: AudienceProps) {
  const t = useTexts();
  const { logId, view, title } = useOpenClass();
  const only = form.logIds.length === 1 && form.logIds[0] === logId;
  const students = Object.values(view?.classroom.members ?? {})
    .filter((member) => member.role === 'student' && member.state !== 'removed')
    .toSorted((a, b) => a.name.localeCompare(b.name, 'ru'));
  const isFixed = (memberId: MemberId) =>
    old?.state === 'open' && old.assignees !== 'all' && old.assignees.includes(memberId);
  const canNarrow = !old || old.state !== 'open' || old.assignees !== 'all';
  const toggleClass = (target: LogId, isOn: boolean) => {
    const logIds = siblings
      .map((one) => one.logId)
      .filter((one) => (one === target ? isOn : form.logIds.includes(one)));
    write({ logIds, memberIds: null });
  };
  const toggleMember = (memberId: MemberId, isOn: boolean) => {
    const chosen = new Set(form.memberIds ?? []);
    if (isOn) chosen.add(memberId);
    else chosen.delete(memberId);
    write({ memberIds: students.map((one) => one.memberId).filter((one) => chosen.has(one)) });
  };
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{t.editor.forWhom}</legend>
      {!old && siblings.length > 1 && (
        <div className={classes.classes}>
          {siblings.map((one) => (
            <Checkbox
              key={one.logId}
              checked={form.logIds.includes(one.logId)}
              onChange={(event) => toggleClass(one.logId, event.currentTarget.checked)}
              label={
                <span className={classes.className}>
                  <ClassMark logId={one.logId} title={one.title} size="sm" />
                  {one.title}
                </span>
              }
            />
          ))}
        </div>
      )}
      {only && canNarrow && (
        <SegmentedControl
          aria-label={t.editor.forWhom}
          data={[
            { value: 'all', label: t.editor.everybody(title) },
            { value: 'some', label: t.editor.some },
          ]}
          value={form.memberIds === null ? 'all' : 'some'}
          onChange={(value) =>
            write({ memberIds: value === 'all' ? null : old && old.assignees !== 'all' ? [...old.assignees] : [] })
          }
        />
      )}
      {only && !canNarrow && <p className={classes.note}>{t.editor.onlyGrows}</p>}
      {only && form.memberIds !== null && (
        <div className={classes.students}>
          {students.map((member) => (
            <Checkbox
              key={member.memberId}
              label={member.name}
              checked={form.memberIds?.includes(member.memberId) ?? false}
              disabled={isFixed(member.memberId)}
              onChange={(event) => toggleMember(member.memberId, event.currentTarget.checked)}
            />
          ))}
        </div>
      )}
      {fault && (
        <p className={classes.fault} role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
