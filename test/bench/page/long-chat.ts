/**
 * A long chat as rows of a log, the same for every run: most rows are messages, a fifth are edits and reactions to messages from
 * anywhere before them, which is the hardest case for whoever stores them in pages. Words are drawn as in real text: few often,
 * many seldom.
 */
import type { ChannelId, CommandId, LogId, MemberId, PersonId } from '../../../src/core/ids.ts';
import type { Entry } from '../../../src/core/wire.ts';

const WORDS = 5_000;
const SYLLABLES = 'ка ни по ре то ла ве ма ди ро ста при за ку се ло на ти ра мо'.split(' ');
const ENDINGS = ['', 'а', 'ы', 'ой', 'ами', 'ов', 'у', 'е'];
/** One of these is in one message of a hundred, in one of its forms. */
const RARE = ['контрольная', 'контрольной', 'контрольные', 'контрольную'];
const MEMBERS = 30;
const EVERY_MS = 40_000;

/** A generator of numbers in [0, 1) from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface LongChat {
  logId: LogId;
  channelId: ChannelId;
  memberId: MemberId;
  startsAt: number;
  /** One after the other from seq 1. */
  entries: Entry[];
}

/** @param count rows in all, the making of the class among them; @param marksShare of them edits and reactions */
export function longChat(count: number, marksShare: number): LongChat {
  const random = seeded(7);
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const uuid = () => `0199${hex(4)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const words = Array.from({ length: WORDS }, () => pick(SYLLABLES) + pick(SYLLABLES) + pick(SYLLABLES));
  // Few words often, many seldom.
  const word = () => words[Math.floor(WORDS * random() ** 3)]! + pick(ENDINGS);
  const text = () =>
    [...Array.from({ length: 3 + Math.floor(random() * 12) }, word), ...(random() < 0.01 ? [pick(RARE)] : [])].join(
      ' ',
    );

  const logId = uuid() as LogId;
  const channelId = uuid() as ChannelId;
  const members = Array.from({ length: MEMBERS }, () => uuid() as MemberId);
  const startsAt = Date.UTC(2026, 8, 1);
  const row = (kind: string, body: Entry['body'], by: MemberId, about: string | null = null): Entry => {
    const seq = entries.length + 1;
    return { seq, at: startsAt + seq * EVERY_MS, id: uuid() as CommandId, kind, label: 'all', by, about, body };
  };
  const entries: Entry[] = [];
  const channels = [{ channelId, kind: 'everyone' }];
  const personId = uuid() as PersonId;
  entries.push(
    row('classCreated', { title: '7А', memberId: members[0], teacherName: 'Ирина', personId, channels }, members[0]!),
  );
  const posted: Entry[] = [];
  while (entries.length < count) {
    if (posted.length === 0 || random() >= marksShare) {
      const entry = row('messagePosted', { channelId, text: text(), files: [], replyTo: null }, pick(members));
      posted.push(entry);
      entries.push(entry);
      continue;
    }
    const message = pick(posted);
    const named = { messageId: message.id, messageSeq: message.seq, channelId };
    entries.push(
      random() < 0.5
        ? row('messageEdited', { ...named, text: text() }, message.by!, message.id)
        : row('reacted', { ...named, reaction: 'like', isOn: true }, pick(members), message.id),
    );
  }
  return { logId, channelId, memberId: members[0]!, startsAt, entries };
}
