/**
 * The half of the page for talking: one chat, and the list of all that this reader is in. The one that was open is open again after
 * a reload. Comes after the tasks have been drawn. Hides: which log a chat belongs to.
 */
import { useState } from 'react';
import type { ClassView } from '../../client/class-store.ts';
import type { CommandId } from '../../core/ids.ts';
import { useClass, useDraft, useLive, useMe } from '../../ui/store.tsx';
import { createLater } from '../later.ts';
import { ChatTextsProvider, useChatTexts } from '../texts/chat-texts.tsx';
import { WorkTextsProvider } from '../texts/work-texts.tsx';
import { Chat, type Target } from './Chat.tsx';
import './chat.css';
import { ChatList } from './ChatList.tsx';
import { ChatPicture } from './pictures.tsx';
import { placeKey, placesOf, type Place } from './places.ts';

const searchPart = createLater(() => import('./Search.tsx'));

export interface ChatHalfProps {
  view: ClassView;
  isShown: boolean;
  onTask: (assignmentId: CommandId) => void;
}

export const ChatHalf = (props: ChatHalfProps) => (
  <WorkTextsProvider>
    <ChatTextsProvider>
      <Half {...props} />
    </ChatTextsProvider>
  </WorkTextsProvider>
);

/** A place as a person calls it. */
export function usePlaceName() {
  const t = useChatTexts();
  return ({ title, kind, other }: Place) =>
    title ?? (kind === 'direct' ? (other?.name ?? t.places.nobody) : t.places.kind[kind]);
}

function Half({ view, isShown, onTask }: ChatHalfProps) {
  const t = useChatTexts();
  const nameOf = usePlaceName();
  const me = useMe();
  const schoolId = me?.logs.find(({ kind, state }) => kind === 'school' && state === 'member')?.logId;
  const school = useClass(schoolId ?? view.logId);
  const kept = useDraft<string>(`place/${view.logId}/chat`);
  const [isListOpen, setIsListOpen] = useState(false);
  const [isSearching, setIsSearching] = useState(false);
  const [target, setTarget] = useState<Target | null>(null);
  const search = searchPart.use(isSearching);
  const places = placesOf(view, schoolId && school ? school : null);
  const last = places.find(({ key }) => key === kept.value);
  const place = last ?? places.find(({ isArchived }) => !isArchived);
  // What was meant for one must not be written to all because the talk with him has not been read from the disk yet.
  const isComing =
    kept.value !== null && !last && (me === undefined || (schoolId !== undefined && school === undefined));
  const live = useLive(place?.logId ?? view.logId);
  if (!kept.isLoaded || !place || isComing) return null;

  const open = (next: Place) => {
    kept.write(next.key);
    setIsListOpen(false);
    setIsSearching(false);
  };
  const elsewhere = places.reduce((sum, { unread, key }) => (key === place.key ? sum : sum + unread), 0);
  const isHere = place.other !== null && live?.present.has(place.other.memberId) === true;
  const { kind, size } = place;

  if (isSearching && search)
    return (
      <search.Search
        places={places}
        nameOf={nameOf}
        onClose={() => setIsSearching(false)}
        onGo={({ logId, channelId, id, seq }) => {
          const found = places.find(({ key }) => key === placeKey(logId, channelId));
          if (!found) return;
          open(found);
          setTarget({ id, seq });
        }}
      />
    );
  return (
    <div className="chat">
      {isListOpen ? (
        <ChatList
          places={places}
          current={place.key}
          nameOf={nameOf}
          onOpen={open}
          onClose={() => setIsListOpen(false)}
        />
      ) : (
        <header className="chat-head">
          {places.length > 1 && (
            <button
              type="button"
              className="plain"
              aria-label={elsewhere > 0 ? `${t.places.toList}, ${t.places.elsewhere(elsewhere)}` : t.places.toList}
              title={t.places.toList}
              onClick={() => setIsListOpen(true)}
            >
              <ChatPicture name="left" />
              {elsewhere > 0 && <span className="badge">{elsewhere}</span>}
            </button>
          )}
          <div>
            <h2>{nameOf(place)}</h2>
            <p className="dim one-line">
              {isHere ? t.here : kind === 'group' ? t.places.readers.group(size) : t.places.readers[kind]}
            </p>
          </div>
          <button
            type="button"
            className="plain"
            aria-label={t.search.open}
            title={t.search.open}
            onClick={() => setIsSearching(true)}
          >
            <ChatPicture name="search" />
          </button>
        </header>
      )}
      {!isListOpen && (
        <Chat
          key={place.key}
          place={place}
          isShown={isShown}
          target={target}
          onArrived={() => setTarget(null)}
          onTask={onTask}
        />
      )}
    </div>
  );
}
