/** The window's words in both languages: the frame's and the class's texts laid side by side in one object. */
import { createTexts, type Widen } from '../../ui/texts.ts';
import { enChannels } from './en-channels.ts';
import { enChecking } from './en-checking.ts';
import { enClass } from './en-class.ts';
import { enLesson } from './en-lesson.ts';
import { enIntake } from './en-intake.ts';
import { enMessage } from './en-message.ts';
import { enPortfolio } from './en-portfolio.ts';
import { enPreview } from './en-preview.ts';
import { enReading } from './en-reading.ts';
import { enStorage } from './en-storage.ts';
import { enWayIn } from './en-way-in.ts';
import { en } from './en.ts';
import { ruChannels } from './ru-channels.ts';
import { ruChecking } from './ru-checking.ts';
import { ruClass } from './ru-class.ts';
import { ruLesson } from './ru-lesson.ts';
import { ruIntake } from './ru-intake.ts';
import { ruMessage } from './ru-message.ts';
import { ruPortfolio } from './ru-portfolio.ts';
import { ruPreview } from './ru-preview.ts';
import { ruReading } from './ru-reading.ts';
import { ruStorage } from './ru-storage.ts';
import { ruWayIn } from './ru-way-in.ts';
import { ru } from './ru.ts';

const russian = {
  ...ru,
  ...ruClass,
  ...ruLesson,
  ...ruChannels,
  ...ruMessage,
  ...ruReading,
  ...ruIntake,
  ...ruStorage,
  ...ruPortfolio,
  ...ruPreview,
  ...ruWayIn,
  ...ruChecking,
};
export type Texts = Widen<typeof russian>;

export const TEXTS: Readonly<Record<'ru' | 'en', Texts>> = {
  ru: russian,
  en: {
    ...en,
    ...enClass,
    ...enLesson,
    ...enChannels,
    ...enMessage,
    ...enReading,
    ...enIntake,
    ...enStorage,
    ...enPortfolio,
    ...enPreview,
    ...enWayIn,
    ...enChecking,
  },
};
export const useTexts = createTexts<Texts>(TEXTS);
