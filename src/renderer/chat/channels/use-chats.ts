/** What a list of chats needs from elsewhere: muted chats of this device, and an order that holds still under the pointer. */
import { useState } from 'react';
import type { ChannelId } from '../../../core/ids.ts';
import { useSettings } from '../../desktop.tsx';

/** Whether a chat notifies on this device, and the switch. */
export function useMuted(channelId: ChannelId): [boolean, (isMuted: boolean) => void] {
  const [{ mutedChannels }, write] = useSettings();
  return [
    mutedChannels.includes(channelId),
    (isMuted) => {
      const others = mutedChannels.filter((id) => id !== channelId);
      write({ mutedChannels: isMuted ? [...others, channelId] : others });
    },
  ];
}

/**
 * Rows in the order wanted, except while `isHeld` (the pointer is over them): then those that were there keep their places and
 * new ones come at the end.
 */
export function useStillOrder<T>(rows: readonly T[], keyOf: (row: T) => string, isHeld: boolean): readonly T[] {
  const wanted = rows.map(keyOf);
  const [shown, setShown] = useState(wanted);
  const next = isHeld
    ? [...shown.filter((key) => wanted.includes(key)), ...wanted.filter((key) => !shown.includes(key))]
    : wanted;
  if (next.join() !== shown.join()) setShown(next);
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return next.flatMap((key) => byKey.get(key) ?? []);
}
