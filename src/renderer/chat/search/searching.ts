/**
 * What somebody looks for in messages, and what was found: the words and conditions of one search over one chat or over every
 * class of every server. Everything is searched here, offline; a new letter asks again, and so do news while the search is open; what was
 * found before stays until the answer is there.
 * Hides: which store holds which class, a person's several ids, days as times.
 */
import { useEffect, useRef, useState } from 'react';
import type { ClassStore, Found, MessageFeature, SearchQuery } from '../../../client/class-store.ts';
import type { Member } from '../../../core/classroom.ts';
import type { ChannelId, LogId } from '../../../core/ids.ts';
import type { OpenClass } from '../../frame/classes.tsx';

/** Found messages shown at once, and so many more each time more are asked for. */
export const FOUND_STEP = 50;
/** News are looked through at most this often. */
export const REFRESH_MS = 500;
/** Longer than anybody types; what is pasted beyond is not looked for. */
export const QUERY_TEXT_MAX = 500;

export interface Asked {
  text: string;
  /** A class, or a class and one of its chats; null: everywhere. */
  place: { logId: LogId; channelId: ChannelId | null } | null;
  /** Name of who wrote it: the same person has another id in every log. '' for anybody. */
  by: string;
  feature: MessageFeature | null;
  /** Days like `2026-11-25`, both included; '' for any. */
  from: string;
  to: string;
}

export const NOTHING_ASKED: Asked = { text: '', place: null, by: '', feature: null, from: '', to: '' };

/** Whether there is anything to look for: a letter or a condition. The place alone is none. */
export const isAsking = ({ text, by, feature, from, to }: Asked) =>
  text.trim() !== '' || by !== '' || feature !== null || from !== '' || to !== '';

export interface Question {
  store: ClassStore;
  query: SearchQuery;
}

const members = (log: OpenClass): Member[] => Object.values(log.view?.classroom.members ?? {});

const startOf = (day: string) => new Date(`${day}T00:00`).getTime();
/** The last millisecond of a day on this device; a day may have 23 or 25 hours. */
const endOf = (day: string) => {
  const next = new Date(`${day}T00:00`);
  next.setDate(next.getDate() + 1);
  return next.getTime() - 1;
};

/**
 * The questions that answer a search: one per store, or one per log where a person is named.
 * @param limit newest messages wanted of each
 */
export function questionsOf(asked: Asked, logs: readonly OpenClass[], limit: number): Question[] {
  if (!isAsking(asked)) return [];
  const { text, place, by, feature, from, to } = asked;
  const words: SearchQuery = {
    text: text.slice(0, QUERY_TEXT_MAX),
    limit,
    ...(feature ? { feature } : {}),
    ...(from ? { from: startOf(from) } : {}),
    ...(to ? { to: endOf(to) } : {}),
  };
  const wanted = place ? logs.filter((log) => log.logId === place.logId) : logs;
  const where = place?.channelId ? { channelId: place.channelId } : {};
  if (by !== '')
    return wanted.flatMap((log) =>
      members(log)
        .filter((member) => member.name === by)
        .map(({ memberId }) => ({
          store: log.store,
          query: { ...words, ...where, logId: log.logId, by: memberId },
        })),
    );
  if (place) return wanted.map((log) => ({ store: log.store, query: { ...words, ...where, logId: log.logId } }));
  return [...new Set(wanted.map((log) => log.store))].map((store) => ({ store, query: words }));
}

export interface Answer {
  asked: Asked;
  /** Newest first. */
  found: readonly Found[];
  total: number;
}

/** The answer to a search; null while nothing is asked. Stays what it was until a new one is there. */
export function useSearch(asked: Asked, logs: readonly OpenClass[], limit: number): Answer | null {
  const [answer, setAnswer] = useState<Answer | null>(null);
  // Logs are new objects with every message; which there are changes seldom.
  const places = logs.map((log) => log.logId).join();
  const news = useNewsOf(logs);
  useEffect(() => {
    let isGone = false;
    const questions = questionsOf(asked, logs, limit);
    if (questions.length === 0) {
      setAnswer(null);
      return undefined;
    }
    void Promise.all(questions.map(({ store, query }) => store.search(query))).then(
      (results) => {
        if (isGone) return;
        const found = results.flatMap((result) => result.found).sort((a, b) => b.at - a.at);
        setAnswer({
          asked,
          found: found.slice(0, limit),
          total: results.reduce((sum, result) => sum + result.total, 0),
        });
      },
      () => isGone || setAnswer({ asked, found: [], total: 0 }),
    );
    return () => {
      isGone = true;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- see `places`.
  }, [asked, places, limit, news]);
  return answer;
}

/** Grows when something has happened in these logs, not with each of many things. */
function useNewsOf(logs: readonly OpenClass[]): number {
  const [news, setNews] = useState(0);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else
      waiting.current ??= setTimeout(() => {
        waiting.current = undefined;
        setNews((old) => old + 1);
      }, REFRESH_MS);
  }, [logs]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  return news;
}

/** Found messages of one chat, in the order found. */
export interface FoundGroup {
  logId: LogId;
  channelId: ChannelId;
  found: Found[];
}

/** By chat; the chat with the newest one first. */
export function groupsOf(found: readonly Found[]): FoundGroup[] {
  const groups = new Map<string, FoundGroup>();
  for (const one of found) {
    const key = `${one.logId}/${one.channelId}`;
    const group = groups.get(key) ?? { logId: one.logId, channelId: one.channelId, found: [] };
    group.found.push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Part of a text, and whether it is what was looked for. */
export interface Piece {
  text: string;
  isMatch: boolean;
}

/** What is shown before the first match, and in all. */
export const BEFORE_MATCH_MAX = 40;
export const EXCERPT_MAX = 180;

/** A line of the text about its first match, with every match in it marked. */
export function excerptOf(text: string, matches: Found['matches']): Piece[] {
  const first = matches[0]?.[0] ?? 0;
  const space = text.indexOf(' ', Math.max(0, first - BEFORE_MATCH_MAX));
  const from = first <= BEFORE_MATCH_MAX ? 0 : space >= 0 && space < first ? space + 1 : first;
  const to = Math.min(text.length, from + EXCERPT_MAX);
  const pieces: Piece[] = [];
  const add = (start: number, end: number, isMatch: boolean) => {
    if (end > start) pieces.push({ text: text.slice(start, end).replace(/\s+/g, ' '), isMatch });
  };
  let at = from;
  for (const [start, end] of matches) {
    if (start < at || start >= to) continue;
    add(at, start, false);
    add(start, Math.min(end, to), true);
    at = Math.min(end, to);
  }
  add(at, to, false);
  if (from > 0) pieces.unshift({ text: '…', isMatch: false });
  if (to < text.length) pieces.push({ text: '…', isMatch: false });
  return pieces;
}
