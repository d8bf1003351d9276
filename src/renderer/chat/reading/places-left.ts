/**
 * Where each chat was left, for coming back to it: the first message in sight and how far down it stood. Who was at the end has left
 * no place: he finds what is new. For as long as the window is open; nothing of a message is kept but its number.
 */
import type { ChannelId, LogId } from '../../../core/ids.ts';

export interface PlaceLeft {
  seq: number;
  /** From the top of the list to the message's own; less than nothing where its beginning was out of sight. */
  topPx: number;
}

const places = new Map<string, PlaceLeft>();
const keyOf = (logId: LogId, channelId: ChannelId) => `${logId}/${channelId}`;

export const placeLeft = (logId: LogId, channelId: ChannelId): PlaceLeft | null =>
  places.get(keyOf(logId, channelId)) ?? null;

/** @param place null: he was at the end */
export function leave(logId: LogId, channelId: ChannelId, place: PlaceLeft | null) {
  if (place) places.set(keyOf(logId, channelId), place);
  else places.delete(keyOf(logId, channelId));
}
