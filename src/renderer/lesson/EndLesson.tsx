/**
 * The end of a lesson. Promises: before it, who has not handed in or is still sending, what is lost with the pages, and that what is
 * being collected ends too; after it, what happened, and what had not arrived when it did.
 */
import { Button, Modal } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { useState } from 'react';
import type { ClassView } from '../../client/class-store.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { collectingNow, unfinishedOf, type Lesson, type Tile, type Unfinished } from './wall-tiles.ts';
import classes from './Lesson.module.css';

interface EndLessonProps {
  view: ClassView;
  isOnline: boolean;
  tiles: readonly Tile[];
  lesson: Lesson;
  /** By the hub's clock, Unix ms. */
  now: number;
  isKnown: boolean;
  onEnded: () => void;
}

interface Ended {
  pages: number;
  left: Unfinished;
  /** Titles of what was being collected until then. */
  collected: readonly string[];
}

export function EndLesson({ view, isOnline, tiles, lesson, now, isKnown, onEnded }: EndLessonProps) {
  const t = useTexts();
  const store = useStore();
  const [isAsking, setAsking] = useState(false);
  const [isEnding, setEnding] = useState(false);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const [ended, setEnded] = useState<Ended | null>(null);
  const { logId, classroom, clockOffsetMs } = view;
  const left = unfinishedOf(tiles, lesson);
  const end = async () => {
    setEnding(true);
    setFailure(null);
    try {
      const collecting = collectingNow(classroom, Date.now() + clockOffsetMs);
      for (const { assignmentId, collect } of collecting)
        await store.send(logId, 'endCollect', { assignmentId, collectId: collect.collectId });
      const { pages } = await store.hub.endLesson(logId);
      setEnded({ pages, left, collected: collecting.map(({ title }) => title) });
      onEnded();
    } catch (error) {
      setFailure(codeOf(error));
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
          setEnded(null);
          setFailure(null);
          setAsking(true);
        }}
      >
        {t.lesson.end}
      </Button>
      <Modal opened={isAsking} onClose={close} title={ended ? t.lesson.title : t.lesson.endTitle}>
        {ended ? (
          <After {...ended} />
        ) : (
          <Before
            left={left}
            isKnown={isKnown}
            isCollected={lesson.collected !== null}
            collecting={collectingNow(classroom, now)}
          />
        )}
        {failure && <ErrorNotice code={failure} />}
        <div className={classes.answers}>
          <Button variant="default" onClick={close}>
            {ended ? t.review.close : t.lesson.cancel}
          </Button>
          {!ended && (
            <Button data-autofocus loading={isEnding} onClick={() => void end()}>
              {t.lesson.endYes}
            </Button>
          )}
        </div>
      </Modal>
    </>
  );
}

function useNames() {
  const t = useTexts();
  const language = useLanguage();
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return {
    plain: (tiles: readonly Tile[]) => list.format(tiles.map(({ name }) => name)),
    withShares: (tiles: readonly Tile[]) =>
      list.format(
        tiles.map(({ name, sendingShare }) => t.endLesson.share(name, Math.floor((sendingShare ?? 0) * 100))),
      ),
  };
}

interface BeforeProps {
  left: Unfinished;
  isKnown: boolean;
  isCollected: boolean;
  collecting: ReturnType<typeof collectingNow>;
}

function Before({ left, isKnown, isCollected, collecting }: BeforeProps) {
  const t = useTexts();
  const names = useNames();
  const { sending, missing } = left;
  return (
    <div className={classes.ending}>
      {!isKnown && <Notice tone="warn">{t.endLesson.unknown}</Notice>}
      {sending.length > 0 && (
        <Notice tone="bad" title={t.endLesson.sending(sending.length)}>
          {names.withShares(sending)}. {t.endLesson.sendingMore}
        </Notice>
      )}
      {missing.length > 0 && (
        <Notice tone="warn" title={t.endLesson.missing(missing.length)}>
          {names.plain(missing)}. {t.endLesson.missingMore}
        </Notice>
      )}
      {collecting.map(({ assignmentId, title, collect }) => (
        <Notice key={assignmentId} tone="warn" title={t.endLesson.collecting(title)}>
          {t.endLesson.collectingMore(t.collect.afterShort[collect.afterBell])}
        </Notice>
      ))}
      {isKnown && isCollected && sending.length + missing.length === 0 && (
        <Notice tone="good">{t.endLesson.nobodyMissing}</Notice>
      )}
      <p className={classes.asking}>{t.lesson.endText}</p>
    </div>
  );
}

function After({ pages, left, collected }: Ended) {
  const t = useTexts();
  const names = useNames();
  const { sending, missing } = left;
  return (
    <div className={classes.ending}>
      <Notice tone="good" isLive>
        {[t.lesson.ended(pages), ...collected.map(t.endLesson.collected)].join(' ')}
      </Notice>
      {sending.length + missing.length > 0 ? (
        <Notice tone="warn" title={t.endLesson.after}>
          {sending.length > 0 && <p>{t.endLesson.stillSending(names.withShares(sending))}</p>}
          {missing.length > 0 && <p>{t.endLesson.notHandedIn(names.plain(missing))}</p>}
        </Notice>
      ) : (
        <p className={classes.asking}>{t.endLesson.afterNone}</p>
      )}
    </div>
  );
}
