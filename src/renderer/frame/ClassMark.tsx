/** A class's mark: its short title on its own quiet colour, the same everywhere and on every device. Decorative: the title stands beside it or in the link's name. */
import { IconSchool } from '@tabler/icons-react';
import type { LogId } from '../../core/ids.ts';
import classes from './ClassMark.module.css';

const HUES = 8;

/** The title in at most three letters: «7А», «10Б», «Под» for «Подготовительный». */
const short = (title: string) => {
  const word =
    title
      .trim()
      .split(/\s+/)
      .find((part) => /\d/.test(part)) ?? title.trim();
  return [...word].slice(0, 3).join('');
};

/** From the random end of the id, so that classes made in one minute differ. */
const hueOf = (logId: LogId) => Number.parseInt(logId.slice(-6), 16) % HUES;

export interface ClassMarkProps {
  logId: LogId;
  title: string;
  size?: 'sm' | 'md' | 'lg';
  /** The school's own log, which is no class and has no short title. */
  isSchool?: boolean;
}

export function ClassMark({ logId, title, size = 'md', isSchool = false }: ClassMarkProps) {
  return (
    <span className={classes.mark} data-hue={hueOf(logId)} data-size={size} aria-hidden>
      {isSchool ? <IconSchool size={20} stroke={1.7} /> : short(title)}
    </span>
  );
}
