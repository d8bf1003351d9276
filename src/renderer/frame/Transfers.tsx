/**
 * Files on their way: one line in the rail while there are any, and a popover with all of them by group: what failed and why, what is
 * under way, what waits in which order, what is done and may be opened, shown or dragged out. One Tab stop in the list, arrows in
 * it; the order is changed by keys and buttons. What has failed stays until the teacher decides.
 */
import { Button, Popover } from '@mantine/core';
import { IconArrowsUpDown } from '@tabler/icons-react';
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Link } from 'wouter';
import type { Transfer } from '../../preload/contract.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop, useSettings, useTransfers } from '../desktop.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { useClasses, useFileLogs } from './classes.tsx';
import { useFailure } from './failure.ts';
import { useEndLesson, useLessonUnderWay } from './lesson-under-way.ts';
import { useNow } from './now.ts';
import { GLYPH, RailButton } from './RailItem.tsx';
import { GROUPS, groupsOf, inAll, leftWords } from './transfer-groups.ts';
import { TransferRow, type TransferAct } from './TransferRow.tsx';
import classes from './Transfers.module.css';

export function TransfersStatus({ isCollapsed }: { isCollapsed: boolean }) {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const [hiddenBefore, setHiddenBefore] = useState(0);
  const transfers = useTransfers();
  const now = useNow();
  const open = transfers.filter((transfer) => transfer.state !== 'done');
  const hasFinished = transfers.some(({ doneAt }) => (doneAt ?? 0) > Math.max(hiddenBefore, now - SEEN_FROM_RAIL_MS));
  if (open.length === 0 && !hasFinished && !isOpen) return null;
  const count = (direction: 'up' | 'down') => open.filter((one) => one.direction === direction).length;
  const failed = open.filter((one) => one.state === 'failed').length;
  const short = [count('up') > 0 && `${count('up')} ↑`, count('down') > 0 && `${count('down')} ↓`]
    .filter(Boolean)
    .join(' ');
  return (
    // Roles by hand: its own would name the dialog by the button.
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="right-end"
      width={460}
      trapFocus
      returnFocus
      withRoles={false}
    >
      <Popover.Target>
        <RailButton
          icon={<IconArrowsUpDown {...GLYPH} />}
          label={t.transfers.rail}
          said={open.length === 0 ? t.transfers.none : t.transfers.summary(count('up'), count('down'), failed)}
          isCollapsed={isCollapsed}
          tone={failed > 0 ? 'bad' : undefined}
          aside={open.length === 0 ? undefined : isCollapsed ? open.length : short}
          onClick={() => setOpen(!isOpen)}
          aria-expanded={isOpen}
          aria-haspopup="dialog"
        />
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={t.transfers.title} tabIndex={-1}>
        <TransferList hiddenBefore={hiddenBefore} onHide={() => setHiddenBefore(Date.now())} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Rows of one group; the rest is counted. */
const SHOWN_MAX = 300;
/** After the last file has come the line stays in the rail for so long: whoever waited for it opens it from here. */
const SEEN_FROM_RAIL_MS = 30 * 60_000;

function TransferList({ hiddenBefore, onHide }: { hiddenBefore: number; onHide: () => void }) {
  const t = useTexts();
  const transfers = useTransfers();
  const whereOf = useWhere();
  const act = useActs();
  const [chosen, setChosen] = useState<string | null>(null);
  const now = useNow();
  const groups = groupsOf(transfers, now, hiddenBefore);
  const rows = GROUPS.flatMap((group) => groups[group].slice(0, SHOWN_MAX));
  // Whoever took a row off the list stands on the one that took its place.
  const lastAt = useRef(0);
  const current =
    rows.find(({ transferId }) => transferId === chosen) ?? rows[Math.min(lastAt.current, rows.length - 1)];
  const list = useRef<HTMLDivElement>(null);
  const hasFocus = useRef(false);
  useLayoutEffect(() => {
    lastAt.current = current ? rows.indexOf(current) : 0;
    // A row that changes its place or its group loses the focus on the way: it gets it back.
    if (!hasFocus.current || document.activeElement !== document.body) return;
    list.current?.querySelector<HTMLElement>(`[data-transfer="${current?.transferId}"]`)?.focus();
  });

  const focus = (at: number) => {
    const next = rows[Math.min(Math.max(at, 0), rows.length - 1)];
    if (!next) return;
    setChosen(next.transferId);
    const row = list.current?.querySelector<HTMLElement>(`[data-transfer="${next.transferId}"]`);
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  };
  const go = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || !current) return;
    const at = rows.indexOf(current);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    focus(to);
  };

  return (
    <>
      <Head groups={groups} />
      {rows.length === 0 && <p className={classes.none}>{t.transfers.none}</p>}
      <div
        ref={list}
        role="group"
        aria-label={t.transfers.title}
        className={classes.list}
        onKeyDown={go}
        onFocus={(event) => {
          const row = (event.target as HTMLElement).closest<HTMLElement>('[data-transfer]')?.dataset['transfer'];
          if (row) setChosen(row);
          hasFocus.current = true;
        }}
        onBlur={({ relatedTarget }) => {
          if (relatedTarget && !list.current?.contains(relatedTarget)) hasFocus.current = false;
        }}
      >
        {GROUPS.filter((group) => groups[group].length > 0).map((group) => (
          <section key={group} aria-label={t.transfers.groups[group]}>
            <div className={classes.heading}>
              <h3 className={classes.group}>
                {t.transfers.groups[group]} <span className={classes.count}>{groups[group].length}</span>
              </h3>
              {group === 'finished' && (
                <Button size="compact-xs" variant="subtle" onClick={onHide}>
                  {t.transfers.clear}
                </Button>
              )}
            </div>
            <ul className={classes.rows}>
              {groups[group].slice(0, SHOWN_MAX).map((transfer) => (
                <TransferRow
                  key={transfer.transferId}
                  transfer={transfer}
                  where={whereOf(transfer)}
                  isCurrent={transfer === current}
                  onAct={act}
                />
              ))}
            </ul>
            {groups[group].length > SHOWN_MAX && (
              <p className={classes.words}>{t.transfers.more(groups[group].length - SHOWN_MAX)}</p>
            )}
          </section>
        ))}
      </div>
      {rows.length > 0 && <p className={classes.keys}>{t.transfers.keys}</p>}
    </>
  );
}

function Head({ groups }: { groups: ReturnType<typeof groupsOf> }) {
  const t = useTexts();
  const language = useLanguage();
  const { call } = useDesktop();
  const failed = useFailure();
  const [settings] = useSettings();
  const lesson = useLessonUnderWay();
  const endLesson = useEndLesson();
  const limit = settings.transfers.lessonBytesPerSecond;
  const isLimited = lesson !== null && limit !== null;
  const { leftBytes, speed } = inAll(groups);
  const all = (what: 'pause' | 'resume') => void call('transfers.all', { what }).catch(failed);
  const canPause = groups.underWay.length > 0 || groups.waiting.some(({ state }) => state === 'queued');
  const canResume = groups.waiting.some(({ state }) => state === 'paused');
  const words = [
    t.transfers.inAll(formatSize(language, leftBytes)),
    speed !== null && t.transfers.speed(formatSize(language, speed)),
    leftWords(t.transfers, speed ? (leftBytes / speed) * 1000 : null),
  ];
  return (
    <header className={classes.header}>
      <div className={classes.titles}>
        <h2 className={classes.title}>{t.transfers.title}</h2>
        <Link href={routes.settings()} className={classes.settings}>
          {t.transfers.settings}
        </Link>
      </div>
      {leftBytes > 0 && <p className={classes.words}>{words.filter(Boolean).join(' · ')}</p>}
      {isLimited && (
        <p className={classes.words}>
          {t.transfers.lessonLimit(lesson.title, t.transfers.speed(formatSize(language, limit)))}
        </p>
      )}
      <div className={classes.all}>
        {canPause && (
          <Button size="compact-sm" variant="default" onClick={() => all('pause')}>
            {t.transfers.pauseAll}
          </Button>
        )}
        {canResume && (
          <Button size="compact-sm" variant="default" onClick={() => all('resume')}>
            {t.transfers.resumeAll}
          </Button>
        )}
        {isLimited && (
          <Button size="compact-sm" variant="default" onClick={endLesson}>
            {t.transfers.lessonOver}
          </Button>
        )}
      </div>
    </header>
  );
}

/** Which class a file belongs to, as a title: by the log that names it, or by what waits to be sent; else its server. */
function useWhere(): (transfer: Transfer) => string {
  const t = useTexts();
  const { servers, classes: all, schools } = useClasses();
  const logOf = useFileLogs();
  return useMemo(() => {
    const titles = new Map<string, string>(all.map(({ logId, title }) => [logId, title]));
    for (const { logId } of schools) titles.set(logId, t.storage.school);
    const waiting = new Map<string, string>();
    for (const { outbox } of servers)
      for (const { logId, command } of outbox)
        if ('fileIds' in command.body) for (const fileId of command.body.fileIds) waiting.set(fileId, logId);
    return ({ fileId, serverId }) =>
      titles.get(logOf(fileId) ?? waiting.get(fileId) ?? '') ??
      servers.find(({ server }) => server.serverId === serverId)?.server.hubName ??
      '';
  }, [all, schools, servers, logOf, t]);
}

function useActs(): (what: TransferAct, transfer: Transfer) => void {
  const { call } = useDesktop();
  const failed = useFailure(useTexts().files.cannotOpen);
  return useCallback(
    (what, { transferId, sha256, name }) => {
      const done =
        what === 'open' || what === 'show' || what === 'drag'
          ? sha256 && call(`library.${what}`, { sha256, name })
          : what === 'first' || what === 'up' || what === 'down'
            ? call('transfers.move', { transferId, to: what })
            : call(`transfers.${what}`, { transferId });
      if (done) done.catch(failed);
    },
    [call, failed],
  );
}
