/**
 * The channels of a log as the teacher's window shows them: in which order, under which name, and who is on the other side where
 * two talk alone. Pure; the rules of reading and writing are core/classroom's.
 */
import type { ClassView } from '../../../client/class-store.ts';
import { type Channel, type Classroom, type Member } from '../../../core/classroom.ts';
import { directIdOf, type ChannelId, type CommandId, type MemberId } from '../../../core/ids.ts';
import { nameSkeleton } from '../../../core/names.ts';
import type { ChannelKind } from '../../../core/wire.ts';
import type { Texts } from '../../texts/texts.ts';

const ORDER: readonly ChannelKind[] = ['staff', 'everyone', 'students', 'parents', 'group', 'direct'];

/** Channels that somebody made, in the order in which they are shown; one-to-one talks are not among them. */
export const madeChannels = (classroom: Classroom): Channel[] =>
  Object.values<Channel>(classroom.channels)
    .filter((channel) => channel.kind !== 'direct')
    .sort(
      (a, b) =>
        ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
        (a.title ?? '').localeCompare(b.title ?? '', 'ru', { numeric: true }),
    );

/** The other one of a talk of two; undefined where he is not known here. */
export const otherOf = (classroom: Classroom, me: MemberId, channel: Channel): Member | undefined => {
  const id = channel.memberIds.find((memberId) => memberId !== me);
  return id === undefined ? undefined : classroom.members[id];
};

/** The talk of two as a channel, whether or not anybody has written yet. */
export function directChannel(classroom: Classroom, me: MemberId, other: MemberId): Channel {
  const channelId = directIdOf(me, other);
  return (
    classroom.channels[channelId] ?? {
      channelId,
      kind: 'direct',
      title: null,
      writers: 'all',
      memberIds: [me, other].sort(),
      isArchived: false,
      pins: [],
      changeId: channelId as string as CommandId,
    }
  );
}

/** Everybody whom this member may write to alone, by name. */
export const partnersOf = (school: ClassView): Member[] =>
  Object.values<Member>(school.classroom.members)
    .filter((member) => member.state === 'confirmed' && member.memberId !== school.memberId)
    .sort((a, b) => a.name.localeCompare(b.name, 'ru'));

/**
 * The people of a class as the school knows them. A pupil or parent has one id in both; a teacher has another in the school and
 * is found by his sign-ins.
 */
export function partnersIn(school: ClassView, classroom: Classroom): Member[] {
  const inClass = Object.values<Member>(classroom.members).filter((member) => member.state === 'confirmed');
  const ids = new Set(inClass.map((member) => member.memberId));
  const personIds = new Set(inClass.flatMap((member) => member.personIds));
  return partnersOf(school).filter(
    (member) => ids.has(member.memberId) || member.personIds.some((personId) => personIds.has(personId)),
  );
}

/**
 * A channel by its id: one of the log's, or a talk of two that has not begun. null where there is no such thing here.
 * @param view the log that the channel may belong to
 */
export function findChannel(view: ClassView, channelId: ChannelId): Channel | null {
  const channel = view.classroom.channels[channelId];
  if (channel) return channel;
  if (view.classroom.kind !== 'school') return null;
  const other = partnersOf(view).find((member) => directIdOf(view.memberId, member.memberId) === channelId);
  return other ? directChannel(view.classroom, view.memberId, other.memberId) : null;
}

/** Talks of two that have begun, with the other one; those with news first, then by name. */
export function directTalks(school: ClassView): { channel: Channel; other: Member | undefined }[] {
  const { classroom, memberId, unread } = school;
  const hasNews = (channel: Channel) => Number((unread[channel.channelId] ?? 0) > 0);
  return Object.values<Channel>(classroom.channels)
    .filter((channel) => channel.kind === 'direct')
    .map((channel) => ({ channel, other: otherOf(classroom, memberId, channel) }))
    .sort(
      (a, b) =>
        hasNews(b.channel) - hasNews(a.channel) || (a.other?.name ?? '').localeCompare(b.other?.name ?? '', 'ru'),
    );
}

/** How many unread messages there are in talks with people of a class. */
export function unreadWith(school: ClassView | null | undefined, classroom: Classroom | undefined): number {
  if (!school || !classroom) return 0;
  const inClass = new Set(partnersIn(school, classroom).map((member) => member.memberId));
  return directTalks(school)
    .filter(({ other }) => other && inClass.has(other.memberId))
    .reduce((sum, { channel }) => sum + (school.unread[channel.channelId] ?? 0), 0);
}

/** A channel's name for a reader: its title, the other one's name, or who it is for. */
export function channelName(t: Texts, classroom: Classroom, me: MemberId, channel: Channel): string {
  if (channel.kind === 'direct') return otherOf(classroom, me, channel)?.name ?? t.channels.somebody;
  return channel.title ?? t.channels.kinds[channel.kind];
}

/** Who reads a channel, in words. */
export const readersWords = (t: Texts, classroom: Classroom, { kind }: Channel): string =>
  classroom.kind === 'school' && kind === 'group' ? t.channels.schoolGroupWhy : t.channels.readersWhy[kind];

/** Surname and first name, as one speaks of a child. */
const shortName = (name: string) => name.split(' ').slice(0, 2).join(' ');

/**
 * What a member is, in words: «учитель», «ученик», «родитель: Белов Илья».
 * @param classroom the class he is spoken of in: the school knows no children of parents
 */
export function roleWords(t: Texts, member: Member, classroom: Classroom): string {
  const { role, childIds } = classroom.members[member.memberId] ?? member;
  const children = childIds.flatMap((id) => classroom.members[id]?.name ?? []).map(shortName);
  return children.length > 0 ? t.channels.parentOf(children.join(', ')) : t.channels.roles[role];
}

/** Members whose names hold what was typed, ё as е. */
export const matching = (members: readonly Member[], typed: string): readonly Member[] => {
  const wanted = nameSkeleton(typed);
  return wanted === '' ? members : members.filter((member) => nameSkeleton(member.name).includes(wanted));
};
