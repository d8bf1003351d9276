/**
 * The head of a chat: its name, who reads it, who may write, and what can be done with it. Nothing here asks "are you sure?":
 * archiving can be taken back at once.
 */
import { ActionIcon, Menu, Popover, Tooltip } from '@mantine/core';
import {
  IconArchive,
  IconArchiveOff,
  IconBell,
  IconBellOff,
  IconDots,
  IconFolderDown,
  IconSearch,
  IconSettings,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { ClassView } from '../../../client/class-store.ts';
import { readersOf, type Channel, type Member } from '../../../core/classroom.ts';
import { useLive, useStore } from '../../../ui/store.tsx';
import { useFailure } from '../../frame/failure.ts';
import { offerUndo } from '../../frame/undo-notice.tsx';
import { useTexts } from '../../texts/texts.ts';
import { ChannelEditor } from './ChannelEditor.tsx';
import { ChannelMark } from './ChannelRow.tsx';
import { channelName, otherOf, readersWords, roleWords } from './channels.ts';
import { ExportChat } from './ExportChat.tsx';
import { useMuted } from './use-chats.ts';
import classes from './ChannelHeader.module.css';

const TOOL = { size: 18, stroke: 1.7, 'aria-hidden': true } as const;

export interface ChannelHeaderProps {
  view: ClassView;
  channel: Channel;
  /** A talk that has no message yet has nothing to be saved. */
  isBegun: boolean;
  isSearching: boolean;
  onSearching: (isOn: boolean) => void;
}

export function ChannelHeader({ view, channel, isBegun, isSearching, onSearching }: ChannelHeaderProps) {
  const t = useTexts();
  const { classroom, memberId } = view;
  const [isMuted, mute] = useMuted(channel.channelId);
  const [asked, setAsked] = useState<'settings' | 'export' | null>(null);
  const archive = useArchive(view, channel);
  const name = channelName(t, classroom, memberId, channel);
  const isDirect = channel.kind === 'direct';
  const muteText = isMuted ? t.channels.unmute : t.channels.mute;
  return (
    <header className={classes.header}>
      <ChannelMark channel={channel} name={name} />
      <div className={classes.words}>
        <h1 className={classes.name}>{name}</h1>
        <p className={classes.about}>
          {isDirect ? <Other view={view} channel={channel} /> : <Readers view={view} channel={channel} />}
          {channel.isArchived ? (
            <span> · {t.channels.closed}</span>
          ) : (
            channel.writers === 'teachers' && <span> · {t.channels.onlyTeachers}</span>
          )}
        </p>
      </div>
      <Tooltip label={t.channels.search}>
        <ActionIcon aria-label={t.channels.search} aria-pressed={isSearching} onClick={() => onSearching(!isSearching)}>
          <IconSearch {...TOOL} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={muteText}>
        <ActionIcon aria-label={muteText} aria-pressed={isMuted} onClick={() => mute(!isMuted)}>
          {isMuted ? <IconBellOff {...TOOL} /> : <IconBell {...TOOL} />}
        </ActionIcon>
      </Tooltip>
      {(isBegun || !isDirect) && (
        <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon aria-label={t.channels.more}>
              <IconDots {...TOOL} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {!isDirect && (
              <Menu.Item leftSection={<IconSettings size={16} stroke={1.6} />} onClick={() => setAsked('settings')}>
                {t.channels.settings}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconFolderDown size={16} stroke={1.6} />} onClick={() => setAsked('export')}>
              {t.channels.export}
            </Menu.Item>
            {!isDirect && (
              <Menu.Item
                leftSection={
                  channel.isArchived ? (
                    <IconArchiveOff size={16} stroke={1.6} />
                  ) : (
                    <IconArchive size={16} stroke={1.6} />
                  )
                }
                onClick={() => void archive(!channel.isArchived)}
              >
                {channel.isArchived ? t.channels.unarchive : t.channels.archive}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      {asked === 'settings' && <ChannelEditor view={view} channel={channel} onClose={() => setAsked(null)} />}
      {asked === 'export' && <ExportChat view={view} channel={channel} onClose={() => setAsked(null)} />}
    </header>
  );
}

/** Archives or brings back; the notice that says so also takes it back. */
export function useArchive(view: ClassView, channel: Channel) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  return async (isArchived: boolean) => {
    const { channelId, title, writers, memberIds, changeId: seen } = channel;
    const content = { channelId, title, writers, memberIds };
    try {
      const changeId = await store.send(view.logId, 'changeChannel', { ...content, isArchived, seen });
      if (!isArchived) return;
      const back = () =>
        store.send(view.logId, 'changeChannel', { ...content, isArchived: false, seen: changeId }).catch(failed);
      const name = channelName(t, view.classroom, view.memberId, channel);
      offerUndo(changeId, t.channels.archivedDone(name), t.channels.undo, () => void back());
    } catch (error) {
      failed(error);
    }
  };
}

function Other({ view, channel }: { view: ClassView; channel: Channel }) {
  const t = useTexts();
  const live = useLive(view.logId);
  const other = otherOf(view.classroom, view.memberId, channel);
  if (!other) return null;
  const isHere = live?.present.has(other.memberId) === true;
  return (
    <span>
      {roleWords(t, other, view.classroom)}
      {isHere && <span className={classes.here}> · {t.channels.isHere}</span>}
    </span>
  );
}

/** How many read it; a press names them. */
function Readers({ view, channel }: { view: ClassView; channel: Channel }) {
  const t = useTexts();
  const live = useLive(view.logId);
  const { classroom } = view;
  const readers = readersOf(classroom, channel).sort(
    (a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name, 'ru'),
  );
  return (
    <Popover position="bottom-start" width="20rem" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={classes.readers} aria-haspopup="dialog">
          {t.channels.readers(readers.length)}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.channels.readersMore}>
        <p className={classes.why}>{readersWords(t, classroom, channel)}</p>
        {/* A long list is scrolled by key too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <ul className={classes.people} tabIndex={0} aria-label={t.channels.readersMore}>
          {readers.map((member: Member) => (
            <li key={member.memberId} className={classes.person}>
              <span className={classes.presence} data-here={live?.present.has(member.memberId)} aria-hidden />
              <span>
                {member.name}
                {member.role !== 'student' && <span className={classes.role}>{roleWords(t, member, classroom)}</span>}
              </span>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
