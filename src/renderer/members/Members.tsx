/**
 * Список класса: who waits at the door first, then the list with who is here, parents under their children. Add, rename, take out, erase; import a list, and
 * undo that import. Only what cannot be undone asks, and it names what will be lost.
 */
import { ActionIcon, Button, Menu, Modal, TextInput, Tooltip } from '@mantine/core';
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleFilled,
  IconClock,
  IconDots,
  IconFileImport,
  IconHeartHandshake,
  IconPencil,
  IconPlus,
  IconSchool,
  IconSearch,
  IconTrash,
  IconUser,
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
import type { Command, Role } from '../../core/wire.ts';
import { useClass, useStore } from '../../ui/store.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useFailure } from '../frame/failure.ts';
import { RefusedChanges } from '../frame/RefusedChanges.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { usePresent } from '../lesson/present.ts';
import { routes } from '../routes.ts';
import { useTexts, type Texts } from '../texts/texts.ts';
import { JoinRequests } from './JoinRequests.tsx';
import { parentsOf } from './kin.ts';
import { LastImport } from './LastImport.tsx';
import { RemoveMember } from './RemoveMember.tsx';
import { SetChildren } from './SetChildren.tsx';
import classes from './Members.module.css';

/** From so many on the list can be searched. */
const SEARCH_FROM = 8;

const REFUSED: ReadonlySet<Command['kind']> = new Set([
  'listMember',
  'renameMember',
  'confirmJoin',
  'declineJoin',
  'changeRole',
  'setChildren',
  'removeMember',
]);
const refusedTitle = (t: Texts, { kind, body }: Command): string | null =>
  !REFUSED.has(kind) ? null : 'name' in body ? `${t.members.refused}: ${body.name}` : t.members.refused;

export function Members({ logId }: { logId: LogId }) {
  const view = useClass(logId);
  return view ? <MemberList key={logId} view={view} /> : null;
}

function MemberList({ view }: { view: ClassView }) {
  const t = useTexts();
  const [, go] = useLocation();
  const store = useStore();
  const failed = useFailure();
  const { logId, classroom } = view;
  const present = usePresent(logId);
  const [find, setFind] = useState('');
  const [leaving, setLeaving] = useState<{ member: Member; erase: boolean } | null>(null);
  const [renaming, setRenaming] = useState<MemberId | null>(null);
  const [asked, setAsked] = useState<{ member: Member; about: 'children' | 'teacher' } | null>(null);

  const all = useMemo(
    () =>
      Object.values<Member>(classroom.members)
        .filter((member) => member.state !== 'removed')
        .sort((a, b) => a.name.localeCompare(b.name, 'ru')),
    [classroom.members],
  );
  const students = all.filter((member) => member.role === 'student');
  const teachers = all.filter((member) => member.role === 'teacher');
  const parents = all.filter((member) => member.role === 'parent');
  const orphaned = parents.filter(({ childIds }) => !students.some((child) => childIds.includes(child.memberId)));
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
  const row = (member: Member, under?: Member) => (
    <Row
      key={`${under?.memberId ?? ''}${member.memberId}`}
      logId={logId}
      member={member}
      isUnder={under !== undefined}
      isMe={member.memberId === view.memberId}
      isHere={present?.has(member.memberId) ?? false}
      isWaiting={waiting.has(member.memberId)}
      isRenaming={renaming === member.memberId}
      onRename={(isOn) => setRenaming(isOn ? member.memberId : null)}
      onLeave={(erase) => setLeaving({ member, erase })}
      onAsk={(about) => setAsked({ member, about })}
      onRole={(role) => void store.send(logId, 'changeRole', { memberId: member.memberId, role }).catch(failed)}
    />
  );
  return (
    <Screen title={t.members.title} width="narrow" actions={importList}>
      <JoinRequests logId={logId} classroom={classroom} />
      <LastImport view={view} />
      <div className={classes.refused}>
        <RefusedChanges view={view} titleOf={(command) => refusedTitle(t, command)} />
      </div>
      <Section
        title={
          <>
            {t.members.count(students.length)}
            {parents.length > 0 && <span className={classes.more}> · {t.parents.title(parents.length)}</span>}
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
              {shown.flatMap((child) => [row(child), ...parentsOf(child, parents).map((one) => row(one, child))])}
            </ol>
            {shown.length === 0 && <p className={classes.none}>{t.members.noneFound}</p>}
          </>
        )}
        <AddMember logId={logId} members={students} />
      </Section>
      {orphaned.length > 0 && (
        <Section title={t.parents.withoutChild}>
          <p className={classes.lead}>{t.parents.withoutChildMore}</p>
          <ul className={classes.list}>{orphaned.map((member) => row(member))}</ul>
        </Section>
      )}
      <Section title={t.members.teachers}>
        <ul className={classes.list}>{teachers.map((member) => row(member))}</ul>
      </Section>
      {asked?.about === 'children' && (
        <SetChildren view={view} member={asked.member} students={students} onClose={() => setAsked(null)} />
      )}
      {asked?.about === 'teacher' && <MakeTeacher logId={logId} member={asked.member} onClose={() => setAsked(null)} />}
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
  /** A parent, under the child's line. */
  isUnder: boolean;
  isMe: boolean;
  isHere: boolean;
  isWaiting: boolean;
  isRenaming: boolean;
  onRename: (isOn: boolean) => void;
  onLeave: (erase: boolean) => void;
  onAsk: (about: 'children' | 'teacher') => void;
  onRole: (role: Role) => void;
}

const STATE_ICONS = {
  here: IconCircleFilled,
  confirmed: IconCircleCheck,
  listed: IconCircleDashed,
  waiting: IconClock,
} as const;

function Row({
  logId,
  member,
  isUnder,
  isMe,
  isHere,
  isWaiting,
  isRenaming,
  onRename,
  onLeave,
  onAsk,
  onRole,
}: RowProps) {
  const t = useTexts();
  const state = isWaiting ? 'waiting' : isHere ? 'here' : member.state === 'confirmed' ? 'confirmed' : 'listed';
  const Icon =
    member.role === 'teacher' ? IconSchool : member.role === 'parent' ? IconHeartHandshake : STATE_ICONS[state];
  const isIn = member.state === 'confirmed';
  return (
    <li className={classes.row} data-under={isUnder}>
      <span className={classes.icon} data-state={state}>
        <Icon size={18} stroke={1.6} aria-hidden />
      </span>
      {isRenaming && !isUnder ? (
        <Rename logId={logId} member={member} onDone={() => onRename(false)} />
      ) : (
        <span className={classes.name}>
          {member.name}
          {member.role === 'parent' && <span className={classes.label}> · {t.parents.label}</span>}
        </span>
      )}
      {member.role !== 'teacher' && (
        <Tooltip label={t.members.stateHints[state]}>
          <span className={classes.state} data-state={state}>
            {t.members.states[state]}
          </span>
        </Tooltip>
      )}
      {!isMe && (
        <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon aria-label={t.members.actions(member.name)}>
              <IconDots size={18} stroke={1.8} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {!isUnder && (
              <Menu.Item leftSection={<IconPencil size={16} stroke={1.6} />} onClick={() => onRename(true)}>
                {t.members.rename}
              </Menu.Item>
            )}
            {(member.role === 'parent' || (member.role === 'student' && isIn)) && (
              <Menu.Item leftSection={<IconHeartHandshake size={16} stroke={1.6} />} onClick={() => onAsk('children')}>
                {member.role === 'parent' ? t.parents.setChildren : t.parents.toParent}
              </Menu.Item>
            )}
            {member.role !== 'student' && isIn && (
              <Menu.Item leftSection={<IconUser size={16} stroke={1.6} />} onClick={() => onRole('student')}>
                {member.role === 'teacher' ? t.parents.noLonger : t.parents.toStudent}
              </Menu.Item>
            )}
            {member.role !== 'teacher' && isIn && (
              <Menu.Item leftSection={<IconSchool size={16} stroke={1.6} />} onClick={() => onAsk('teacher')}>
                {t.parents.toTeacher}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconUserMinus size={16} stroke={1.6} />} onClick={() => onLeave(false)}>
              {t.members.remove}
            </Menu.Item>
            {member.role === 'student' && (
              <Menu.Item
                className={classes.danger}
                leftSection={<IconTrash size={16} stroke={1.6} />}
                onClick={() => onLeave(true)}
              >
                {t.members.erase}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}

/** What a teacher sees cannot be unseen: this one asks. */
function MakeTeacher({ logId, member, onClose }: { logId: LogId; member: Member; onClose: () => void }) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  return (
    <Modal opened onClose={onClose} title={t.parents.toTeacherTitle(member.name)}>
      <p className={classes.asking}>{t.parents.toTeacherText}</p>
      <div className={classes.answers}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t.members.cancel}
        </Button>
        <Button
          onClick={() => {
            store.send(logId, 'changeRole', { memberId: member.memberId, role: 'teacher' }).catch(failed);
            onClose();
          }}
        >
          {t.parents.toTeacherYes}
        </Button>
      </div>
    </Modal>
  );
}

function Rename({ logId, member, onDone }: { logId: LogId; member: Member; onDone: () => void }) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const [typed, setTyped] = useState(member.name);
  const name = cleanName(typed);
  return (
    <form
      className={classes.rename}
      onSubmit={(event) => {
        event.preventDefault();
        if (name === '') return;
        if (name !== member.name) store.send(logId, 'renameMember', { memberId: member.memberId, name }).catch(failed);
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
  const failed = useFailure();
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
    store.send(logId, 'listMember', { memberId: store.newMemberId(), name }).catch((error: unknown) => {
      setTyped((next) => next || typed);
      failed(error);
    });
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
