/**
 * A block that says how something stands, in one of four tones; colour is never the only sign. {@link ErrorNotice} is the same
 * for a code of the closed list: what happened, what is safe, what to do.
 */
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ErrorCode } from '../../core/errors.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import classes from './Notice.module.css';

const ICONS = { info: IconInfoCircle, good: IconCircleCheck, warn: IconAlertTriangle, bad: IconCircleX } as const;

export interface NoticeProps {
  tone?: keyof typeof ICONS;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read out by a screen reader when it appears. */
  isLive?: boolean;
}

export function Notice({ tone = 'info', title, children, actions, isLive = false }: NoticeProps) {
  const Icon = ICONS[tone];
  return (
    <div className={classes.notice} data-tone={tone} {...(isLive ? { role: tone === 'bad' ? 'alert' : 'status' } : {})}>
      <Icon className={classes.icon} size={20} stroke={1.8} aria-hidden />
      <div className={classes.body}>
        {title != null && <p className={classes.title}>{title}</p>}
        {children != null && <div className={classes.text}>{children}</div>}
        {actions != null && <div className={classes.actions}>{actions}</div>}
      </div>
    </div>
  );
}

export function ErrorNotice({ code, actions }: { code: ErrorCode; actions?: ReactNode }) {
  const { what, todo } = errorText(useLanguage(), code);
  return (
    <Notice tone="bad" title={what} actions={actions} isLive>
      {todo}
    </Notice>
  );
}
