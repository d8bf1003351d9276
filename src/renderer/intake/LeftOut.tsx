/** What of the chosen was not looked at, each with its reason. Nothing is passed over in silence. */
import type { Intake } from '../../preload/contract.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './LeftOut.module.css';

export function LeftOut({ intake: { leftOut, leftOutCount } }: { intake: Intake }) {
  const t = useTexts();
  if (leftOutCount === 0) return null;
  return (
    <details className={classes.details}>
      <summary className={classes.summary}>{t.intake.leftOut(leftOutCount)}</summary>
      <ul className={classes.list}>
        {leftOut.map(({ path, why }) => (
          <li key={path}>
            <span className={classes.path}>{path}</span> — {t.intake.why[why]}
          </li>
        ))}
        {leftOutCount > leftOut.length && <li>{t.intake.leftOutMore(leftOutCount - leftOut.length)}</li>}
      </ul>
    </details>
  );
}
