/** Search in every chat of this reader, in what is on this device: newest first, a press goes to the place. Comes when asked for. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Found, SearchResult } from '../../client/class-store.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { Icon } from '../icons.tsx';
import { useNow } from '../room.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { placeKey, type Place } from './places.ts';

/** Found messages that are shown. */
export const FOUND_MAX = 50;
/** Letters shown before the first match. */
const BEFORE_MATCH = 40;
const QUERY_MAX = 200;

export function Search({
  places,
  nameOf,
  onGo,
  onClose,
}: {
  places: readonly Place[];
  nameOf: (place: Place) => string;
  onGo: (found: Found) => void;
  onClose: () => void;
}) {
  const t = useChatTexts();
  const language = useLanguage();
  const now = useNow();
  const store = useStore();
  const [text, setText] = useState('');
  const [result, setResult] = useState<SearchResult | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    let isLatest = true;
    if (text.trim() === '') setResult(null);
    else
      store.search({ text, limit: FOUND_MAX }).then(
        (found) => isLatest && setResult(found),
        () => undefined,
      );
    return () => {
      isLatest = false;
    };
  }, [store, text]);

  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return onClose();
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1);
    event.preventDefault();
    (at < 0 ? field.current : rows[Math.min(at, rows.length - 1)])?.focus();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- arrows and Esc work from the field and from every row
    <div className="chat search" onKeyDown={press}>
      <header className="chat-head">
        <input
          ref={field}
          type="search"
          aria-label={t.search.field}
          placeholder={t.search.field}
          maxLength={QUERY_MAX}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="button" className="plain" aria-label={t.search.close} title={t.search.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p className="hint" role="status">
        {result ? (result.total > 0 ? t.search.found(result.total) : t.search.none) : t.search.hint}
      </p>
      {result?.total === 0 && <p className="hint">{t.search.noneHint}</p>}
      <ol ref={list}>
        {result?.found.map((found) => {
          const place = places.find(({ key }) => key === placeKey(found.logId, found.channelId));
          if (!place) return null;
          const author = found.by && place.view.classroom.members[found.by]?.name;
          return (
            <li key={found.id}>
              <button type="button" className="plain" onClick={() => onGo(found)}>
                <span className="dim">
                  {[
                    nameOf(place),
                    found.by === place.view.memberId ? t.you : author,
                    formatDateTime(language, found.at, now),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
                <Excerpt found={found} />
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** The text around the first match, matches marked; file names where there is no text. */
function Excerpt({ found: { text, matches, files } }: { found: Found }) {
  if (text.trim() === '') return <span>{files.map(({ name }) => name).join(', ')}</span>;
  const from = Math.max(0, (matches[0]?.[0] ?? 0) - BEFORE_MATCH);
  const pieces: React.ReactNode[] = from > 0 ? ['…'] : [];
  let at = from;
  for (const [start, end] of matches) {
    pieces.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  pieces.push(text.slice(at));
  return <span className="excerpt">{pieces}</span>;
}
