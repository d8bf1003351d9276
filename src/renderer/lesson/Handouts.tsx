/** What was given out in this lesson: how many have it, and collecting it. */
import { Button } from '@mantine/core';
import type { ClassView, WallView } from '../../client/class-store.ts';
import type { CommandId } from '../../core/ids.ts';
import { useTexts } from '../texts/texts.ts';
import { gotOf, type Lesson } from './wall-tiles.ts';
import classes from './Handouts.module.css';

interface HandoutsProps {
  view: ClassView;
  lesson: Lesson;
  wall: WallView | null;
  onCollect: (assignmentId: CommandId) => void;
}

export function Handouts({ view, lesson, wall, onCollect }: HandoutsProps) {
  const t = useTexts();
  const shown = lesson.handouts.filter(({ assignmentId }) => assignmentId !== lesson.collected?.assignmentId);
  if (shown.length === 0) return null;
  return (
    <section className={classes.list} aria-label={t.handOut.given}>
      <h2 className={classes.title}>{t.handOut.given}</h2>
      <ul>
        {shown.map((handout) => {
          const { got, of } = gotOf(view.classroom, wall, handout);
          const isWaiting = view.pending.has(handout.changeId);
          return (
            <li key={handout.assignmentId}>
              <span className={classes.name}>{handout.title}</span>
              <span className={classes.how}>
                {isWaiting
                  ? t.handOut.waiting
                  : wall && handout.files.length > 0
                    ? t.handOut.got(got, of)
                    : t.handOut.sent(of)}
              </span>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t.handOut.collectNamed(handout.title)}
                onClick={() => onCollect(handout.assignmentId)}
              >
                {t.handOut.collectThis}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
