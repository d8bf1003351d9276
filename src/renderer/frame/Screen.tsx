/**
 * How every screen begins: its title, a line of explanation, its actions at the right; then the content in a column that stays
 * readable on a wide window. The title is the screen's one `h1`.
 */
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import classes from './Screen.module.css';

export interface ScreenProps {
  title: ReactNode;
  /** One quiet line under the title. */
  lead?: ReactNode;
  actions?: ReactNode;
  /** The screen this one was opened from, above the title. */
  back?: { href: string; label: string };
  /** `narrow`: forms and settings · `wide`: lists · `full`: the whole window. */
  width?: 'narrow' | 'wide' | 'full';
  children: ReactNode;
}

export function Screen({ title, lead, actions, back, width = 'wide', children }: ScreenProps) {
  return (
    <div className={classes.screen} data-width={width}>
      <header className={classes.header}>
        <div className={classes.titles}>
          {back && (
            <Link href={back.href} className={classes.back}>
              <IconArrowLeft size={16} stroke={1.8} aria-hidden />
              {back.label}
            </Link>
          )}
          <h1 className={classes.title}>{title}</h1>
          {lead != null && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions != null && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a screen with a heading of its own, and what can be done with all of it at the right. */
export function Section({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <div className={classes.sectionHead}>
        <h2 className={classes.sectionTitle}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
