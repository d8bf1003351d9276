/**
 * The last page of a lesson: what was handed in, by confirmation only, and what did not make it. Nothing of the class.
 * Comes with the words of both languages before it is needed: who leaves may be out of the hub's reach.
 */
import { useEffect, useRef } from 'react';
import type { ErrorCode } from '../core/errors.ts';
import { formatTime } from '../ui/format.ts';
import { useLanguage, type Language } from '../ui/language.tsx';
import { Doorway } from './Doorway.tsx';
import type { Farewell } from './door.ts';
import { createTexts } from '../ui/texts.ts';
import { enClosed, type ClosedTexts } from './texts/en-closed.ts';
import { ruClosed } from './texts/ru-closed.ts';

const useTexts = createTexts<ClosedTexts>({ ru: ruClosed, en: enClosed });

export function Closed({
  why,
  farewell,
  onLanguage,
  onEnter,
}: {
  why: ErrorCode | 'left';
  farewell: Farewell;
  onLanguage: (language: Language) => void;
  onEnter: () => void;
}) {
  const t = useTexts();
  const language = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { receipts, unsentWorks, unfinishedWorks, unsentMessages } = farewell;
  const missed = [
    unsentWorks > 0 && t.unsentWorks(unsentWorks),
    unfinishedWorks > 0 && t.unfinishedWorks(unfinishedWorks),
    unsentMessages > 0 && t.unsentMessages(unsentMessages),
  ].filter((line) => line !== false);
  return (
    <Doorway onLanguage={onLanguage}>
      <h1 ref={heading} tabIndex={-1}>
        {why === 'left' ? t.left : why === 'lesson-ended' ? t.lesson : t.ended}
      </h1>
      <p>{t.cleared}</p>
      {missed.length > 0 && (
        <section className="note bad">
          <h2>{t.unsent}</h2>
          <ul>
            {missed.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p>{t.unsentHint}</p>
        </section>
      )}
      {receipts.length > 0 && (
        <section>
          <h2>{t.receipts}</h2>
          <ul className="receipts">
            {receipts.map(({ receipt, at }) => (
              <li key={receipt}>
                <code>{receipt}</code>
                <span className="dim">{formatTime(language, at)}</span>
              </li>
            ))}
          </ul>
          <p className="dim">{t.receiptsHint}</p>
        </section>
      )}
      <button type="button" className="wide" onClick={onEnter}>
        {t.enterAgain}
      </button>
    </Doorway>
  );
}
