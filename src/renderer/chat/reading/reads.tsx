/**
 * Who has read a message and who is writing, as the hub tells it beside the log; nothing is shown before it has told anything. Who may
 * know of whom is core's rule (`mayKnowReads`).
 */
import { Popover } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import type { ClassView, MessageView } from '../../../client/class-store.ts';
import { mayKnowReads, readersOf, type Channel, type Member } from '../../../core/classroom.ts';
import type { ChannelId, MemberId } from '../../../core/ids.ts';
import { useLive } from '../../../ui/store.tsx';
import { useTexts } from '../../texts/texts.ts';
import classes from './reads.module.css';

interface ReadsHere {
  me: MemberId;
  channel: Channel;
  /** Readers of whom this member may know, by name. */
  readers: readonly Member[];
  upTo: Readonly<Record<MemberId, number>>;
}

const ReadsContext = createContext<ReadsHere | null>(null);

/** For every {@link ReadBy} below it. */
export function ReadsProvider({
  openClass,
  channelId,
  children,
}: {
  openClass: ClassView;
  channelId: ChannelId;
  children: ReactNode;
}) {
  const upTo = useLastKnown(useLive(openClass.logId)?.reads[channelId]);
  const { classroom, memberId } = openClass;
  const value = useMemo(() => {
    const channel = classroom.channels[channelId];
    const me = classroom.members[memberId];
    if (!upTo || !channel || !me) return null;
    const readers = readersOf(classroom, channel)
      .filter((member) => mayKnowReads(channel, me, member.memberId))
      .sort((a, b) => a.name.localeCompare(b.name, 'ru'));
    return { me: memberId, channel, readers, upTo };
  }, [upTo, classroom, channelId, memberId]);
  return <ReadsContext value={value}>{children}</ReadsContext>;
}

/** Without a network what was known before stays: it only ever grows. */
function useLastKnown<T>(value: T | undefined): T | undefined {
  const [known, setKnown] = useState(value);
  if (value !== undefined && value !== known) setKnown(value);
  return value ?? known;
}

/** Who has done something with a message has read it, whatever his page has told of reading. */
const answeredBy = ({ reactions, poll, notice }: MessageView): ReadonlySet<MemberId> =>
  new Set([
    ...Object.values(reactions).flat(),
    ...(poll?.votes.flat() ?? []),
    ...(notice?.signedBy.map(({ memberId }) => memberId) ?? []),
  ]);

/** How far a message has got: «прочитали 18 из 28», which opens the names; of others' messages only the number. */
export function ReadBy({ message }: { message: MessageView }) {
  const t = useTexts();
  const here = useContext(ReadsContext);
  const [isOpen, setOpen] = useState(false);
  const { seq, by, isRemoved } = message;
  if (!here || seq === null || isRemoved || by === null) return null;
  const isOwn = by === here.me;
  const asked = here.readers.filter(({ memberId }) => memberId !== by && memberId !== here.me);
  const answered = answeredBy(message);
  const read = asked.filter(({ memberId }) => (here.upTo[memberId] ?? 0) >= seq || answered.has(memberId));
  if (asked.length === 0) return null;
  if (here.channel.kind === 'direct') return isOwn && read.length > 0 ? <span>{t.reading.readByOne}</span> : null;
  const words = t.reading.readBy(read.length, asked.length);
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="top-end"
      width="20rem"
      trapFocus
      returnFocus
      withRoles={false}
    >
      <Popover.Target>
        <button
          type="button"
          className={classes.count}
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          {...(isOwn ? {} : { 'aria-label': t.reading.readCount(read.length, asked.length) })}
          onClick={() => setOpen(!isOpen)}
        >
          {isOwn ? (
            words
          ) : (
            <>
              <IconEye size={14} stroke={1.8} aria-hidden />
              {read.length}
            </>
          )}
        </button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={t.reading.whoRead} p="sm">
        {/* A long list is scrolled by key too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className={classes.who} tabIndex={0} data-autofocus>
          <Names
            title={t.reading.unread(asked.length - read.length)}
            members={asked.filter((m) => !read.includes(m))}
          />
          <Names title={t.reading.read(read.length)} members={read} />
          <p className={classes.more}>{t.reading.readMore}</p>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Names({ title, members }: { title: string; members: readonly Member[] }) {
  if (members.length === 0) return null;
  return (
    <section>
      <h3 className={classes.heading}>{title}</h3>
      <ul className={classes.names}>
        {members.map(({ memberId, name }) => (
          <li key={memberId}>{name}</li>
        ))}
      </ul>
    </section>
  );
}

/** «Белова пишет…» */
export function Typing({ openClass, channelId }: { openClass: ClassView; channelId: ChannelId }) {
  const t = useTexts();
  const typing = useLive(openClass.logId)?.typing[channelId] ?? [];
  const names = typing.flatMap((memberId) => {
    const member = memberId === openClass.memberId ? undefined : openClass.classroom.members[memberId];
    return member ? [member.name.split(' ').slice(0, 2).join(' ')] : [];
  });
  if (names.length === 0) return null;
  return <div className={classes.typing}>{t.reading.typing(names)}</div>;
}
