/**
 * Making a chat and changing one. Who reads it is settled when it is made (except a group's members, who come and go); an edit
 * says which wording it saw, so that two teachers never overwrite each other silently.
 */
import { Button, Checkbox, Modal, Radio, Stack, Switch, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { ClassView } from '../../../client/class-store.ts';
import type { Channel, Member } from '../../../core/classroom.ts';
import type { ChannelId, MemberId } from '../../../core/ids.ts';
import { NAME_MAX } from '../../../core/limits.ts';
import { cleanName } from '../../../core/names.ts';
import type { MADE_CHANNEL_KINDS } from '../../../core/wire.ts';
import { useStore } from '../../../ui/store.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useTexts } from '../../texts/texts.ts';
import { matching, roleWords } from './channels.ts';
import classes from './People.module.css';

type MadeKind = (typeof MADE_CHANNEL_KINDS)[number];
const CLASS_KINDS: readonly MadeKind[] = ['group', 'students', 'parents', 'everyone'];
const SCHOOL_KINDS: readonly MadeKind[] = ['group', 'staff'];
/** From so many on the people can be searched. */
const SEARCH_FROM = 8;

export interface ChannelEditorProps {
  view: ClassView;
  /** null: a new one. */
  channel: Channel | null;
  onMade?: (channelId: ChannelId) => void;
  onClose: () => void;
}

export function ChannelEditor({ view, channel, onMade, onClose }: ChannelEditorProps) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const { logId, classroom, memberId } = view;
  const isSchool = classroom.kind === 'school';
  const [kind, setKind] = useState<MadeKind>(channel && channel.kind !== 'direct' ? channel.kind : 'group');
  const [typed, setTyped] = useState(channel?.title ?? '');
  const [isTeachersOnly, setTeachersOnly] = useState(channel?.writers === 'teachers');
  const [chosen, setChosen] = useState<ReadonlySet<MemberId>>(new Set(channel?.memberIds));
  const [isTried, setTried] = useState(false);
  // Whom an edit replaces is what was shown when it began.
  const [seen] = useState(channel?.changeId);
  const title = cleanName(typed);
  const isGroup = kind === 'group';
  const people = Object.values<Member>(classroom.members)
    .filter((member) => member.state !== 'removed' && member.memberId !== memberId)
    // In a class the teachers see every group anyway.
    .filter((member) => isSchool || member.role !== 'teacher')
    .sort((a, b) => a.name.localeCompare(b.name, 'ru'));
  const faults = {
    title: isGroup && title === '' ? t.channels.needTitle : null,
    members: isGroup && ![...chosen].some((id) => id !== memberId) ? t.channels.needMembers : null,
  };

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (faults.title !== null || faults.members !== null) return;
    // A group of the school holds its maker too: nobody sees it by being a teacher.
    const members = isSchool ? [...new Set([...chosen, memberId])] : [...chosen];
    const content = {
      title: title === '' ? null : title,
      writers: isTeachersOnly ? ('teachers' as const) : ('all' as const),
      memberIds: isGroup ? members : [],
    };
    try {
      if (channel && seen !== undefined) {
        const { channelId, isArchived } = channel;
        await store.send(logId, 'changeChannel', { channelId, ...content, isArchived, seen });
      } else {
        const channelId = store.newChannelId();
        await store.send(logId, 'createChannel', { channelId, kind, ...content });
        onMade?.(channelId);
      }
      onClose();
    } catch (error) {
      failed(error);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={channel ? t.channels.settings : isSchool ? t.school.newGroup : t.channels.new}
    >
      <form onSubmit={(event) => void save(event)} noValidate>
        {!channel && (
          <Radio.Group
            label={t.channels.kind}
            description={t.channels.newLead}
            value={kind}
            onChange={(value) => setKind(value as MadeKind)}
          >
            <Stack gap="sm" mt="xs">
              {(isSchool ? SCHOOL_KINDS : CLASS_KINDS).map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={t.channels.kinds[one]}
                  description={isSchool && one === 'group' ? t.channels.schoolGroupWhy : t.channels.readersWhy[one]}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <TextInput
          className={classes.field}
          label={t.channels.title}
          description={isGroup ? undefined : t.channels.titleMore}
          placeholder={isGroup ? t.channels.titleExample : t.channels.kinds[kind]}
          autoComplete="off"
          maxLength={NAME_MAX}
          value={typed}
          error={isTried ? faults.title : null}
          {...(channel ? { 'data-autofocus': true } : {})}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {isGroup && (
          <People
            people={people}
            view={view}
            chosen={chosen}
            onChoose={setChosen}
            fault={isTried ? faults.members : null}
          />
        )}
        {kind !== 'staff' && (
          <Switch
            className={classes.field}
            label={t.channels.onlyTeachersLabel}
            description={t.channels.onlyTeachersMore}
            checked={isTeachersOnly}
            onChange={(event) => setTeachersOnly(event.currentTarget.checked)}
          />
        )}
        <div className={classes.answers}>
          <Button variant="default" onClick={onClose}>
            {t.channels.cancel}
          </Button>
          <Button type="submit">{channel ? t.channels.save : t.channels.create}</Button>
        </div>
      </form>
    </Modal>
  );
}

interface PeopleProps {
  people: readonly Member[];
  view: ClassView;
  chosen: ReadonlySet<MemberId>;
  onChoose: (chosen: ReadonlySet<MemberId>) => void;
  fault: string | null;
}

function People({ people, view, chosen, onChoose, fault }: PeopleProps) {
  const t = useTexts();
  const [find, setFind] = useState('');
  const shown = matching(people, find);
  const count = people.filter((member) => chosen.has(member.memberId)).length;
  const toggle = (memberId: MemberId, isOn: boolean) => {
    const next = new Set(chosen);
    if (isOn) next.add(memberId);
    else next.delete(memberId);
    onChoose(next);
  };
  return (
    <fieldset className={classes.group}>
      <legend className={classes.label}>{t.channels.members}</legend>
      {people.length >= SEARCH_FROM && (
        <TextInput
          type="search"
          aria-label={t.channels.findMember}
          placeholder={t.channels.findMember}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
      )}
      <div className={classes.frame}>
        {shown.map((member) => (
          <Checkbox
            key={member.memberId}
            className={classes.check ?? ''}
            label={member.name}
            description={member.role === 'student' ? undefined : roleWords(t, member, view.classroom)}
            checked={chosen.has(member.memberId)}
            onChange={(event) => toggle(member.memberId, event.currentTarget.checked)}
          />
        ))}
        {shown.length === 0 && <p className={classes.none}>{t.channels.nobody}</p>}
      </div>
      <p className={classes.chosen} role="status" data-fault={fault !== null}>
        {fault ?? t.channels.chosen(count)}
        {fault === null && view.classroom.kind === 'class' && ` · ${t.channels.membersMore}`}
      </p>
    </fieldset>
  );
}
