/**
 * What the window tells main of chats, so that it may be said outside of it: everything unread, in words. Draws nothing. Promises:
 * nothing is told before every class has answered from its cache, so that main knows what is old; a muted chat is told only where it
 * mentions the teacher; a message's text is given only if the teacher wants it shown. Also goes where a pressed notification leads.
 */
import { useEffect, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ClassStore, ClassView, MessagesWindow, MessageView } from '../../client/class-store.ts';
import type { Channel } from '../../core/classroom.ts';
import type { ChannelId, LogId } from '../../core/ids.ts';
import { NOTIFIED_TEXT_MAX, WAITING_CHATS_MAX } from '../../preload/contract/channels.ts';
import type { WaitingChat } from '../../preload/contract.ts';
import { channelName } from '../chat/channels/channels.ts';
import { lineOf } from '../chat/channels/ChannelRow.tsx';
import { useDesktop, useSettings } from '../desktop.tsx';
import { routes } from '../routes.ts';
import { useTexts, type Texts } from '../texts/texts.ts';
import { useClasses, type OpenClass } from './classes.tsx';
import { useChatOnScreen } from './on-screen.ts';

/** The newest unread message, and the newest mention, are looked for among so many. */
const LOOKED_AT: MessagesWindow = { around: 'newest', count: 50 };

interface Waiting {
  log: OpenClass;
  view: ClassView;
  channel: Channel;
}
type Newest = ReadonlyMap<ChannelId, readonly MessageView[]>;

/** Chats of all logs with something unread in them. */
const waitingIn = (logs: readonly OpenClass[]): Waiting[] =>
  logs.flatMap((log) => {
    const { view } = log;
    if (!view) return [];
    return Object.values<Channel>(view.classroom.channels)
      .filter(({ channelId }) => (view.unread[channelId] ?? 0) > 0)
      .map((channel) => ({ log, view, channel }));
  });

/** Unread messages of others in these chats, as far as they are looked at. */
function useUnread(waiting: readonly Waiting[]): Newest {
  const [found, setFound] = useState<Newest>(new Map());
  const keys = waiting.map(({ log, channel }) => `${log.logId} ${channel.channelId}`).join('\n');
  const stores = useMemo(
    () => new Map<string, ClassStore>(waiting.map(({ log, channel }) => [channel.channelId, log.store])),
    // Watched anew when another chat has news, not with every message.
    // oxlint-disable-next-line react/exhaustive-deps
    [keys],
  );
  useEffect(() => {
    const stops = keys
      .split('\n')
      .filter(Boolean)
      .map((key) => {
        const [logId = '', channelId = ''] = key.split(' ');
        return stores.get(channelId)?.watchMessages(logId as LogId, channelId as ChannelId, LOOKED_AT, (view) => {
          const unread = view.messages.filter((one) => one.seq !== null && one.seq > view.readUpTo && !one.isRemoved);
          setFound((old) => new Map(old).set(channelId as ChannelId, unread));
        });
      });
    return () => {
      for (const stop of stops) stop?.();
    };
  }, [keys, stores]);
  return found;
}

const cut = (text: string) => [...text].slice(0, NOTIFIED_TEXT_MAX / 2).join('');

function toldOf(t: Texts, { log, view, channel }: Waiting, newest: Newest, isMuted: boolean, showText: boolean) {
  const { channelId } = channel;
  const others = (newest.get(channelId) ?? []).filter((message) => message.by !== view.memberId);
  const mentioning = others.filter((message) => message.mentions.includes(view.memberId));
  const counted = isMuted ? mentioning : others;
  const last = counted.at(-1);
  if (!last || last.seq === null) return [];
  const isSchool = view.classroom.kind === 'school';
  const isDirect = channel.kind === 'direct';
  const name = (last.by && view.classroom.members[last.by]?.name) ?? t.channels.somebody;
  const chat = isDirect ? t.channels.kinds.direct : channelName(t, view.classroom, view.memberId, channel);
  const mentions = view.mentions[channelId] ?? 0;
  const told: WaitingChat = {
    channelId,
    place: (isSchool ? routes.school : routes.chat)(log.logId, channelId),
    unread: isMuted ? mentions : (view.unread[channelId] ?? 0),
    mentions,
    newestSeq: last.seq,
    title: cut(t.notifications.place(chat, isSchool ? t.school.title : log.title)),
    who: cut(mentioning.includes(last) ? t.notifications.mentioned(name) : name),
    text: showText ? cut(lineOf(t, last)) : '',
  };
  return [told];
}

export function Told() {
  const t = useTexts();
  const [, go] = useLocation();
  const { call, onNotified } = useDesktop();
  const [{ notifications, mutedChannels }] = useSettings();
  const { classes, schools, isLoaded } = useClasses();
  const here = useChatOnScreen();
  const logs = [...classes, ...schools];
  const waiting = waitingIn(logs);
  const newest = useUnread(waiting);
  const isKnown =
    isLoaded &&
    logs.every(({ view }) => view !== null) &&
    waiting.every(({ channel }) => newest.has(channel.channelId));
  const chats = waiting
    .flatMap((one) => {
      const isMuted = mutedChannels.includes(one.channel.channelId);
      return toldOf(t, one, newest, isMuted, notifications.showText);
    })
    .slice(0, WAITING_CHATS_MAX);
  const told = isKnown ? JSON.stringify({ chats, here }) : null;
  useEffect(() => {
    // Not said: nothing is lost by it but a notification.
    if (told !== null) call('notifications.update', JSON.parse(told)).catch(() => undefined);
  }, [told, call]);
  useEffect(() => onNotified((place) => void (place !== '' && go(place))), [onNotified, go]);
  return null;
}
