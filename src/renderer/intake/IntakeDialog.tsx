/**
 * «Принять работы»: what was found on the left, pupils on the right. What the names say is given by itself, and says how sure it is;
 * the rest takes a press or a few letters. Everything is done by keys alone: arrows and Space mark files, Enter goes to the pupils,
 * letters of a surname and Enter give. Then one command a pupil; what could not be brought stays with its reason. What a person has
 * sorted goes only by his word.
 */
import { Button, Modal, Progress } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Assignment } from '../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { MemberId } from '../../core/ids.ts';
import { worksOf } from '../../core/works.ts';
import type { Intake } from '../../preload/contract.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { Notice } from '../frame/Notice.tsx';
import { useNow } from '../frame/now.ts';
import { useTexts } from '../texts/texts.ts';
import { FoundFiles } from './FoundFiles.tsx';
import { LeftOut } from './LeftOut.tsx';
import { broughtOf, give, nameOf, sort } from './sorting.ts';
import { ToWhom } from './ToWhom.tsx';
import classes from './IntakeDialog.module.css';

export interface IntakeDialogProps {
  assignment: Assignment;
  intake: Intake;
  onClose: () => void;
}

export function IntakeDialog({ assignment, intake, onClose }: IntakeDialogProps) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const { bring, call } = useDesktop();
  const { logId, view, store, server, title } = useOpenClass();
  const works = useMemo(() => (view ? worksOf(view.classroom, assignment) : []), [view, assignment]);
  // What the names say is asked once: works that are brought meanwhile change nothing of what a person sees.
  const [sorting, setSorting] = useState(() => sort(intake, works, title));
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [done, setDone] = useState<ReadonlySet<MemberId>>(new Set());
  const [failures, setFailures] = useState<ReadonlyMap<MemberId, ErrorCode>>(new Map());
  const [isLeaving, setLeaving] = useState(false);
  const [running, setRunning] = useState<{ done: number; total: number } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);

  const all = useMemo(() => broughtOf(sorting, now), [sorting, now]);
  const brought = all.filter(({ memberId }) => !done.has(memberId));
  const rest = [...sorting.values()].filter(({ memberId, held }) => memberId === null && held?.why !== 'seen').length;
  /** Given by hand and not brought: closing would throw it away. */
  const sortedByHand = [...sorting.values()].filter(
    ({ because, memberId }) => because === 'chosen' && memberId !== null && !done.has(memberId),
  ).length;
  const ready = brought.filter(({ isTooMany }) => !isTooMany);

  const giveTo = useCallback((ids: Iterable<string>, memberId: MemberId | null) => {
    setSorting((old) => give(old, ids, memberId));
    // Somebody whose work is in gets more: all of it is to come once more, as his next attempt.
    setDone((old) => new Set([...old].filter((one) => one !== memberId)));
    setMarked(new Set());
  }, []);
  const close = () => {
    call('intake.end', { intakeId: intake.intakeId }).catch(() => undefined);
    onClose();
  };
  const leave = () => (sortedByHand > 0 ? setLeaving(true) : close());
  const takeIn = async () => {
    const total = ready.length;
    const failed = new Map<MemberId, ErrorCode>();
    const ok = new Set(done);
    setFailures(new Map());
    for (const [n, { memberId, files, writtenAt }] of ready.entries()) {
      setRunning({ done: n, total });
      try {
        const ids = files.map(({ id }) => id);
        const chosen = await bring(intake.intakeId, server.serverId, ids);
        const fileIds = chosen.map(({ fileId }) => fileId);
        const body = { assignmentId: assignment.assignmentId, memberId, fileIds, note: '', writtenAt };
        await store.send(logId, 'bringWork', body);
        ok.add(memberId);
      } catch (error) {
        failed.set(memberId, codeOf(error));
      }
    }
    setRunning(null);
    setDone(ok);
    setFailures(failed);
    if (ok.size > done.size) {
      const message = t.intake.broughtMore;
      notifications.show({ title: t.intake.brought(ok.size - done.size), message });
    }
    if (failed.size === 0 && total === brought.length) close();
  };

  if (!view) return null;
  return (
    <Modal
      opened
      onClose={leave}
      title={t.intake.title(assignment.title)}
      size="min(76rem, 96vw)"
      closeOnClickOutside={false}
      closeOnEscape={!running && !isLeaving}
      withCloseButton={!running}
    >
      {intake.files.length === 0 ? (
        <Notice tone="warn" title={t.intake.nothing} isLive>
          {t.intake.nothingMore}
        </Notice>
      ) : (
        <div className={classes.sides} inert={running !== null}>
          <FoundFiles
            listRef={list}
            sorting={sorting}
            classroom={view.classroom}
            done={done}
            marked={marked}
            onMark={setMarked}
            onGive={giveTo}
            onPupils={() => search.current?.focus()}
          />
          <ToWhom
            searchRef={search}
            works={works}
            sorting={sorting}
            done={done}
            marked={marked}
            onGive={(memberId) => {
              giveTo(marked, memberId);
              list.current?.focus();
            }}
          />
        </div>
      )}
      <LeftOut intake={intake} />
      {failures.size > 0 && (
        <div className={classes.failures}>
          <Notice tone="bad" title={t.intake.failedSome(failures.size)} isLive>
            <ul className={classes.reasons}>
              {[...failures].map(([memberId, code]) => (
                <li key={memberId}>
                  {nameOf(view.classroom, memberId)}: {errorText(language, code).what}
                </li>
              ))}
            </ul>
          </Notice>
        </div>
      )}
      <div className={classes.foot}>
        {running ? (
          <div className={classes.running} role="status">
            <span>{t.intake.bringing(running.done, running.total)}</span>
            <Progress
              value={(100 * running.done) / Math.max(1, running.total)}
              aria-label={t.intake.bringing(running.done, running.total)}
            />
          </div>
        ) : (
          <p className={classes.rest}>{intake.files.length > 0 && t.intake.rest(rest)}</p>
        )}
        <Button variant="default" disabled={running !== null} onClick={leave}>
          {t.intake.cancel}
        </Button>
        {intake.files.length > 0 && (
          <Button loading={running !== null} disabled={ready.length === 0} onClick={() => void takeIn()}>
            {t.intake.bring(ready.length)}
          </Button>
        )}
      </div>
      {/* Made only now: one that is kept ready would hear the very Escape that opens it. */}
      {isLeaving && (
        <Modal opened onClose={() => setLeaving(false)} title={t.intake.leaveTitle}>
          <p className={classes.question}>{t.intake.leaveWhat(sortedByHand)}</p>
          <div className={classes.buttons}>
            <Button variant="default" data-autofocus onClick={() => setLeaving(false)}>
              {t.intake.stay}
            </Button>
            <Button color="red" onClick={close}>
              {t.intake.leave}
            </Button>
          </div>
        </Modal>
      )}
    </Modal>
  );
}
