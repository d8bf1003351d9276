/** What stands where there is nothing yet: says why, and what can be done about it. */
import type { ComponentType, ReactNode } from 'react';
import classes from './EmptyState.module.css';

export interface EmptyStateProps {
  icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  title: ReactNode;
  children?: ReactNode;
  /** Buttons. */
  actions?: ReactNode;
}

export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <div className={classes.icon} aria-hidden>
        <Icon size={28} stroke={1.6} />
      </div>
      <p className={classes.title}>{title}</p>
      {children != null && <div className={classes.text}>{children}</div>}
      {actions != null && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
