/**
 * The one bar of an assignment: how many of N were given back, how many are reviewed, how many handed in; the rest have handed
 * in nothing. The same in words for those who do not see it.
 */
import type { Progress } from '../../core/works.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './ProgressBar.module.css';

export function ProgressBar({ progress, isTall = false }: { progress: Progress; isTall?: boolean }) {
  const t = useTexts();
  const { total, handedIn, reviewed, returned } = progress;
  const share = (count: number) => `${total > 0 ? (Math.max(0, count) / total) * 100 : 0}%`;
  return (
    <span className={classes.bar} data-tall={isTall} role="img" aria-label={t.assignments.progress(progress)}>
      <span data-part="returned" style={{ width: share(returned) }} />
      <span data-part="reviewed" style={{ width: share(reviewed - returned) }} />
      <span data-part="handed" style={{ width: share(handedIn - reviewed) }} />
    </span>
  );
}
