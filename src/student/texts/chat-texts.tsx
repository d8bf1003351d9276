/** The words of the chat, which come with it. */
import type { ChatTexts } from './en-chat.ts';
import { createPartTexts } from './part-texts.tsx';

export const { Provider: ChatTextsProvider, useTexts: useChatTexts } = createPartTexts<ChatTexts>({
  ru: () => import('./ru-chat.ts').then(({ ruChat }) => ruChat),
  en: () => import('./en-chat.ts').then(({ enChat }) => enChat),
});
