/** The last page of a lesson: what was handed in, by confirmation only, and what did not make it. Nothing of the class. */
import { useEffect, useRef } from 'react';
import type { ErrorCode } from '../core/errors.ts';
import { formatTime } from '../ui/format.ts';
import { useLanguage, type Language } from '../ui/language.tsx';
import { Doorway } from './Doorway.tsx';
import type { Farewell } from './door.ts';
import { useTexts } from './texts/texts.ts';

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
    unsentWorks > 0 && t.closed.unsentWorks(unsentWorks),
    unfinishedWorks > 0 && t.closed.unfinishedWorks(unfinishedWorks),
    unsentMessages > 0 && t.closed.unsentMessages(unsentMessages),
  ].filter((line) => line !== false);
  return (
    <Doorway onLanguage={onLanguage}>
      <h1 ref={heading} tabIndex={-1}>
        {why === 'left' ? t.closed.left : why === 'lesson-ended' ? t.closed.lesson : t.closed.ended}
      </h1>
      <p>{t.closed.cleared}</p>
      {missed.length > 0 && (
        <section className="note bad">
          <h2>{t.closed.unsent}</h2>
          <ul>
            {missed.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p>{t.closed.unsentHint}</p>
        </section>
      )}
      {receipts.length > 0 && (
        <section>
          <h2>{t.closed.receipts}</h2>
          <ul className="receipts">
            {receipts.map(({ receipt, at }) => (
              <li key={receipt}>
                <code>{receipt}</code>
                <span className="dim">{formatTime(language, at)}</span>
              </li>
            ))}
          </ul>
          <p className="dim">{t.closed.receiptsHint}</p>
        </section>
      )}
      <button type="button" className="wide" onClick={onEnter}>
        {t.closed.enterAgain}
      </button>
    </Doorway>
  );
}
