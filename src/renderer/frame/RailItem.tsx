/** One line of the rail, as a link or as a button: an icon and a word, or the icon alone with the word in a tooltip. */
import { Tooltip, VisuallyHidden } from '@mantine/core';
import type { ComponentProps, ComponentType, ReactNode } from 'react';
import { Link, useRoute } from 'wouter';
import classes from './RailItem.module.css';

type Glyph = ComponentType<{ size?: number | string; stroke?: number | string }>;

interface ItemProps {
  icon: ReactNode;
  label: string;
  /** What a screen reader says after the label: the counts in words. */
  said?: string | undefined;
  isCollapsed: boolean;
  tone?: 'warn' | 'bad' | undefined;
  /** Counts at the right; a collapsed rail shows them on the icon. */
  aside?: ReactNode;
}

function Content({ icon, label, said, isCollapsed, tone, aside }: ItemProps) {
  return (
    <>
      <span className={classes.icon} data-tone={tone}>
        {icon}
      </span>
      {isCollapsed ? <VisuallyHidden>{label}</VisuallyHidden> : <span className={classes.label}>{label}</span>}
      {said !== undefined && <VisuallyHidden>{said}</VisuallyHidden>}
      {aside !== undefined && (
        <span className={classes.aside} aria-hidden>
          {aside}
        </span>
      )}
    </>
  );
}

/** How icons of the rail are drawn. */
export const GLYPH = { size: 20, stroke: 1.7 } as const;

export function RailLink({ href, pattern, ...item }: ItemProps & { href: string; pattern: string }) {
  const [isHere] = useRoute(pattern);
  return (
    <Tooltip label={item.label} position="right" disabled={!item.isCollapsed}>
      <Link
        href={href}
        className={classes.item}
        data-collapsed={item.isCollapsed}
        aria-current={isHere ? 'page' : undefined}
      >
        <Content {...item} />
      </Link>
    </Tooltip>
  );
}

export function RailButton({
  icon,
  label,
  said,
  isCollapsed,
  tone,
  aside,
  ...button
}: ItemProps & Omit<ComponentProps<'button'>, 'type'>) {
  return (
    <Tooltip label={label} position="right" disabled={!isCollapsed}>
      <button {...button} type="button" className={classes.item} data-collapsed={isCollapsed}>
        <Content icon={icon} label={label} said={said} isCollapsed={isCollapsed} tone={tone} aside={aside} />
      </button>
    </Tooltip>
  );
}

/** A count in the rail, with its kind as an icon: unread, to check, at the door. */
export function RailCount({ icon: Icon, count, isStrong }: { icon: Glyph; count: number; isStrong?: boolean }) {
  return (
    <span className={classes.count} data-strong={isStrong}>
      <Icon size={14} stroke={2} />
      {count > 99 ? '99+' : count}
    </span>
  );
}
