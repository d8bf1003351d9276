/** The pupil's page's texts in the language chosen above. */
import { createTexts } from '../../ui/texts.ts';
import { en, type Texts } from './en.ts';
import { ru } from './ru.ts';

export const useTexts = createTexts<Texts>({ ru, en });
