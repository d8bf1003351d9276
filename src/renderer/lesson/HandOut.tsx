/**
 * "Раздать": files and a text to all or some. Promises: what is being written is kept with every stroke; nothing is given out twice
 * by a quick second press; who comes later gets the same, because it is in the log.
 */
import { Button, Checkbox, Modal, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPackageExport, IconPaperclip } from '@tabler/icons-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { ClassView, DraftKey } from '../../client/class-store.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { LogId, MemberId } from '../../core/ids.ts';
import { ASSIGNMENT_TEXT_MAX, FILES_PER_COMMAND_MAX, TITLE_MAX } from '../../core/limits.ts';
import type { ChosenFile } from '../../preload/contract.ts';
import { formatTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDraft, useStore } from '../../ui/store.tsx';
import { useDesktop } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { useFileDrop } from '../frame/file-drop.ts';
import { FileChip } from '../frame/FileChip.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { useNow } from '../frame/now.ts';
import { useTexts } from '../texts/texts.ts';
import { studentsOf } from './wall-tiles.ts';
import classes from './HandOut.module.css';

interface HandOutForm {
  title: string;
  text: string;
  files: readonly ChosenFile[];
  /** null: everybody. */
  memberIds: readonly MemberId[] | null;
}
const EMPTY: HandOutForm = { title: '', text: '', files: [], memberIds: null };
const handOutKey = (logId: LogId): DraftKey => `assignment/${logId}/hand-out`;

interface HandOutProps {
  view: ClassView;
  /** Files that were dropped on the screen. */
  dropped: readonly File[];
  onGiven: () => void;
  onClose: () => void;
}

export function HandOut({ view, dropped, onGiven, onClose }: HandOutProps) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const store = useStore();
  const { server } = useOpenClass();
  const { upload } = useDesktop();
  const { logId, classroom } = view;
  const draft = useDraft<HandOutForm>(handOutKey(logId));
  const form = draft.value ?? EMPTY;
  const latest = useRef(form);
  useEffect(() => {
    latest.current = form;
  });
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const [fault, setFault] = useState<'nothing' | 'nobody' | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isSending = useRef(false);
  const chooser = useRef<HTMLInputElement>(null);
  const students = studentsOf(classroom);
  const write = (part: Partial<HandOutForm>) => {
    latest.current = { ...latest.current, ...part };
    setFault(null);
    draft.write(latest.current);
  };

  const attach = async (files: readonly File[]) => {
    if (files.length === 0) return;
    setFailure(null);
    setBusy(true);
    try {
      const room = FILES_PER_COMMAND_MAX - latest.current.files.length;
      if (files.length > room) return setFailure('too-many');
      const chosen = await upload(server.serverId, files);
      write({ files: [...latest.current.files, ...chosen] });
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      setBusy(false);
    }
  };
  const drop = useFileDrop((files) => void attach(files));
  const isTaken = useRef(false);
  useEffect(() => {
    if (isTaken.current || !draft.isLoaded) return;
    isTaken.current = true;
    void attach(dropped);
  });

  const nameAuto = form.files[0]?.name ?? t.handOut.nameAuto(formatTime(language, now));
  const give = async (event: FormEvent) => {
    event.preventDefault();
    if (isSending.current || isBusy) return;
    if (form.files.length === 0 && form.text.trim() === '') return setFault('nothing');
    if (form.memberIds?.length === 0) return setFault('nobody');
    isSending.current = true;
    setFailure(null);
    const title = (form.title.trim() || nameAuto).slice(0, TITLE_MAX);
    try {
      await store.send(
        logId,
        'assign',
        {
          title,
          text: form.text.trimEnd(),
          dueAt: null,
          scale: { kind: 'five' },
          assignees: form.memberIds === null ? 'all' : [...form.memberIds],
          fileIds: form.files.map(({ fileId }) => fileId),
          seriesId: null,
          isHandout: true,
        },
        handOutKey(logId),
      );
      draft.clear();
      notifications.show({ title: t.handOut.noted, message: title });
      onGiven();
      onClose();
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      isSending.current = false;
    }
  };

  if (!draft.isLoaded) return null;
  const toggle = (memberId: MemberId, isOn: boolean) => {
    const chosen = new Set(form.memberIds ?? []);
    if (isOn) chosen.add(memberId);
    else chosen.delete(memberId);
    write({ memberIds: students.map((one) => one.memberId).filter((id) => chosen.has(id)) });
  };
  return (
    <Modal opened onClose={onClose} title={t.handOut.title} size="lg">
      <form className={classes.form} onSubmit={(event) => void give(event)} noValidate {...drop.handlers}>
        <div className={classes.files} data-over={drop.isOver || undefined}>
          {form.files.map((file) => (
            <FileChip
              key={file.fileId}
              file={file}
              onRemove={() => write({ files: form.files.filter(({ fileId }) => fileId !== file.fileId) })}
            />
          ))}
          <div className={classes.add}>
            <span>{t.handOut.drop}</span>
            <Button
              data-autofocus
              variant="default"
              loading={isBusy}
              leftSection={<IconPaperclip size={18} stroke={1.7} aria-hidden />}
              onClick={() => chooser.current?.click()}
            >
              {t.handOut.choose}
            </Button>
          </div>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={t.handOut.choose}
            onChange={(event) => {
              void attach([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = '';
            }}
          />
        </div>
        <Textarea
          label={t.handOut.text}
          placeholder={t.handOut.textExample}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={ASSIGNMENT_TEXT_MAX}
          value={form.text}
          onChange={(event) => write({ text: event.currentTarget.value })}
        />
        <TextInput
          label={t.handOut.name}
          placeholder={nameAuto}
          maxLength={TITLE_MAX}
          value={form.title}
          onChange={(event) => write({ title: event.currentTarget.value })}
        />
        <div>
          <div className={classes.label}>{t.handOut.forWhom}</div>
          <SegmentedControl
            aria-label={t.handOut.forWhom}
            value={form.memberIds === null ? 'all' : 'some'}
            onChange={(value) => write({ memberIds: value === 'all' ? null : [] })}
            data={[
              { value: 'all', label: t.handOut.all(students.length) },
              { value: 'some', label: t.handOut.some },
            ]}
          />
          {form.memberIds === null ? (
            <p className={classes.note}>{t.handOut.lateComers}</p>
          ) : (
            <div className={classes.people}>
              {students.map(({ memberId, name }) => (
                <Checkbox
                  key={memberId}
                  label={name}
                  checked={form.memberIds?.includes(memberId) ?? false}
                  onChange={(event) => toggle(memberId, event.currentTarget.checked)}
                />
              ))}
            </div>
          )}
        </div>
        {fault && (
          <p className={classes.fault} role="alert">
            {t.handOut[fault]}
          </p>
        )}
        {failure && <ErrorNotice code={failure} />}
        <div className={classes.answers}>
          <Button variant="default" onClick={onClose}>
            {t.handOut.cancel}
          </Button>
          <Button type="submit" leftSection={<IconPackageExport size={18} stroke={1.6} aria-hidden />}>
            {t.handOut.give}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
