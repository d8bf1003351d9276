/**
 * Where a message may be passed on to. Within its own log a copy keeps the author's name (the hub takes the words); into another
 * class or a talk of two go the text and the files that are the teacher's own, without the author: who said it there is nobody
 * else's business.
 */
import { Modal, TextInput, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconSearch } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import type { ClassStore, ClassView, MessageView } from '../../../client/class-store.ts';
import { mayWrite, type Channel, type Classroom } from '../../../core/classroom.ts';
import { directIdOf, type ChannelId, type LogId, type MemberId } from '../../../core/ids.ts';
import { nameSkeleton } from '../../../core/names.ts';
import { useClasses, useOpenClass, useSchool, type OpenClass } from '../../frame/classes.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useTexts, type Texts } from '../../texts/texts.ts';
import { roleWords } from '../channels/channels.ts';
import classes from './Forward.module.css';

/** People shown before somebody searches: a school has hundreds. */
const SHOWN_MAX = 40;

interface Place {
  key: string;
  group: 'channels' | 'people' | 'otherClasses';
  title: string;
  /** What a person is, where that is not plain. */
  about?: string;
  store: ClassStore;
  logId: LogId;
  channelId: ChannelId;
  to?: MemberId;
}

export const channelTitle = (t: Texts, channel: Pick<Channel, 'title' | 'kind'>): string =>
  channel.title ?? t.channels.kinds[channel.kind];

function placesIn(t: Texts, { store, logId, view, title }: OpenClass, home: LogId): Place[] {
  const me = view?.classroom.members[view.memberId];
  if (!view || !me) return [];
  const isHome = logId === home;
  return Object.values(view.classroom.channels)
    .filter((channel) => channel.kind !== 'direct' && mayWrite(view.classroom, channel, me))
    .map((channel) => ({
      key: `${logId}/${channel.channelId}`,
      group: isHome ? 'channels' : 'otherClasses',
      title: isHome ? channelTitle(t, channel) : `${title} · ${channelTitle(t, channel)}`,
      store,
      logId,
      channelId: channel.channelId,
    }));
}

/** @param classroom the class that is forwarded from: it knows whose parents they are */
function peopleOf(t: Texts, { store, logId, view }: OpenClass, classroom: Classroom): Place[] {
  if (!view) return [];
  return Object.values(view.classroom.members)
    .filter((member) => member.state === 'confirmed' && member.memberId !== view.memberId)
    .map((member) => ({
      key: `${logId}/${member.memberId}`,
      group: 'people' as const,
      title: member.name,
      ...(member.role === 'student' ? {} : { about: roleWords(t, member, classroom) }),
      store,
      logId,
      channelId: directIdOf(view.memberId, member.memberId),
      to: member.memberId,
    }))
    .sort((a, b) => a.title.localeCompare(b.title, 'ru'));
}

export function Forward({
  message,
  openClass,
  onClose,
}: {
  message: MessageView;
  openClass: ClassView;
  onClose: () => void;
}) {
  const t = useTexts();
  const failed = useFailure();
  const { server } = useOpenClass();
  const { classes: all } = useClasses();
  const school = useSchool(server.serverId);
  const [typed, setTyped] = useState('');
  const home = openClass.logId;
  const logs = [...all.filter((one) => one.server.serverId === server.serverId), ...(school ? [school] : [])];
  const wanted = nameSkeleton(typed);
  const places = [
    ...logs.flatMap((log) => placesIn(t, log, home)),
    ...(school ? peopleOf(t, school, openClass.classroom) : []),
  ].filter((place) => nameSkeleton(place.title).includes(wanted) && place.channelId !== message.channelId);
  const isOwn = message.by === openClass.memberId && message.forward === null;
  const left = isOwn ? 0 : message.files.length;

  const send = async ({ store, logId, channelId, to, title }: Place) => {
    onClose();
    const whom = to ? { to } : {};
    try {
      if (logId === home) await store.send(logId, 'forwardMessage', { messageId: message.id, channelId, ...whom });
      else {
        const fileIds = isOwn ? message.files.map((file) => file.fileId) : [];
        await store.send(logId, 'postMessage', { channelId, text: message.text, fileIds, replyTo: null, ...whom });
      }
      notifications.show({ message: t.message.forwardTo.done(title) });
    } catch (error) {
      failed(error);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, [data-place]')];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    stops[Math.min(stops.length - 1, Math.max(0, at + step))]?.focus();
  };
  return (
    <Modal opened onClose={onClose} title={t.message.forwardTo.title}>
      {/* Arrows move between the field and the list, which are the ones with the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div onKeyDown={onKeyDown}>
        <TextInput
          data-autofocus
          // The first letters must find the field there already.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          aria-label={t.message.forwardTo.find}
          placeholder={t.message.forwardTo.find}
          leftSection={<IconSearch size={18} stroke={1.7} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && places[0] && wanted !== '') void send(places[0]);
          }}
        />
        <div className={classes.places}>
          {places.length === 0 && <p className={classes.note}>{t.message.forwardTo.nothing}</p>}
          {(['channels', 'people', 'otherClasses'] as const).map((group) => {
            const those = places.filter((place) => place.group === group);
            if (those.length === 0) return null;
            return (
              <section key={group}>
                <h3 className={classes.heading}>{t.message.forwardTo[group]}</h3>
                {group === 'otherClasses' && (
                  <p className={classes.note}>
                    {t.message.forwardTo.asCopy}
                    {left > 0 && ` ${t.message.forwardTo.filesLeft(left)}`}
                  </p>
                )}
                <ul className={classes.list}>
                  {those.slice(0, SHOWN_MAX).map((place) => (
                    <li key={place.key}>
                      <UnstyledButton data-place className={classes.place} onClick={() => void send(place)}>
                        {place.title}
                        {place.about && <span className={classes.about}>{place.about}</span>}
                      </UnstyledButton>
                    </li>
                  ))}
                </ul>
              </section>
            );
          })}
        </div>
      </div>
    </Modal>
  );
}
