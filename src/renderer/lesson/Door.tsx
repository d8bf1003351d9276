/**
 * The way in as a ladder, to be projected: a name, a QR code, a short address with the class code, cards to print. Promises: readable
 * from the last desk; an ended code is never shown as good; QR and cards bear the number, which every device understands.
 */
import { Button, Tooltip } from '@mantine/core';
import { IconPrinter, IconRefresh } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { LogId } from '../../core/ids.ts';
import type { JoinCode } from '../../core/wire.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useClass, useStore } from '../../ui/store.tsx';
import { useDesktop, useHub } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { bestAddress, codeShown, joinUrl, namedUrl, otherAddresses, shownAddress } from './addresses.ts';
import { QrCode } from './QrCode.tsx';
import { studentsOf } from './wall-tiles.ts';
import classes from './Lesson.module.css';

/** @param now the hub's clock */
export function Door({ logId, isOnline, now }: { logId: LogId; isOnline: boolean; now: number }) {
  const t = useTexts();
  const hub = useHub();
  const { server } = useOpenClass();
  const joinCode = useJoinCode(logId, isOnline, now);
  const isEmbedded = server.kind === 'embedded';
  const address = isEmbedded ? (bestAddress(hub.addresses)?.url ?? null) : server.url || null;
  useAnnounced(isEmbedded && hub.state === 'ready');
  if (address === null || !joinCode.code) {
    return (
      <div className={classes.noBoard}>
        {joinCode.error && isOnline ? (
          <ErrorNotice code={joinCode.error} />
        ) : (
          <Notice tone="warn">{isEmbedded ? t.lesson.noCode : t.lesson.remoteOffline}</Notice>
        )}
      </div>
    );
  }
  return (
    <Board
      logId={logId}
      address={address}
      name={isEmbedded ? namedUrl(hub) : null}
      others={isEmbedded ? otherAddresses(hub.addresses) : []}
      code={joinCode.code}
      onRenew={joinCode.renew}
    />
  );
}

/** Whoever shows the way in wants the name of it as well. */
function useAnnounced(isShown: boolean) {
  const { call } = useDesktop();
  useEffect(() => {
    // Without a name there is the number still.
    if (isShown) call('hub.announce', {}).catch(() => undefined);
  }, [call, isShown]);
}

/** The class code as the hub knows it; asked for again and again from when it has run out, also while this computer slept. */
function useJoinCode(logId: LogId, isOnline: boolean, now: number) {
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
  const isOver = state.code === null || state.code.expiresAt <= now;
  const wantedAt = isOver ? now : null;
  useEffect(() => {
    if (isOnline && wantedAt !== null) void take(store.hub.joinCode(logId));
  }, [store, logId, isOnline, wantedAt, take]);
  const renew = () => void take(store.hub.renewJoinCode(logId));
  return { code: isOver ? null : state.code, error: state.error, renew };
}

interface BoardProps {
  logId: LogId;
  address: string;
  /** The address by the name that this network knows; null where it has none. */
  name: string | null;
  others: readonly string[];
  code: JoinCode;
  onRenew: () => void;
}

/** What is shown to the class. */
function Board({ logId, address, name, others, code, onRenew }: BoardProps) {
  const t = useTexts();
  const language = useLanguage();
  const [isPrinting, setPrinting] = useState(false);
  return (
    <section className={classes.room} aria-label={t.door.ladder}>
      <div className={classes.board}>
        <div className={classes.words}>
          <p className={classes.label}>{t.door.byAddress}</p>
          <p className={classes.address}>{shownAddress(name ?? address)}</p>
          {name !== null && (
            <>
              <p className={classes.label}>{t.door.byNumber}</p>
              <p className={classes.number}>{shownAddress(address)}</p>
            </>
          )}
          <p className={classes.label}>{t.door.byCode}</p>
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
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPrinter size={16} stroke={1.8} aria-hidden />}
              onClick={() => setPrinting(true)}
            >
              {t.door.print}
            </Button>
          </div>
          {others.length > 0 && (
            <p className={classes.others}>
              {t.lesson.otherAddresses}: {others.map(shownAddress).join(', ')}
            </p>
          )}
          <p className={classes.others}>{t.door.byCard}</p>
        </div>
        <figure className={classes.qr}>
          <figcaption className={classes.label}>{t.door.byQr}</figcaption>
          <QrCode text={joinUrl(address, code.code)} label={t.lesson.qr(shownAddress(address))} />
        </figure>
      </div>
      {isPrinting && <Cards logId={logId} address={address} code={code} onPrinted={() => setPrinting(false)} />}
    </section>
  );
}

/** One card for everybody on the list, on paper only: the print dialog opens over the screen as it is. */
function Cards({
  logId,
  address,
  code,
  onPrinted,
}: {
  logId: LogId;
  address: string;
  code: JoinCode;
  onPrinted: () => void;
}) {
  const t = useTexts();
  const language = useLanguage();
  const view = useClass(logId);
  useEffect(() => {
    window.print();
    onPrinted();
    // Once: the dialog is over when the call returns.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  if (!view) return null;
  // Paper knows no "today".
  const codeUntil = t.lesson.codeUntil(formatDateTime(language, code.expiresAt, 0));
  return createPortal(
    <div className={classes.cards}>
      {studentsOf(view.classroom).map((member) => (
        <article key={member.memberId} className={classes.card}>
          <QrCode text={joinUrl(address, code.code)} label={t.lesson.qr(shownAddress(address))} />
          <div>
            <h2>{member.name}</h2>
            <p>{view.classroom.title}</p>
            <p>{t.door.cardHow}</p>
            <p>{codeUntil}</p>
          </div>
          <p className={classes.typed}>
            <strong>{shownAddress(address)}</strong>
            <strong>{codeShown(code.code)}</strong>
          </p>
        </article>
      ))}
    </div>,
    document.body,
  );
}
