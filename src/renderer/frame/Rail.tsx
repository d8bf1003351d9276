/** The left rail. */
import { Link } from 'wouter';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { useClasses } from './classes.tsx';

export function Rail() {
  const t = useTexts();
  const { classes } = useClasses();
  return (
    <nav aria-label={t.frame.rail}>
      <Link href={routes.today()}>{t.frame.today}</Link>
      {classes.map((c) => (
        <Link key={c.logId} href={routes.classTab(c.logId, 'chat')}>
          {c.title}
        </Link>
      ))}
      <Link href={routes.reviewList()}>{t.frame.review}</Link>
      <Link href={routes.lesson()}>{t.frame.lesson}</Link>
      <Link href={routes.devices()}>{t.frame.devices}</Link>
      <Link href={routes.settings()}>{t.frame.settings}</Link>
    </nav>
  );
}
