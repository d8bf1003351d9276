/** All chats of this reader, what is new in them, and a talk to begin with each teacher. Esc goes back to the chat that was open. */
import { useEffect, useRef } from 'react';
import { Icon } from '../icons.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { ChatPicture, KindPicture } from './pictures.tsx';
import type { Place } from './places.ts';

/** How a mention is begun; a sign, not a word. */
const AT = '@';

export function ChatList({
  places,
  current,
  nameOf,
  onOpen,
  onClose,
}: {
  places: readonly Place[];
  current: string;
  nameOf: (place: Place) => string;
  onOpen: (place: Place) => void;
  onClose: () => void;
}) {
  const t = useChatTexts();
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    list.current?.querySelector<HTMLElement>('[aria-current]')?.focus();
  }, []);
  const open = places.filter(({ isArchived }) => !isArchived);
  const archived = places.filter(({ isArchived }) => isArchived);
  const part = (heading: string | null, rows: readonly Place[]) =>
    rows.length > 0 && (
      <>
        {heading && <h3>{heading}</h3>}
        <ul>
          {rows.map((place) => (
            <li key={place.key}>
              <Row place={place} isCurrent={place.key === current} name={nameOf(place)} onOpen={() => onOpen(place)} />
            </li>
          ))}
        </ul>
      </>
    );
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Esc leaves from any of the rows
    <nav
      className="chat-list"
      ref={list}
      aria-label={t.places.list}
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
    >
      <header className="chat-head">
        <h2>{t.heading}</h2>
        <button type="button" className="plain" aria-label={t.files.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {part(
        null,
        open.filter(({ kind }) => kind !== 'direct'),
      )}
      {part(
        t.places.direct,
        open.filter(({ kind, isBegun }) => kind === 'direct' && isBegun),
      )}
      {part(
        t.places.write,
        open.filter(({ isBegun }) => !isBegun),
      )}
      {part(t.places.archived, archived)}
    </nav>
  );
}

function Row({
  place,
  isCurrent,
  name,
  onOpen,
}: {
  place: Place;
  isCurrent: boolean;
  name: string;
  onOpen: () => void;
}) {
  const t = useChatTexts();
  const { kind, shut, unread, mentions, size } = place;
  return (
    <button type="button" className="plain" aria-current={isCurrent || undefined} onClick={onOpen}>
      <KindPicture kind={kind} />
      <span className="row-words">
        <span className="row-name">{name}</span>
        <span className="dim">{kind === 'group' ? t.places.readers.group(size) : t.places.readers[kind]}</span>
      </span>
      {shut && (
        <span title={t.shut[shut]}>
          <ChatPicture name="lock" />
          <span className="unseen">{t.shut[shut]}</span>
        </span>
      )}
      {mentions > 0 && (
        <span className="badge" title={t.places.mentioned}>
          {AT}
          <span className="unseen">{t.places.mentioned}</span>
        </span>
      )}
      {unread > 0 && (
        <span className="badge" title={t.places.unread(unread)}>
          {unread}
          <span className="unseen">{t.places.unread(unread)}</span>
        </span>
      )}
    </button>
  );
}
