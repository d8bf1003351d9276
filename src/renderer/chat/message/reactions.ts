/** How each reaction is drawn: one set of icons for all, so that a chat stays calm. */
import {
  IconCircleCheck,
  IconHeart,
  IconHeartHandshake,
  IconHelpCircle,
  IconMoodSad,
  IconMoodSmileBeam,
  IconMoodSurprised,
  IconThumbUp,
} from '@tabler/icons-react';
import type { Reaction } from '../../../core/wire.ts';

export const REACTION_ICONS = {
  like: IconThumbUp,
  heart: IconHeart,
  laugh: IconMoodSmileBeam,
  wow: IconMoodSurprised,
  sad: IconMoodSad,
  thanks: IconHeartHandshake,
  done: IconCircleCheck,
  question: IconHelpCircle,
} as const satisfies Record<Reaction, typeof IconHeart>;
