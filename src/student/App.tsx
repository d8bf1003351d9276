/**
 * The pupil's page from address to goodbye: the form, the wait for the teacher, the class, the closing page. Promises that a
 * waiting pupil sees nothing of the class, and that whatever ends the sign-in takes the class off the screen first and off
 * the disk next. Hides: the stages and their order; languages.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorCode } from '../core/errors.ts';
import { LanguageProvider, LANGUAGES, type Language } from '../ui/language.tsx';
import { StoreProvider, useConnection, useMe } from '../ui/store.tsx';
import { ClassPage } from './ClassPage.tsx';
import type { Door, Farewell, Room } from './door.ts';
import { Join } from './Join.tsx';
import { closedPart, forgottenPart, LATER_RETRY_MS } from './later.ts';
import { RoomProvider } from './room.tsx';
import { storageOf } from './session.ts';
import { loadTexts } from './texts/texts.ts';
import { Declined, Waiting } from './Waiting.tsx';

type Stage =
  | { kind: 'starting' }
  | { kind: 'join' }
  | { kind: 'in'; room: Room; isForgotten?: boolean }
  | { kind: 'closed'; why: ErrorCode | 'left'; farewell: Farewell };

const LANGUAGE_KEY = 'parta.language';

function firstLanguage(): Language {
  for (const keeps of [false, true]) {
    const kept = LANGUAGES.find((language) => language === storageOf(keeps)?.getItem(LANGUAGE_KEY));
    if (kept) return kept;
  }
  // In a school here, a browser that was never set up says English: Russian unless it asks for another language first.
  return navigator.languages.some((wanted) => wanted.startsWith('ru')) || navigator.language.startsWith('ru')
    ? 'ru'
    : 'en';
}

export function App({ door }: { door: Door }) {
  const [stage, setStage] = useState<Stage>({ kind: 'starting' });
  const [language, setLanguage] = useState<Language | null>(null);
  const closed = closedPart.use(stage.kind === 'closed');
  const room = useRef<Room | null>(null);
  const closing = useRef<Promise<void>>(Promise.resolve());

  const close = useCallback((open: Room, why: ErrorCode | 'left') => {
    if (room.current !== open) return;
    room.current = null;
    setStage({ kind: 'closed', why, farewell: open.farewell() });
    closing.current = (why === 'left' ? open.leave() : open.erase()).catch(() => undefined);
  }, []);

  /** One way in: what the hub says of its end may come before the room is open, or long after it was left. */
  const entrance = useCallback(() => {
    let opened: Room | null = null;
    let ended: ErrorCode | null = null;
    const onEnded = (code: ErrorCode) => {
      ended = code;
      const open = opened;
      if (!open) return;
      void open.isForgotten(code).then((isForgotten) => {
        // Nobody has shut him out: what a restored hub has lost is only here now (S14).
        if (isForgotten) setStage((stage) => (room.current === open ? { kind: 'in', room: open, isForgotten } : stage));
        // What is unsent on one's own computer is asked about, not erased (S17): the page stays and says that it is signed out.
        else if (!(open.device.keeps && open.isUnsent())) close(open, code);
      });
    };
    const enter = (next: Room) => {
      opened = next;
      room.current = next;
      setStage({ kind: 'in', room: next });
      if (ended) onEnded(ended);
    };
    return { onEnded, enter };
  }, [close]);

  const isStarted = useRef(false);
  useEffect(() => {
    if (isStarted.current) return;
    isStarted.current = true;
    const first = firstLanguage();
    const speakFirst = () => {
      // The page came from the hub a moment ago: if its words do not, they will in another.
      loadTexts(first).then(
        () => setLanguage(first),
        () => setTimeout(speakFirst, LATER_RETRY_MS),
      );
    };
    speakFirst();
    const { onEnded, enter } = entrance();
    door.reopen(onEnded).then(
      (kept) => (kept ? enter(kept) : setStage({ kind: 'join' })),
      () => setStage({ kind: 'join' }),
    );
  }, [door, entrance]);

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (room.current?.isUnsent()) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);

  const speak = useCallback((next: Language) => {
    // Without the hub the page stays in the language that it has.
    loadTexts(next).then(
      () => setLanguage(next),
      () => undefined,
    );
    for (const keeps of room.current?.device.keeps ? [false, true] : [false]) {
      try {
        storageOf(keeps)?.setItem(LANGUAGE_KEY, next);
      } catch {
        // Then it is chosen again next time.
      }
    }
  }, []);

  if (!language) return null;
  return (
    <LanguageProvider language={language}>
      {stage.kind === 'join' && (
        <Join
          hub={door.hub}
          onLanguage={speak}
          enter={async (code, name, keeps) => {
            await closing.current;
            const { onEnded, enter } = entrance();
            enter(await door.enter(code, name, keeps, onEnded));
          }}
        />
      )}
      {stage.kind === 'in' && (
        <StoreProvider store={stage.room.store}>
          <RoomProvider room={stage.room}>
            <Inside
              isForgotten={stage.isForgotten ?? false}
              onLanguage={speak}
              onLeave={() => close(stage.room, 'left')}
            />
          </RoomProvider>
        </StoreProvider>
      )}
      {stage.kind === 'closed' && closed && (
        <closed.Closed
          why={stage.why}
          farewell={stage.farewell}
          onLanguage={speak}
          onEnter={() => setStage({ kind: 'join' })}
        />
      )}
    </LanguageProvider>
  );
}

/** What a signed-in pupil sees: the class where the teacher has confirmed, else the wait. */
export function Inside({
  isForgotten,
  onLanguage,
  onLeave,
}: {
  /** The hub came back from a backup and knows nothing of this sign-in. */
  isForgotten: boolean;
  onLanguage: (language: Language) => void;
  onLeave: () => void;
}) {
  const me = useMe();
  const isUnknown = useConnection()?.state === 'signed-out' && isForgotten;
  // The school's log has no page of its own: its chats stand beside those of the class.
  const classes = me?.logs.filter(({ kind }) => kind === 'class') ?? [];
  const member = classes.find((log) => log.state === 'member');
  // Who has just come in has a class that he waits for: a hub that names none has forgotten him.
  const forgotten = classes.find((log) => log.isForgotten);
  const isNowhere = Boolean(me) && !member && (forgotten !== undefined || classes.length === 0);
  const part = forgottenPart.use(isUnknown || isNowhere);
  if (me === undefined) return null;
  if (isUnknown) return part ? <part.Forgotten state="unknown" onLanguage={onLanguage} onLeave={onLeave} /> : null;
  if (member) return <ClassPage logId={member.logId} onLanguage={onLanguage} onLeave={onLeave} />;
  if (isNowhere) {
    const state = forgotten?.state ?? null;
    return part ? <part.Forgotten state={state} onLanguage={onLanguage} onLeave={onLeave} /> : null;
  }
  const declined = classes.find((log) => log.state === 'declined');
  const isWaiting = classes.length === 0 || classes.some((log) => log.state === 'waiting');
  if (declined && !isWaiting)
    return (
      <Declined unsent={declined.waiting} wasMember={declined.title !== ''} onLanguage={onLanguage} onLeave={onLeave} />
    );
  return <Waiting onLanguage={onLanguage} onLeave={onLeave} />;
}
