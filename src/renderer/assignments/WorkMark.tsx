/** Where a work stands, as a sign and a word; the same in the list of works and in the review. */
import { IconArrowBackUp, IconCircleCheck, IconCircleDashed, IconCircleDot, IconEyeCheck } from '@tabler/icons-react';
import type { WorkState } from '../../core/works.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './WorkMark.module.css';

const ICONS = {
  missing: IconCircleDashed,
  'handed-in': IconCircleDot,
  reviewed: IconEyeCheck,
  returned: IconCircleCheck,
  redo: IconArrowBackUp,
} as const;

export function WorkMark({ state }: { state: WorkState }) {
  const t = useTexts();
  const Icon = ICONS[state];
  return (
    <span className={classes.mark} data-state={state}>
      <Icon size={18} stroke={1.8} aria-hidden />
      {t.assignments.states[state]}
    </span>
  );
}
