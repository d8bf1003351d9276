/**
 * What of a teacher's chats is said outside the window. Promises: who and in which chat, never more than the page was told to
 * give; one notification per chat, renewed, never a heap; nothing of what is on the screen before him, of what was there when the
 * app began, or of what was read elsewhere; in quiet hours nothing, and one word for all of it when they end; a press opens the
 * place. A mention stays until it is seen and lights up the taskbar. Hides: Electron's Notification, waiting, quiet hours.
 *
 * The page says each time everything that waits (`update`); what is new in it is found out here, so that neither a reload of the
 * page nor a report too many can notify twice.
 */
import type { ChannelId } from '../core/ids.ts';
import type { Language, NotificationSettings, QuietHours, WaitingChat } from '../preload/contract.ts';
import { NOTIFIED } from './texts.ts';

/** Messages that come together are told together: a class answering "спасибо" is one notification. */
export const GATHER_MS = 1_500;
/** Chats that are named one by one; more at once are one notice. */
export const SINGLE_MAX = 3;
/** Chats that such a notice names. */
export const NAMED_MAX = 3;
/** How often the end of quiet hours is looked for: a computer that slept through it is told late, never not at all. */
export const QUIET_LOOK_MS = 30_000;

/** A notification as this file wants it; Electron's in the app. */
export interface Shown {
  close(): void;
}
export interface Notice {
  title: string;
  body: string;
  /** Stays until it is seen. */
  isUrgent: boolean;
  onPress: () => void;
}

export interface NotificationsOptions {
  /** Shows it; null where the system has no notifications. */
  show(notice: Notice): Shown | null;
  /** Number on the app's icon, where the system has one. */
  badge(count: number): void;
  /** Lights up the app's place in the taskbar. */
  flash(isOn: boolean): void;
  isFocused(): boolean;
  /** Brings the window to the front and the page to a place; '' for wherever it is. */
  open(place: string): void;
  settings(): NotificationSettings;
  language(): Language;
  /** Unix ms. */
  now?: () => number;
}

export interface Notifications {
  /** Everything that waits unread now, muted chats left out; `here`: the chat on the screen. */
  update(chats: readonly WaitingChat[], here: ChannelId | null): void;
  /** The window got or lost the keyboard. */
  focusChanged(): void;
  close(): void;
}

export function openNotifications(options: NotificationsOptions): Notifications {
  const { now = Date.now } = options;
  /** The newest message of each chat that was told, seen, or there from the beginning; and its mentions. */
  const told = new Map<ChannelId, { newestSeq: number; mentions: number }>();
  const shown = new Map<ChannelId | 'all', Shown>();
  let waiting: readonly WaitingChat[] = [];
  let here: ChannelId | null = null;
  let hasBegun = false;
  let gathering: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  /** Quiet hours have held something back. */
  let isHolding = false;

  const isNew = (chat: WaitingChat) => chat.newestSeq > (told.get(chat.channelId)?.newestSeq ?? 0);
  const isMentionNew = (chat: WaitingChat) => chat.mentions > (told.get(chat.channelId)?.mentions ?? 0);
  const note = ({ channelId, newestSeq, mentions }: WaitingChat) => told.set(channelId, { newestSeq, mentions });
  const hide = (key: ChannelId | 'all') => {
    shown.get(key)?.close();
    shown.delete(key);
  };

  function tell(): void {
    gathering = undefined;
    const settings = options.settings();
    if (!settings.isOn) {
      for (const chat of waiting) note(chat);
      return;
    }
    seeHere();
    const fresh = waiting.filter(isNew);
    if (fresh.length === 0) return;
    if (isQuiet(settings.quiet, now())) {
      isHolding = true;
      looking ??= setInterval(lookAgain, QUIET_LOOK_MS);
      looking.unref();
      return;
    }
    const wasHeld = isHolding;
    isHolding = false;
    if (fresh.length > (wasHeld ? 1 : SINGLE_MAX)) tellTogether(fresh);
    else for (const chat of fresh) tellOne(chat, settings);
    if (fresh.some(isMentionNew) && !options.isFocused()) options.flash(true);
    for (const chat of fresh) note(chat);
  }

  function tellOne(chat: WaitingChat, settings: NotificationSettings): void {
    const isUrgent = isMentionNew(chat);
    const words = NOTIFIED[options.language()];
    const many = chat.unread > 1 ? `${words.messages(chat.unread)}. ` : '';
    const body = settings.showText && chat.text !== '' ? `${chat.who}: ${chat.text}` : `${many}${chat.who}`;
    put(chat.channelId, { title: chat.title, body, isUrgent, onPress: () => press(chat.channelId, chat.place) });
  }

  function tellTogether(chats: readonly WaitingChat[]): void {
    const words = NOTIFIED[options.language()];
    const unread = chats.reduce((sum, chat) => sum + chat.unread, 0);
    // Mentions first: they are what one would look for.
    const named = chats.toSorted((a, b) => b.mentions - a.mentions).map((chat) => chat.title);
    const rest = named.length - NAMED_MAX;
    const body = [...named.slice(0, NAMED_MAX), ...(rest > 0 ? [words.more(rest)] : [])].join('\n');
    for (const key of shown.keys()) hide(key);
    const isUrgent = chats.some(isMentionNew);
    put('all', { title: words.messages(unread), body, isUrgent, onPress: () => press('all', '') });
  }

  function put(key: ChannelId | 'all', notice: Notice): void {
    hide(key);
    const made = options.show(notice);
    if (made) shown.set(key, made);
  }

  function press(key: ChannelId | 'all', place: string): void {
    hide(key);
    options.open(place);
  }

  /** What is on the screen before the teacher needs no words. */
  function seeHere(): void {
    if (here === null || !options.isFocused()) return;
    for (const chat of waiting) if (chat.channelId === here) note(chat);
    hide(here);
  }

  function lookAgain(): void {
    if (isQuiet(options.settings().quiet, now())) return;
    clearInterval(looking);
    looking = undefined;
    tell();
  }

  return {
    update(chats, nowHere) {
      waiting = chats;
      here = nowHere;
      options.badge(chats.reduce((sum, chat) => sum + chat.unread, 0));
      if (!hasBegun) {
        hasBegun = true;
        for (const chat of chats) note(chat);
        return;
      }
      // Read here, or on another device.
      const ids = new Set(chats.map((chat) => chat.channelId));
      for (const key of shown.keys()) if (key !== 'all' && !ids.has(key)) hide(key);
      if (chats.length === 0) {
        hide('all');
        options.flash(false);
      }
      seeHere();
      if (chats.some(isNew)) {
        gathering ??= setTimeout(tell, GATHER_MS);
        gathering.unref();
      }
    },
    focusChanged() {
      if (!options.isFocused()) return;
      options.flash(false);
      hide('all');
      seeHere();
    },
    close() {
      clearTimeout(gathering);
      clearInterval(looking);
      for (const key of shown.keys()) hide(key);
    },
  };
}

const DAYS = 7;

/**
 * Whether a moment lies in quiet hours, by this computer's clock and time zone. Hours that pass midnight belong to the day on
 * which they began; from and to being equal means the whole day.
 */
export function isQuiet({ isOn, fromMinute, toMinute, days }: QuietHours, at: number): boolean {
  if (!isOn) return false;
  const date = new Date(at);
  const minute = date.getHours() * 60 + date.getMinutes();
  const today = date.getDay();
  const yesterday = (today + DAYS - 1) % DAYS;
  if (fromMinute === toMinute) return days.includes(today);
  if (fromMinute < toMinute) return days.includes(today) && minute >= fromMinute && minute < toMinute;
  return (days.includes(today) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute);
}
