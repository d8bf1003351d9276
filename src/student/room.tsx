/**
 * The room of one sign-in for everything below: its uploads, its clock, its way to be heard by a screen reader.
 * Hides: React's context, when uploads have changed, the live region.
 */
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import type { Room } from './door.ts';
import type { Uploads } from './upload.ts';

const RoomContext = createContext<Room | null>(null);
const SayContext = createContext<(text: string) => void>(() => undefined);

export function RoomProvider({ room, children }: { room: Room; children: ReactNode }) {
  const [said, setSaid] = useState('');
  const say = useCallback((text: string) => setSaid(text), []);
  return (
    <RoomContext value={room}>
      <SayContext value={say}>
        {children}
        <output className="unseen" aria-live="polite">
          {said}
        </output>
      </SayContext>
    </RoomContext>
  );
}

/** Throws where there is no room above. */
export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error('useRoom needs a RoomProvider above it');
  return room;
}

/** The uploads, and a new look at them whenever one has moved. For what is shown once the room has them. */
export function useUploads(): Uploads {
  const uploads = useRoom().uploads();
  if (!uploads) throw new Error('useUploads comes after the room was equipped');
  useSyncExternalStore(uploads.watch, uploads.version);
  return uploads;
}

/** Says something once to who does not see the screen. */
export const useSay = () => useContext(SayContext);

const CLOCK_STEP_MS = 15_000;
/** The hub's time, looked at often enough for "past due" and "today". */
export function useNow(stepMs = CLOCK_STEP_MS): number {
  const room = useRoom();
  const [now, setNow] = useState(room.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(room.now()), stepMs);
    return () => clearInterval(timer);
  }, [room, stepMs]);
  return now;
}

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  const [list] = useState(() => window.matchMedia(query));
  return useSyncExternalStore(
    useCallback(
      (changed: () => void) => {
        list.addEventListener('change', changed);
        return () => list.removeEventListener('change', changed);
      },
      [list],
    ),
    () => list.matches,
  );
}
