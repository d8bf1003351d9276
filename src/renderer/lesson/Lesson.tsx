/**
 * Урок: how pupils get in (address, code, QR, readable from the last desk), who is here, who waits at the door, the end of the
 * lesson. Promises: ending says before what happens and after what happened; where pupils cannot reach this computer, it says
 * why and what to do.
 */
import { Button, Modal, NativeSelect, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconDoorExit, IconRefresh, IconSchoolOff, IconUserQuestion } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { ClassView } from '../../client/class-store.ts';
import type { Member } from '../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { LogId, MemberId } from '../../core/ids.ts';
import type { JoinCode } from '../../core/wire.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useClass, useConnection, useStore } from '../../ui/store.tsx';
import { useHub } from '../desktop.tsx';
import { useClasses, useOpenClass } from '../frame/classes.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { JoinRequests } from '../members/JoinRequests.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { bestAddress, codeShown, joinUrl, otherAddresses, shownAddress } from './addresses.ts';
import { ConnectionCheck } from './ConnectionCheck.tsx';
import { usePresent } from './present.ts';
import { QrCode } from './QrCode.tsx';
import classes from './Lesson.module.css';

export function Lesson({ logId }: { logId: LogId | null }) {
  const t = useTexts();
  const { classes: all, isLoaded } = useClasses();
  const [, go] = useLocation();
  const first = all[0]?.logId;
  useEffect(() => {
    if (logId === null && first) go(routes.lesson(first), { replace: true });
  }, [logId, first, go]);
  if (!isLoaded) return null;
  if (logId !== null) return <ClassLesson key={logId} logId={logId} />;
  return first ? null : (
    <Screen title={t.lesson.title}>
      <EmptyState
        icon={IconSchoolOff}
        title={t.lesson.noClasses}
        actions={<Button onClick={() => go(routes.newClass())}>{t.frame.newClass}</Button>}
      >
        {t.lesson.noClassesMore}
      </EmptyState>
    </Screen>
  );
}

function ClassLesson({ logId }: { logId: LogId }) {
  const t = useTexts();
  const [, go] = useLocation();
  const { classes: all } = useClasses();
  const { server } = useOpenClass();
  const view = useClass(logId);
  const hub = useHub();
  const connection = useConnection();
  const isOnline = connection?.state === 'online' || connection?.state === 'updating';
  const joinCode = useJoinCode(logId, isOnline);
  const [isLarge, setLarge] = useState(false);
  const isEmbedded = server.kind === 'embedded';
  const address = isEmbedded ? (bestAddress(hub.addresses)?.url ?? null) : server.url || null;
  if (!view) return null;
  const board = address !== null && joinCode.code && (
    <Board
      address={address}
      others={isEmbedded ? otherAddresses(hub.addresses) : []}
      code={joinCode.code}
      onRenew={joinCode.renew}
    />
  );
  return (
    <Screen
      title={t.lesson.title}
      lead={isEmbedded ? undefined : t.lesson.remote}
      actions={
        <>
          {all.length > 1 && (
            <NativeSelect
              aria-label={t.lesson.chooseClass}
              value={logId}
              onChange={(event) => go(routes.lesson(event.currentTarget.value as LogId), { replace: true })}
              data={all.map((openClass) => ({ value: openClass.logId, label: openClass.title }))}
            />
          )}
          {board && (
            <Button
              variant="default"
              leftSection={<IconArrowsMaximize size={18} stroke={1.6} aria-hidden />}
              onClick={() => setLarge(true)}
            >
              {t.lesson.fullScreen}
            </Button>
          )}
          <EndLesson logId={logId} isOnline={isOnline} />
        </>
      }
    >
      {board || (
        <div className={classes.noBoard}>
          {joinCode.error && isOnline ? (
            <ErrorNotice code={joinCode.error} />
          ) : (
            <Notice tone="warn">{isEmbedded ? t.lesson.noCode : t.lesson.remoteOffline}</Notice>
          )}
        </div>
      )}
      {isEmbedded && <ConnectionCheck hub={hub} />}
      <JoinRequests logId={logId} classroom={view.classroom} />
      <WhoIsHere view={view} />
      <Modal fullScreen opened={isLarge} onClose={() => setLarge(false)} title={view.classroom.title}>
        <div className={classes.large}>{board}</div>
      </Modal>
    </Screen>
  );
}

/** The class code as the hub knows it; asked again when the connection is back and when the code has run out. */
function useJoinCode(logId: LogId, isOnline: boolean) {
  const store = useStore();
  const [state, setState] = useState<{ code: JoinCode | null; error: ErrorCode | null }>({ code: null, error: null });
  const take = useCallback(
    (answer: Promise<JoinCode>) =>
      answer.then(
        (code) => setState({ code, error: null }),
        (error: unknown) => setState((old) => ({ ...old, error: codeOf(error) })),
      ),
    [],
  );
  const expiresAt = state.code?.expiresAt ?? null;
  useEffect(() => {
    if (!isOnline) return undefined;
    if (expiresAt === null || expiresAt <= Date.now()) {
      void take(store.hub.joinCode(logId));
      return undefined;
    }
    const timer = setTimeout(() => void take(store.hub.joinCode(logId)), Math.min(expiresAt - Date.now(), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [store, logId, isOnline, expiresAt, take]);
  const renew = () => void take(store.hub.renewJoinCode(logId));
  return { ...state, renew };
}

interface BoardProps {
  address: string;
  others: readonly string[];
  code: JoinCode;
  onRenew: () => void;
}

/** What is shown to the class. */
function Board({ address, others, code, onRenew }: BoardProps) {
  const t = useTexts();
  const language = useLanguage();
  return (
    <section className={classes.room} aria-label={t.lesson.howTo}>
      <div className={classes.board}>
        <div className={classes.words}>
          <p className={classes.label}>{t.lesson.howTo}</p>
          <p className={classes.address}>{shownAddress(address)}</p>
          <p className={classes.label}>{t.lesson.code}</p>
          <p className={classes.code} aria-label={`${t.lesson.code}: ${code.code}`}>
            {codeShown(code.code)}
          </p>
          <div className={classes.codeFoot}>
            <span>{t.lesson.codeUntil(formatDateTime(language, code.expiresAt))}</span>
            <Tooltip label={t.lesson.renewHint}>
              <Button
                size="compact-sm"
                variant="subtle"
                leftSection={<IconRefresh size={16} stroke={1.8} aria-hidden />}
                onClick={onRenew}
              >
                {t.lesson.renew}
              </Button>
            </Tooltip>
          </div>
          {others.length > 0 && (
            <p className={classes.others}>
              {t.lesson.otherAddresses}: {others.map(shownAddress).join(', ')}
            </p>
          )}
        </div>
        <div className={classes.qr}>
          <QrCode text={joinUrl(address, code.code)} label={t.lesson.qr(shownAddress(address))} />
        </div>
      </div>
    </section>
  );
}

function WhoIsHere({ view }: { view: ClassView }) {
  const t = useTexts();
  const present = usePresent(view.logId);
  const students = Object.values<Member>(view.classroom.members)
    .filter((member) => member.role === 'student' && member.state !== 'removed')
    .sort((a, b) => a.name.localeCompare(b.name, 'ru'));
  const isHere = (memberId: MemberId) => present?.has(memberId) ?? false;
  const here = students.filter((member) => isHere(member.memberId));
  const absent = students.filter((member) => !isHere(member.memberId));
  if (present === null) return null;
  return (
    <Section title={t.lesson.here(here.length, students.length)}>
      {here.length === 0 ? (
        <p className={classes.nobody}>
          <IconUserQuestion size={20} stroke={1.6} aria-hidden />
          {t.lesson.hereEmpty}
        </p>
      ) : (
        <ul className={classes.people} aria-label={t.lesson.hereHint}>
          {here.map((member) => (
            <li key={member.memberId} className={classes.person} data-here>
              {member.name}
            </li>
          ))}
        </ul>
      )}
      {here.length > 0 && absent.length > 0 && (
        <>
          <h3 className={classes.absentTitle}>{t.lesson.absent(absent.length)}</h3>
          <ul className={classes.people}>
            {absent.map((member) => (
              <li key={member.memberId} className={classes.person}>
                {member.name}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function EndLesson({ logId, isOnline }: { logId: LogId; isOnline: boolean }) {
  const t = useTexts();
  const store = useStore();
  const [isAsking, setAsking] = useState(false);
  const [isEnding, setEnding] = useState(false);
  const [result, setResult] = useState<number | ErrorCode | null>(null);
  const end = async () => {
    setEnding(true);
    try {
      setResult((await store.hub.endLesson(logId)).pages);
    } catch (error) {
      setResult(codeOf(error));
    } finally {
      setEnding(false);
    }
  };
  const close = () => setAsking(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconDoorExit size={18} stroke={1.6} aria-hidden />}
        disabled={!isOnline}
        onClick={() => {
          setResult(null);
          setAsking(true);
        }}
      >
        {t.lesson.end}
      </Button>
      <Modal opened={isAsking} onClose={close} title={typeof result === 'number' ? t.lesson.title : t.lesson.endTitle}>
        {typeof result === 'number' ? (
          <Notice tone="good" isLive>
            {t.lesson.ended(result)}
          </Notice>
        ) : (
          <>
            {result && <ErrorNotice code={result} />}
            <p className={classes.asking}>{t.lesson.endText}</p>
          </>
        )}
        <div className={classes.answers}>
          <Button variant="default" onClick={close}>
            {typeof result === 'number' ? t.review.close : t.lesson.cancel}
          </Button>
          {typeof result !== 'number' && (
            <Button data-autofocus loading={isEnding} onClick={() => void end()}>
              {t.lesson.endYes}
            </Button>
          )}
        </div>
      </Modal>
    </>
  );
}
