/** The window's words in both languages: the frame's and the class's texts laid side by side in one object. */
import { createTexts, type Widen } from '../../ui/texts.ts';
import { enChannels } from './en-channels.ts';
import { enClass } from './en-class.ts';
import { enMessage } from './en-message.ts';
import { en } from './en.ts';
import { ruChannels } from './ru-channels.ts';
import { ruClass } from './ru-class.ts';
import { ruMessage } from './ru-message.ts';
import { ru } from './ru.ts';

const russian = { ...ru, ...ruClass, ...ruChannels, ...ruMessage };
export type Texts = Widen<typeof russian>;

export const useTexts = createTexts<Texts>({ ru: russian, en: { ...en, ...enClass, ...enChannels, ...enMessage } });
