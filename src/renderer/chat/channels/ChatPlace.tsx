/**
 * Класс → Чат, and Школа: the list of chats, and beside it the one that is open, which is remembered for each class. One-to-one
 * talks belong to the school's log and are opened here under the class whose list they stand in.
 */
import { Button } from '@mantine/core';
import { IconMessageOff, IconMessages, IconPencilPlus } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocation, useRoute } from 'wouter';
import type { Channel } from '../../../core/classroom.ts';
import { directIdOf, type ChannelId } from '../../../core/ids.ts';
import type { Command } from '../../../core/wire.ts';
import { useDraft } from '../../../ui/store.tsx';
import { ClassScope, useOpenClass, useSchool, type OpenClass } from '../../frame/classes.tsx';
import { EmptyState } from '../../frame/EmptyState.tsx';
import { useOnScreen } from '../../frame/on-screen.ts';
import { RefusedChanges } from '../../frame/RefusedChanges.tsx';
import { PATTERNS, routes } from '../../routes.ts';
import { useTexts, type Texts } from '../../texts/texts.ts';
import { Chat } from '../Chat.tsx';
import { ChannelEditor } from './ChannelEditor.tsx';
import { ChannelHeader } from './ChannelHeader.tsx';
import { ChannelList } from './ChannelList.tsx';
import { findChannel, madeChannels, otherOf, partnersIn, partnersOf } from './channels.ts';
import { WriteTo } from './WriteTo.tsx';
import classes from './ChatPlace.module.css';

export function ChatPlace() {
  const t = useTexts();
  const [, go] = useLocation();
  const home = useOpenClass();
  const { logId, view, title, server } = home;
  const school = useSchool(server.serverId);
  const isSchool = home.summary.kind === 'school';
  const [, params] = useRoute<{ channelId?: string; seq?: string }, string>(isSchool ? PATTERNS.school : PATTERNS.chat);
  const asked = (params?.channelId as ChannelId | undefined) ?? null;
  const remembered = useDraft<ChannelId>(`place/${logId}/chat`);
  const [dialog, setDialog] = useState<'new' | 'write' | null>(null);
  const hrefOf = (channelId: ChannelId) => (isSchool ? routes.school : routes.chat)(logId, channelId);

  const first = view ? (madeChannels(view.classroom).find((channel) => !channel.isArchived)?.channelId ?? null) : null;
  const find = (channelId: ChannelId | null) => (channelId === null ? null : placeOf(channelId, home, school));
  const wanted = asked ?? remembered.value;
  // What was meant for one must not be written to all because the talk with him has not been read from the disk yet.
  const isComing = wanted !== null && find(wanted) === null && school?.view === null;
  const here = isComing ? null : (find(wanted) ?? (asked === null ? find(first) : null));
  const openId = here?.channel.channelId ?? null;
  const { write, isLoaded, value: kept } = remembered;
  useEffect(() => {
    if (asked !== null && isLoaded && openId === asked && kept !== asked) write(asked);
  }, [asked, isLoaded, openId, kept, write]);

  if (!view || !isLoaded) return null;
  const schoolView = school?.view ?? null;
  const partners = schoolView ? (isSchool ? partnersOf(schoolView) : partnersIn(schoolView, view.classroom)) : [];
  return (
    <div className={classes.place}>
      <ChannelList
        title={isSchool ? t.school.title : title}
        home={view}
        school={schoolView}
        here={openId}
        hrefOf={hrefOf}
        onNew={() => setDialog('new')}
        onWrite={() => setDialog('write')}
      />
      <div className={classes.chat}>
        <div className={classes.refused}>
          <RefusedChanges view={view} titleOf={(command) => refusedTitle(t, command)} />
        </div>
        {here ? (
          <ClassScope openClass={here.log}>
            <OpenChat
              key={`${here.log.logId}/${here.channel.channelId}`}
              log={here.log}
              channel={here.channel}
              goTo={params?.seq === undefined ? undefined : Number(params.seq)}
            />
          </ClassScope>
        ) : isComing ? null : asked === null ? (
          <EmptyState
            icon={IconMessages}
            title={t.channels.choose}
            actions={
              partners.length > 0 && (
                <Button
                  variant="default"
                  leftSection={<IconPencilPlus size={18} stroke={1.7} aria-hidden />}
                  onClick={() => setDialog('write')}
                >
                  {t.channels.write}
                </Button>
              )
            }
          >
            {t.channels.chooseMore}
          </EmptyState>
        ) : (
          <EmptyState icon={IconMessageOff} title={t.channels.gone}>
            {t.channels.goneMore}
          </EmptyState>
        )}
      </div>
      {dialog === 'new' && (
        <ChannelEditor
          view={view}
          channel={null}
          onMade={(channelId) => go(hrefOf(channelId))}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'write' && schoolView && (
        <WriteTo
          partners={partners}
          classroom={view.classroom}
          onChoose={(other) => {
            setDialog(null);
            go(hrefOf(directIdOf(schoolView.memberId, other.memberId)));
          }}
          onClose={() => setDialog(null)}
        />
      )}
    </div>
  );
}

const refusedTitle = (t: Texts, { kind, body }: Command): string | null =>
  kind === 'createChannel' || kind === 'changeChannel'
    ? t.channels.refused(body.title ?? t.channels.kinds.group)
    : null;

/** Where a channel lives: in this log, or in the school's. */
function placeOf(
  channelId: ChannelId,
  home: OpenClass,
  school: OpenClass | undefined,
): { log: OpenClass; channel: Channel } | null {
  for (const log of school && school !== home ? [home, school] : [home]) {
    const channel = log.view && findChannel(log.view, channelId);
    if (channel) return { log, channel };
  }
  return null;
}

function OpenChat({ log, channel, goTo }: { log: OpenClass; channel: Channel; goTo: number | undefined }) {
  const [isSearching, setSearching] = useState(false);
  useOnScreen(channel.channelId);
  const { view } = log;
  if (!view) return null;
  const to = channel.kind === 'direct' ? otherOf(view.classroom, view.memberId, channel)?.memberId : undefined;
  return (
    <>
      <ChannelHeader
        view={view}
        channel={channel}
        isBegun={view.classroom.channels[channel.channelId] !== undefined}
        isSearching={isSearching}
        onSearching={setSearching}
      />
      <div className={classes.messages}>
        <Chat channelId={channel.channelId} to={to} goTo={goTo} isSearching={isSearching} onSearching={setSearching} />
      </div>
    </>
  );
}
