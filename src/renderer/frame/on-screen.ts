/** Which chat stands on the screen: what is said there needs no notification. */
import { useEffect, useSyncExternalStore } from 'react';
import type { ChannelId } from '../../core/ids.ts';

let shown: ChannelId | null = null;
const listeners = new Set<() => void>();

function show(channelId: ChannelId | null) {
  shown = channelId;
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Says that this chat is shown for as long as the component is. */
export function useOnScreen(channelId: ChannelId) {
  useEffect(() => {
    show(channelId);
    return () => {
      if (shown === channelId) show(null);
    };
  }, [channelId]);
}

export const useChatOnScreen = (): ChannelId | null => useSyncExternalStore(subscribe, () => shown);
