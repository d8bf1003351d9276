/**
 * Список класса: who waits at the door first, then the list with who is here. Add, rename, take out, erase; import a list, and
 * undo that import. Only what cannot be undone asks, and it names what will be lost.
 */
import { ActionIcon, Button, Menu, TextInput, Tooltip } from '@mantine/core';
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleFilled,
  IconClock,
  IconDots,
  IconFileImport,
  IconPencil,
  IconPlus,
  IconSchool,
  IconSearch,
  IconTrash,
  IconUserMinus,
  IconUsers,
} from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ClassView } from '../../client/class-store.ts';
import type { Member } from '../../core/classroom.ts';
import type { LogId, MemberId } from '../../core/ids.ts';
import { NAME_MAX } from '../../core/limits.ts';
import { cleanName, nameSkeleton } from '../../core/names.ts';
import { useClass, useStore } from '../../ui/store.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { usePresent } from '../lesson/present.ts';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { JoinRequests } from './JoinRequests.tsx';
import { LastImport } from './LastImport.tsx';
import { RefusedMembers } from './RefusedMembers.tsx';
import { RemoveMember } from './RemoveMember.tsx';
import classes from './Members.module.css';

/** From so many on the list can be searched. */
const SEARCH_FROM = 8;

export function Members({ logId }: { logId: LogId }) {
  const view = useClass(logId);
  return view ? <MemberList key={logId} view={view} /> : null;
}

function MemberList({ view }: { view: ClassView }) {
  const t = useTexts();
  const [, go] = useLocation();
  const { logId, classroom } = view;
  const present = usePresent(logId);
  const [find, setFind] = useState('');
  const [leaving, setLeaving] = useState<{ member: Member; erase: boolean } | null>(null);
  const [renaming, setRenaming] = useState<MemberId | null>(null);

  const all = useMemo(
    () =>
      Object.values<Member>(classroom.members)
        .filter((member) => member.state !== 'removed')
        .sort((a, b) => a.name.localeCompare(b.name, 'ru')),
    [classroom.members],
  );
  const students = all.filter((member) => member.role === 'student');
  const teachers = all.filter((member) => member.role === 'teacher');
  const wanted = nameSkeleton(find);
  const shown = students.filter((member) => nameSkeleton(member.name).includes(wanted));
  const waiting = waitingMembers(view);
  const hereCount = students.filter((member) => present?.has(member.memberId)).length;
  const importList = (
    <Button
      variant={students.length === 0 ? 'filled' : 'default'}
      leftSection={<IconFileImport size={18} stroke={1.6} aria-hidden />}
      onClick={() => go(routes.importRoster(logId))}
    >
      {t.members.importList}
    </Button>
  );
  return (
    <Screen title={t.members.title} width="narrow" actions={importList}>
      <JoinRequests logId={logId} classroom={classroom} />
      <LastImport view={view} />
      <RefusedMembers view={view} />
      <Section
        title={
          <>
            {t.members.count(students.length)}
            {hereCount > 0 && <span className={classes.here}> · {t.members.hereNow(hereCount)}</span>}
          </>
        }
      >
        {students.length === 0 ? (
          <EmptyState icon={IconUsers} title={t.members.empty}>
            {t.members.emptyMore}
          </EmptyState>
        ) : (
          <>
            {students.length >= SEARCH_FROM && (
              <TextInput
                className={classes.find}
                type="search"
                aria-label={t.members.find}
                placeholder={t.members.find}
                leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
                value={find}
                onChange={(event) => setFind(event.currentTarget.value)}
              />
            )}
            <ol className={classes.list}>
              {shown.map((member) => (
                <Row
                  key={member.memberId}
                  logId={logId}
                  member={member}
                  isHere={present?.has(member.memberId) ?? false}
                  isWaiting={waiting.has(member.memberId)}
                  isRenaming={renaming === member.memberId}
                  onRename={(isOn) => setRenaming(isOn ? member.memberId : null)}
                  onLeave={(erase) => setLeaving({ member, erase })}
                />
              ))}
            </ol>
            {shown.length === 0 && <p className={classes.none}>{t.members.noneFound}</p>}
          </>
        )}
        <AddMember logId={logId} members={students} />
      </Section>
      <Section title={t.members.teachers}>
        <ul className={classes.list}>
          {teachers.map((member) => (
            <li key={member.memberId} className={classes.row}>
              <span className={classes.icon} data-state="confirmed">
                <IconSchool size={18} stroke={1.6} aria-hidden />
              </span>
              <span className={classes.name}>{member.name}</span>
            </li>
          ))}
        </ul>
      </Section>
      {leaving && (
        <RemoveMember view={view} member={leaving.member} erase={leaving.erase} onClose={() => setLeaving(null)} />
      )}
    </Screen>
  );
}

/** Members whose line in the list is not confirmed by the hub yet. */
function waitingMembers(view: ClassView): ReadonlySet<MemberId> {
  const ids = view.outbox.flatMap(({ command: { body }, state }) =>
    state !== 'refused' && 'memberId' in body && !('assignmentId' in body) ? [body.memberId] : [],
  );
  return new Set(ids);
}

interface RowProps {
  logId: LogId;
  member: Member;
  isHere: boolean;
  isWaiting: boolean;
  isRenaming: boolean;
  onRename: (isOn: boolean) => void;
  onLeave: (erase: boolean) => void;
}

const STATE_ICONS = {
  here: IconCircleFilled,
  confirmed: IconCircleCheck,
  listed: IconCircleDashed,
  waiting: IconClock,
} as const;

function Row({ logId, member, isHere, isWaiting, isRenaming, onRename, onLeave }: RowProps) {
  const t = useTexts();
  const state = isWaiting ? 'waiting' : isHere ? 'here' : member.state === 'confirmed' ? 'confirmed' : 'listed';
  const Icon = STATE_ICONS[state];
  return (
    <li className={classes.row}>
      <span className={classes.icon} data-state={state}>
        <Icon size={18} stroke={1.6} aria-hidden />
      </span>
      {isRenaming ? (
        <Rename logId={logId} member={member} onDone={() => onRename(false)} />
      ) : (
        <span className={classes.name}>{member.name}</span>
      )}
      <Tooltip label={t.members.stateHints[state]}>
        <span className={classes.state} data-state={state}>
          {t.members.states[state]}
        </span>
      </Tooltip>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon aria-label={t.members.actions(member.name)}>
            <IconDots size={18} stroke={1.8} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} stroke={1.6} />} onClick={() => onRename(true)}>
            {t.members.rename}
          </Menu.Item>
          <Menu.Item leftSection={<IconUserMinus size={16} stroke={1.6} />} onClick={() => onLeave(false)}>
            {t.members.remove}
          </Menu.Item>
          <Menu.Item
            className={classes.danger}
            leftSection={<IconTrash size={16} stroke={1.6} />}
            onClick={() => onLeave(true)}
          >
            {t.members.erase}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}

function Rename({ logId, member, onDone }: { logId: LogId; member: Member; onDone: () => void }) {
  const t = useTexts();
  const store = useStore();
  const [typed, setTyped] = useState(member.name);
  const name = cleanName(typed);
  return (
    <form
      className={classes.rename}
      onSubmit={(event) => {
        event.preventDefault();
        if (name === '') return;
        if (name !== member.name) void store.send(logId, 'renameMember', { memberId: member.memberId, name });
        onDone();
      }}
    >
      <TextInput
        size="sm"
        className={classes.renameField}
        aria-label={`${t.members.rename}: ${member.name}`}
        value={typed}
        maxLength={NAME_MAX}
        error={name === '' ? t.members.badName : null}
        ref={focusOnce}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          onDone();
        }}
      />
      <Button size="sm" type="submit">
        {t.members.save}
      </Button>
      <Button size="sm" variant="default" onClick={onDone}>
        {t.members.cancel}
      </Button>
    </form>
  );
}

/** The field was asked for by the person who is at the keyboard. */
const focusOnce = (input: HTMLInputElement | null) => {
  input?.focus();
  input?.select();
};

/** Adds by hand; a name that stands there already takes a second press. */
function AddMember({ logId, members }: { logId: LogId; members: readonly Member[] }) {
  const t = useTexts();
  const store = useStore();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const add = () => {
    const name = cleanName(typed);
    if (!/\p{L}/u.test(name)) {
      setProblem(t.members.badName);
      return;
    }
    const isKnown = members.some((member) => nameSkeleton(member.name) === nameSkeleton(name));
    if (isKnown && problem !== t.members.addAgain) {
      setProblem(t.members.addAgain);
      return;
    }
    void store.send(logId, 'listMember', { memberId: store.newMemberId(), name });
    setTyped('');
    setProblem(null);
  };
  return (
    <form
      className={classes.add}
      aria-label={t.members.add}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <TextInput
        className={classes.addField}
        aria-label={t.members.add}
        placeholder={t.members.addName}
        value={typed}
        maxLength={NAME_MAX}
        error={problem}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setProblem(null);
        }}
      />
      <Button type="submit" variant="default" leftSection={<IconPlus size={18} stroke={1.8} aria-hidden />}>
        {t.members.addButton}
      </Button>
    </form>
  );
}
