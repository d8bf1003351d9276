/** The words of the chat, in the page's language: a part of their own, so that tasks need not wait for them. */
import { createContext, useContext, type ReactNode } from 'react';
import { useLanguage, type Language } from '../../ui/language.tsx';
import { createLater, type Later } from '../later.ts';
import type { ChatTexts } from './en-chat.ts';

const LATER: Record<Language, Later<ChatTexts>> = {
  ru: createLater(() => import('./ru-chat.ts').then(({ ruChat }) => ruChat)),
  en: createLater(() => import('./en-chat.ts').then(({ enChat }) => enChat)),
};

const ChatTextsContext = createContext<ChatTexts | null>(null);

/** Shows what is below once its words have come. */
export function ChatTextsProvider({ children }: { children: ReactNode }) {
  const texts = LATER[useLanguage()].use();
  return texts ? <ChatTextsContext value={texts}>{children}</ChatTextsContext> : null;
}

/** Throws where there is no provider above. */
export function useChatTexts(): ChatTexts {
  const texts = useContext(ChatTextsContext);
  if (!texts) throw new Error('useChatTexts needs a ChatTextsProvider above it');
  return texts;
}
