/**
 * One chat in a list: who it is for, what was said last or what was left unfinished there, and how much waits. A narrow list
 * shows the icon and the count; the name stays for screen readers and in a tooltip.
 */
import { Tooltip, VisuallyHidden } from '@mantine/core';
import {
  IconAt,
  IconBellOff,
  IconBriefcase,
  IconHeartHandshake,
  IconMessages,
  IconSchool,
  IconUsersGroup,
  type Icon,
} from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { ClassView, MessagesWindow, MessageView } from '../../../client/class-store.ts';
import { mayWrite, type Channel } from '../../../core/classroom.ts';
import type { ChannelKind } from '../../../core/wire.ts';
import { formatDay, formatTime } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { plainTextOf } from '../../../ui/rich-text.ts';
import { useDraft, useLive, useMessages } from '../../../ui/store.tsx';
import { useDesktop } from '../../desktop.tsx';
import { useOpenClass } from '../../frame/classes.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useFileDrop } from '../../frame/file-drop.ts';
import { useNow } from '../../frame/now.ts';
import { addToChat } from '../../handed/placing.ts';
import { useTexts, type Texts } from '../../texts/texts.ts';
import { composingKey, type Composing } from '../composing.ts';
import { channelName, otherOf } from './channels.ts';
import { useMuted } from './use-chats.ts';
import classes from './ChannelList.module.css';

const LAST: MessagesWindow = { around: 'newest', count: 1 };
const COUNT_SHOWN_MAX = 99;
const DAY_MS = 86_400_000;

const ICONS: Record<Exclude<ChannelKind, 'direct'>, Icon> = {
  everyone: IconMessages,
  students: IconSchool,
  parents: IconHeartHandshake,
  staff: IconBriefcase,
  group: IconUsersGroup,
};

/** Two letters of a name, for a round picture. */
const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();

/** A channel's picture: an icon of its kind, or the other one's letters. Decorative. */
export function ChannelMark({ channel, name }: { channel: Pick<Channel, 'kind'>; name: string }) {
  if (channel.kind === 'direct')
    return (
      <span className={classes.mark} data-kind="direct" aria-hidden>
        {initials(name)}
      </span>
    );
  const Glyph = ICONS[channel.kind];
  return (
    <span className={classes.mark} data-kind={channel.kind} aria-hidden>
      <Glyph size={20} stroke={1.7} />
    </span>
  );
}

/** As long a text as a narrow list could ever show. */
const LINE_MAX = 300;
/** Words without the marks they are typed with. */
const oneLine = (text: string) => plainTextOf(text.slice(0, LINE_MAX)).replace(/\s+/g, ' ').trim();

/** A message in one line, as lists and exports of names say it. */
export function lineOf(t: Texts, message: MessageView): string {
  const text = oneLine(message.text);
  if (message.isRemoved) return t.channels.removed;
  if (message.poll) return t.channels.poll(text);
  if (message.notice) return t.channels.notice(text);
  if (text !== '') return text;
  if (message.assignmentId) return t.channels.card;
  const [only, ...others] = message.files;
  return only && others.length === 0 ? only.name : t.channels.files(message.files.length);
}

interface RowProps {
  view: ClassView;
  channel: Channel;
  href: string;
  isHere: boolean;
  /** A second name, for talks of two: «родитель: Белов Илья». */
  about?: string | undefined;
}

export function ChannelRow({ view, channel, href, isHere, about }: RowProps) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const { logId, classroom, memberId } = view;
  const { channelId } = channel;
  const newest = useMessages(logId, channelId, LAST)?.messages.at(-1);
  const draft = useDraft<Composing>(composingKey(logId, channelId)).value;
  const live = useLive(logId);
  const [isMuted] = useMuted(channelId);
  const name = channelName(t, classroom, memberId, channel);
  const unread = view.unread[channelId] ?? 0;
  const isMentioned = (view.mentions[channelId] ?? 0) > 0;
  const other = channel.kind === 'direct' ? otherOf(classroom, memberId, channel) : undefined;
  const isPresent = other !== undefined && live?.present.has(other.memberId) === true;
  const written = isHere ? '' : oneLine(draft?.text ?? '');
  const hasDraft = written !== '' || (!isHere && (draft?.files.length ?? 0) > 0);
  const author = newest?.by === memberId ? t.channels.you : classroom.members[newest?.by ?? memberId]?.name;
  const isNamed = channel.kind !== 'direct' || newest?.by === memberId;
  const line = newest ? lineOf(t, newest) : (about ?? t.channels.noMessages);
  const { store, server } = useOpenClass();
  const { upload } = useDesktop();
  const failed = useFailure();
  const [, go] = useLocation();
  const me = classroom.members[memberId];
  // Dropped files go into what is being written there, and the chat opens: nothing is sent by a drop.
  const drop = useFileDrop(
    (files) => {
      addToChat(store, logId, channelId, () => upload(server.serverId, files), files.length).then(
        () => go(href),
        failed,
      );
    },
    { isOff: !me || !mayWrite(classroom, channel, me) },
  );
  const said = [
    isPresent && t.channels.isHere,
    unread > 0 && t.channels.unread(unread),
    isMentioned && t.channels.mentioned,
    hasDraft && t.channels.hasDraft,
    isMuted && t.channels.muted,
  ].filter(Boolean);
  return (
    <li>
      <Link
        href={href}
        className={classes.row}
        aria-current={isHere ? 'page' : undefined}
        data-unread={unread > 0}
        data-drop={drop.isOver}
        {...drop.handlers}
        title={about ? `${name}, ${about}` : name}
      >
        <span className={classes.picture}>
          <ChannelMark channel={channel} name={name} />
          {isPresent && <span className={classes.here} aria-hidden />}
        </span>
        <span className={classes.body}>
          <span className={classes.first}>
            <span className={classes.name}>{name}</span>
            {isMuted && <IconBellOff className={classes.muted} size={14} stroke={1.8} aria-hidden />}
            {newest && (
              <span className={classes.when}>
                {now - newest.at < DAY_MS ? formatTime(language, newest.at) : formatDay(language, newest.at, now)}
              </span>
            )}
          </span>
          <span className={classes.second}>
            <span className={classes.line}>
              {hasDraft ? (
                <>
                  <span className={classes.draft}>{t.channels.draft}</span>{' '}
                  {written === '' ? t.channels.files(draft?.files.length ?? 0) : written}
                </>
              ) : newest && isNamed && author !== undefined ? (
                t.channels.said(author, line)
              ) : (
                line
              )}
            </span>
            {isMentioned && (
              <span className={classes.mention} aria-hidden>
                <IconAt size={14} stroke={2.2} />
              </span>
            )}
            {unread > 0 && (
              <span className={classes.count} data-muted={isMuted && !isMentioned} aria-hidden>
                {unread > COUNT_SHOWN_MAX ? `${COUNT_SHOWN_MAX}+` : unread}
              </span>
            )}
          </span>
        </span>
        {said.length > 0 && <VisuallyHidden>{said.join(', ')}</VisuallyHidden>}
      </Link>
    </li>
  );
}

/** A row of a list that is a press: making a chat, writing to somebody. */
export function ListButton({ icon: Glyph, label, onClick }: { icon: Icon; label: string; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <button type="button" className={classes.tool} onClick={onClick}>
        <Glyph size={18} stroke={1.8} aria-hidden />
        <VisuallyHidden>{label}</VisuallyHidden>
      </button>
    </Tooltip>
  );
}
