/** The window's words in both languages: the frame's and the class's texts laid side by side in one object. */
import { createTexts, type Widen } from '../../ui/texts.ts';
import { enClass } from './en-class.ts';
import { en } from './en.ts';
import { ruClass } from './ru-class.ts';
import { ru } from './ru.ts';

const russian = { ...ru, ...ruClass };
export type Texts = Widen<typeof russian>;

export const useTexts = createTexts<Texts>({ ru: russian, en: { ...en, ...enClass } });
