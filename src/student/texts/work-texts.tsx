/** The words of works, handing in and files on their way, which come with the form. */
import type { WorkTexts } from './en-work.ts';
import { createPartTexts } from './part-texts.tsx';

export const { Provider: WorkTextsProvider, useTexts: useWorkTexts } = createPartTexts<WorkTexts>({
  ru: () => import('./ru-work.ts').then(({ ruWork }) => ruWork),
  en: () => import('./en-work.ts').then(({ enWork }) => enWork),
});
