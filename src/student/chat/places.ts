/**
 * Where a pupil or parent can talk: the chats of the class, groups and talks of the school, and a talk not begun yet with each
 * teacher of the class. Promises the same order for the same class: what is for all first, then by title. Pure.
 * Hides: that one-to-one talks live in the school's log, under other members, found by their sign-ins.
 */
import type { ClassView } from '../../client/class-store.ts';
import { isInChannel, mayWrite, type Channel, type Member } from '../../core/classroom.ts';
import { directIdOf, type ChannelId, type LogId, type MemberId } from '../../core/ids.ts';
import type { ChannelKind } from '../../core/wire.ts';

/** Why one can only read: the chat is closed, it is for teachers to write in, or the other one is gone. */
export type Shut = 'archived' | 'teachers-write' | 'other-left';

export interface Place {
  /** Names the place among all others, also after a reload. */
  key: string;
  /** The log that it belongs to, as this reader sees it. */
  view: ClassView;
  logId: LogId;
  channelId: ChannelId;
  kind: ChannelKind;
  /** null: named by its kind, a direct one by the other. */
  title: string | null;
  /** The other one of a direct talk. */
  other: Member | null;
  shut: Shut | null;
  isArchived: boolean;
  /** A direct talk begins with its first message. */
  isBegun: boolean;
  unread: number;
  mentions: number;
  /** Members of a group. */
  size: number;
  channel: Channel | null;
}

const KIND_ORDER: readonly ChannelKind[] = ['everyone', 'students', 'parents', 'staff', 'group', 'direct'];

export const placeKey = (logId: LogId, channelId: ChannelId) => `${logId}/${channelId}`;

function placeOf(view: ClassView, channel: Channel): Place {
  const { channelId, kind, title, isArchived } = channel;
  const me = view.classroom.members[view.memberId];
  const otherId = kind === 'direct' ? channel.memberIds.find((id) => id !== view.memberId) : undefined;
  const other = (otherId && view.classroom.members[otherId]) ?? null;
  const isLeft = kind === 'direct' && other?.state !== 'confirmed';
  const shut = isArchived
    ? 'archived'
    : isLeft
      ? 'other-left'
      : me && mayWrite(view.classroom, channel, me)
        ? null
        : 'teachers-write';
  return {
    key: placeKey(view.logId, channelId),
    view,
    logId: view.logId,
    channelId,
    kind,
    title,
    other,
    shut,
    isArchived,
    isBegun: true,
    unread: view.unread[channelId] ?? 0,
    mentions: view.mentions[channelId] ?? 0,
    size: channel.memberIds.length,
    channel,
  };
}

const byOrder = (a: Place, b: Place) =>
  Number(a.isArchived) - Number(b.isArchived) ||
  KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) ||
  nameOf(a).localeCompare(nameOf(b), 'ru');
const nameOf = ({ title, other }: Place) => title ?? other?.name ?? '';

function channelsOf(view: ClassView): Place[] {
  const { channels, members } = view.classroom;
  const me = members[view.memberId];
  return Object.values<Channel>(channels)
    .filter((channel) => me && isInChannel(view.classroom, channel, me))
    .map((channel) => placeOf(view, channel));
}

/** The teachers of a class as the school knows them: other members, the same sign-ins. */
export function teachersInSchool(view: ClassView, school: ClassView): Member[] {
  const signIns = new Set(
    Object.values<Member>(view.classroom.members)
      .filter(({ role, state }) => role === 'teacher' && state === 'confirmed')
      .flatMap(({ personIds }) => personIds),
  );
  return Object.values<Member>(school.classroom.members).filter(
    ({ role, state, personIds }) =>
      role === 'teacher' && state === 'confirmed' && personIds.some((personId) => signIns.has(personId)),
  );
}

/**
 * Every chat of this reader, in the order in which they are listed.
 * @param school the school's log; null where the hub has none or it has not come yet
 */
export function placesOf(view: ClassView, school: ClassView | null): Place[] {
  const begun = school ? channelsOf(school) : [];
  const meThere: MemberId | undefined = school?.classroom.members[school.memberId]?.memberId;
  const canBegin = school && meThere ? teachersInSchool(view, school) : [];
  const others = new Set(begun.flatMap(({ other }) => other?.memberId ?? []));
  const waiting = canBegin
    .filter(({ memberId }) => memberId !== meThere && !others.has(memberId))
    .map((other): Place => {
      const from = school!;
      const channelId = directIdOf(from.memberId, other.memberId);
      return {
        key: placeKey(from.logId, channelId),
        view: from,
        logId: from.logId,
        channelId,
        kind: 'direct',
        title: null,
        other,
        shut: null,
        isArchived: false,
        isBegun: false,
        unread: 0,
        mentions: 0,
        size: 2,
        channel: null,
      };
    });
  return [...channelsOf(view), ...begun, ...waiting].sort(byOrder);
}
