/**
 * The narrow list beside a chat: the log's channels, archived ones folded away, and one-to-one talks, those with news first.
 * Rows keep their places while the pointer is over them. `Alt+↓` and `Alt+↑` go to the next chat with news.
 */
import { IconArchive, IconChevronDown, IconChevronRight, IconPencilPlus, IconPlus } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { ClassView } from '../../../client/class-store.ts';
import type { Channel } from '../../../core/classroom.ts';
import type { ChannelId } from '../../../core/ids.ts';
import { useShortcuts } from '../../frame/shortcuts.tsx';
import { useTexts } from '../../texts/texts.ts';
import { ChannelRow, ListButton } from './ChannelRow.tsx';
import { directTalks, madeChannels, partnersIn, roleWords } from './channels.ts';
import { useStillOrder } from './use-chats.ts';
import classes from './ChannelList.module.css';

export interface ChannelListProps {
  title: string;
  home: ClassView;
  /** The school's log, where one-to-one talks live; null while it is not here. */
  school: ClassView | null;
  here: ChannelId | null;
  hrefOf: (channelId: ChannelId) => string;
  onNew: () => void;
  onWrite: () => void;
}

export function ChannelList({ title, home, school, here, hrefOf, onNew, onWrite }: ChannelListProps) {
  const t = useTexts();
  const [, go] = useLocation();
  const [isHeld, setHeld] = useState(false);
  const isSchool = home.classroom.kind === 'school';
  const made = madeChannels(home.classroom);
  const open = made.filter((channel) => !channel.isArchived);
  const archived = made.filter((channel) => channel.isArchived);
  const talks = useStillOrder(talksOf(home, school, here), (talk) => talk.channel.channelId, isHeld);

  // Where two talks carry one name, the second line tells them apart anyway: what they are to the class.
  const about = (talk: Talk) => (talk.other && school ? roleWords(t, talk.other, home.classroom) : undefined);
  const withNews = [
    ...open.map((channel) => [home, channel] as const),
    ...(school ? talks.map(({ channel }) => [school, channel] as const) : []),
  ];
  const step = (by: 1 | -1) => {
    const at = withNews.findIndex(([, { channelId }]) => channelId === here);
    const order = Array.from({ length: withNews.length }, (_, n) => at + by * (n + 1));
    const next = order
      .map((index) => withNews.at(index % withNews.length))
      .find((one) => one && one[1].channelId !== here && (one[0].unread[one[1].channelId] ?? 0) > 0);
    if (next) go(hrefOf(next[1].channelId));
  };
  useShortcuts(t.channels.list(title), [
    { keys: ['Alt+↓'], text: t.channels.keys.next, run: () => step(1), isGlobal: true },
    { keys: ['Alt+↑'], text: t.channels.keys.previous, run: () => step(-1), isGlobal: true },
    { keys: ['W'], text: t.channels.keys.write, run: school ? onWrite : undefined },
  ]);

  const row = (view: ClassView, channel: Channel, more?: string) => (
    <ChannelRow
      key={channel.channelId}
      view={view}
      channel={channel}
      href={hrefOf(channel.channelId)}
      isHere={channel.channelId === here}
      about={more}
    />
  );
  return (
    <nav
      className={classes.list}
      data-chats
      aria-label={t.channels.list(title)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <div className={classes.scroll}>
        <Part
          title={t.school.groupsAndStaff}
          tool={<ListButton icon={IconPlus} label={isSchool ? t.school.newGroup : t.channels.new} onClick={onNew} />}
        >
          <ul className={classes.rows}>{open.map((channel) => row(home, channel))}</ul>
          {archived.length > 0 && (
            <Archived count={archived.length} isOpenAtFirst={archived.some(({ channelId }) => channelId === here)}>
              <ul className={classes.rows}>{archived.map((channel) => row(home, channel))}</ul>
            </Archived>
          )}
        </Part>
        <Part
          title={t.channels.direct}
          tool={school && <ListButton icon={IconPencilPlus} label={t.channels.write} onClick={onWrite} />}
        >
          {school ? (
            <ul className={classes.rows}>{talks.map((talk) => row(school, talk.channel, about(talk)))}</ul>
          ) : (
            <p className={classes.none}>{t.channels.noSchool}</p>
          )}
        </Part>
      </div>
    </nav>
  );
}

type Talk = ReturnType<typeof directTalks>[number];

/** Talks shown here: in a class those with its people; the one that is open also before its first word. */
function talksOf(home: ClassView, school: ClassView | null, here: ChannelId | null): Talk[] {
  if (!school) return [];
  const all = directTalks(school);
  if (home.logId === school.logId) return all;
  const inClass = new Set(partnersIn(school, home.classroom).map((member) => member.memberId));
  return all.filter(
    ({ channel, other }) => channel.channelId === here || (other !== undefined && inClass.has(other.memberId)),
  );
}

function Part({ title, tool, children }: { title: string; tool: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        {tool}
      </div>
      {children}
    </section>
  );
}

interface ArchivedProps {
  count: number;
  isOpenAtFirst: boolean;
  children: ReactNode;
}

function Archived({ count, isOpenAtFirst, children }: ArchivedProps) {
  const t = useTexts();
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      <button
        type="button"
        className={classes.fold}
        aria-expanded={isOpen}
        aria-label={t.channels.archived(count)}
        onClick={() => setOpen(!isOpen)}
      >
        <Chevron size={16} stroke={1.8} aria-hidden />
        <span className={classes.foldText}>{t.channels.archived(count)}</span>
        <IconArchive size={16} stroke={1.7} aria-hidden />
      </button>
      {isOpen && children}
    </>
  );
}
