/**
 * The end of a lesson. Promises: before it, who has not handed in or is still sending, and what is lost with the pages; after it, what
 * happened, and what had not arrived when it did.
 */
import { Button, Modal } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { useState } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { LogId } from '../../core/ids.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { unfinishedOf, type Lesson, type Tile, type Unfinished } from './wall-tiles.ts';
import classes from './Lesson.module.css';

interface EndLessonProps {
  logId: LogId;
  isOnline: boolean;
  tiles: readonly Tile[];
  lesson: Lesson;
  isKnown: boolean;
}

interface Ended {
  pages: number;
  left: Unfinished;
}

export function EndLesson({ logId, isOnline, tiles, lesson, isKnown }: EndLessonProps) {
  const t = useTexts();
  const store = useStore();
  const [isAsking, setAsking] = useState(false);
  const [isEnding, setEnding] = useState(false);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const [ended, setEnded] = useState<Ended | null>(null);
  const left = unfinishedOf(tiles, lesson);
  const end = async () => {
    setEnding(true);
    setFailure(null);
    try {
      const { pages } = await store.hub.endLesson(logId);
      setEnded({ pages, left });
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
          <Before left={left} isKnown={isKnown} isCollected={lesson.collected !== null} />
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

function Before({ left, isKnown, isCollected }: { left: Unfinished; isKnown: boolean; isCollected: boolean }) {
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
      {isKnown && isCollected && sending.length + missing.length === 0 && (
        <Notice tone="good">{t.endLesson.nobodyMissing}</Notice>
      )}
      <p className={classes.asking}>{t.lesson.endText}</p>
    </div>
  );
}

function After({ pages, left }: Ended) {
  const t = useTexts();
  const names = useNames();
  const { sending, missing } = left;
  return (
    <div className={classes.ending}>
      <Notice tone="good" isLive>
        {t.lesson.ended(pages)}
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
