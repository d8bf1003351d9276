/** Saving a chat with its files into a folder: what will happen, how far it is, what came of it. */
import { Button, Checkbox, Modal, Progress } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ClassView } from '../../../client/class-store.ts';
import type { Channel } from '../../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../../core/errors.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { useDesktop } from '../../desktop.tsx';
import { useClasses, useOpenClass } from '../../frame/classes.tsx';
import { useFailure } from '../../frame/failure.ts';
import { ErrorNotice, Notice } from '../../frame/Notice.tsx';
import { useTexts, type Texts } from '../../texts/texts.ts';
import { channelName } from './channels.ts';
import { exportChat, type ExportStep } from './export-chat.ts';
import classes from './ExportChat.module.css';

export function ExportChat({ view, channel, onClose }: { view: ClassView; channel: Channel; onClose: () => void }) {
  const t = useTexts();
  const language = useLanguage();
  const desktop = useDesktop();
  const failed = useFailure();
  const { store, server, title } = useOpenClass();
  const { servers } = useClasses();
  const [withFiles, setWithFiles] = useState(true);
  const [step, setStep] = useState<ExportStep | null>(null);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const stop = useRef<AbortController | null>(null);
  // Whoever leaves the chat leaves nothing half done behind.
  useEffect(() => () => stop.current?.abort(), []);
  const chat = channelName(t, view.classroom, view.memberId, channel);
  const isRunning = step !== null && step.at !== 'done';
  const connection = servers.find((one) => one.server.serverId === server.serverId)?.connection?.state;

  const begin = async () => {
    const abort = new AbortController();
    stop.current = abort;
    setFailure(null);
    try {
      const { classroom, logId } = view;
      const { serverId } = server;
      const isOnline = connection === 'online' || connection === 'updating';
      const isSchool = classroom.kind === 'school';
      const said = { t, language, classroom, title: isSchool ? t.school.title : title, chat };
      const { signal } = abort;
      const where = { desktop, store, serverId, logId, channelId: channel.channelId };
      const isSaved = await exportChat({ ...said, ...where, withFiles, isOnline, signal, onStep: setStep });
      if (!isSaved) setStep(null);
    } catch (error) {
      setStep(null);
      if (!abort.signal.aborted) setFailure(codeOf(error));
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.exporting.title(chat)}
      closeOnClickOutside={!isRunning}
      closeOnEscape={!isRunning}
      withCloseButton={!isRunning}
    >
      {step?.at === 'done' ? (
        <Saved step={step} />
      ) : isRunning ? (
        <div role="status">
          <p className={classes.step}>{stepWords(t, step)}</p>
          {step.at === 'saving' && (
            <Progress value={(100 * step.done) / Math.max(1, step.total)} aria-label={t.exporting.title(chat)} />
          )}
        </div>
      ) : (
        <>
          <p className={classes.lead}>{t.exporting.lead}</p>
          <p className={classes.lead}>{t.exporting.personal}</p>
          <Checkbox
            label={t.exporting.withFiles}
            checked={withFiles}
            onChange={(event) => setWithFiles(event.currentTarget.checked)}
          />
          {failure && (
            <div className={classes.failure}>
              <p className={classes.lead}>{t.exporting.failed}</p>
              <ErrorNotice code={failure} />
            </div>
          )}
        </>
      )}
      <div className={classes.answers}>
        {step?.at === 'done' ? (
          <>
            <Button
              variant="default"
              onClick={() => void desktop.call('export.show', { exportId: step.exportId }).catch(failed)}
            >
              {t.exporting.show}
            </Button>
            <Button data-autofocus onClick={onClose}>
              {t.exporting.close}
            </Button>
          </>
        ) : isRunning ? (
          <Button variant="default" disabled={step.at === 'choosing'} onClick={() => stop.current?.abort()}>
            {t.exporting.stop}
          </Button>
        ) : (
          <>
            <Button variant="default" onClick={onClose}>
              {t.exporting.cancel}
            </Button>
            <Button data-autofocus onClick={() => void begin()}>
              {t.exporting.choose}
            </Button>
          </>
        )}
      </div>
    </Modal>
  );
}

function stepWords(t: Texts, step: ExportStep): string {
  if (step.at === 'saving') return t.exporting.saving(step.done, step.total);
  return step.at === 'writing'
    ? t.exporting.writing
    : step.at === 'choosing'
      ? t.exporting.choose
      : t.exporting.reading;
}

function Saved({ step }: { step: Extract<ExportStep, { at: 'done' }> }) {
  const t = useTexts();
  return (
    <Notice tone={step.missing > 0 ? 'warn' : 'good'} title={t.exporting.done} isLive>
      {t.exporting.doneMore(step.messages, step.files)}
      {step.missing > 0 && ` ${t.exporting.missing(step.missing)}`}
    </Notice>
  );
}
