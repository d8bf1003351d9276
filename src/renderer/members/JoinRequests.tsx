/**
 * Who stands at the door of a class. Promises: nobody is let in but by the teacher's press; one press is enough where the typed
 * name means exactly one line of the list; "confirm all" takes only those; who does not match says why. A parent comes in by the
 * same door, as somebody's parent; a surname only suggests whose.
 */
import { Button, SegmentedControl, Select, Tooltip } from '@mantine/core';
import { IconCheck, IconChecks, IconLink, IconUserQuestion } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Classroom, JoinRequestHead, Member } from '../../core/classroom.ts';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { matchName } from '../../core/names.ts';
import { matchRequests } from '../../core/roster.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { Section } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import { ChildrenField } from './ChildrenField.tsx';
import { childrenBySurname } from './kin.ts';
import classes from './JoinRequests.module.css';

/** Of a choice: make a new line. */
const NEW_LINE = 'new';

/** How a request is answered: as a pupil's line (null: a new one), or as a parent of these pupils. */
type Answer =
  { role: 'student'; memberId: MemberId | null } | { role: 'parent'; memberId: MemberId | null; childIds: MemberId[] };

export function JoinRequests({ logId, classroom }: { logId: LogId; classroom: Classroom }) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const requests = useMemo(
    () => Object.values<JoinRequestHead>(classroom.requests).sort((a, b) => a.at - b.at),
    [classroom.requests],
  );
  const [students, parents] = useMemo(() => {
    const here = Object.values<Member>(classroom.members)
      .filter((member) => member.state !== 'removed')
      .sort((a, b) => a.name.localeCompare(b.name, 'ru'));
    return (['student', 'parent'] as const).map((role) => here.filter((member) => member.role === role)) as [
      Member[],
      Member[],
    ];
  }, [classroom.members]);
  const matched = useMemo(() => matchRequests(requests, students), [requests, students]);
  /** Who the teacher said that somebody is; a pupil until then. */
  const [said, setSaid] = useState<ReadonlyMap<CommandId, Answer['role']>>(new Map());
  if (requests.length === 0) return null;

  // Most who knock are pupils, and one with a pet name is none the less: whoever is a parent is said to be one.
  const roleOf = ({ requestId }: JoinRequestHead) => said.get(requestId) ?? 'student';
  const bodyOf = (request: JoinRequestHead, answer: Answer) => ({
    requestId: request.requestId,
    memberId: answer.memberId ?? store.newMemberId(),
    name: request.name,
    ...(answer.role === 'parent' ? { role: answer.role, childIds: answer.childIds } : {}),
  });
  const confirm = (request: JoinRequestHead, answer: Answer) =>
    store.send(logId, 'confirmJoin', bodyOf(request, answer)).catch(failed);
  const sure = requests.filter((request) => matched.has(request.requestId) && roleOf(request) === 'student');
  const confirmAll = () => {
    const commands = sure.map((request) => ({
      logId,
      kind: 'confirmJoin' as const,
      body: bodyOf(request, { role: 'student', memberId: matched.get(request.requestId) ?? null }),
    }));
    store.sendAll(commands).catch(failed);
  };
  return (
    <Section
      title={t.members.waitingTitle(requests.length)}
      aside={
        sure.length > 1 && (
          <Tooltip label={t.members.confirmAllHint}>
            <Button leftSection={<IconChecks size={18} stroke={1.8} aria-hidden />} onClick={confirmAll}>
              {t.members.confirmAll(sure.length)}
            </Button>
          </Tooltip>
        )
      }
    >
      <p className={classes.lead}>{t.members.waitingMore}</p>
      <ul className={classes.list}>
        {requests.map((request) => (
          <Request
            key={request.requestId}
            request={request}
            matched={matched.get(request.requestId) ?? null}
            students={students}
            parents={parents}
            role={roleOf(request)}
            onRole={(role) => setSaid(new Map(said).set(request.requestId, role))}
            onConfirm={(answer) => confirm(request, answer)}
            onDecline={(requestId) => void store.send(logId, 'declineJoin', { requestId }).catch(failed)}
          />
        ))}
      </ul>
    </Section>
  );
}

interface RequestProps {
  request: JoinRequestHead;
  matched: MemberId | null;
  students: readonly Member[];
  parents: readonly Member[];
  role: Answer['role'];
  onRole: (role: Answer['role']) => void;
  onConfirm: (answer: Answer) => void;
  onDecline: (requestId: CommandId) => void;
}

function Request({ request, matched, students, parents, role, onRole, onConfirm, onDecline }: RequestProps) {
  const t = useTexts();
  const language = useLanguage();
  const [chosen, setChosen] = useState<string | null>(null);
  const likely = childrenBySurname(request.name, students);
  const [children, setChildren] = useState<readonly string[]>(() =>
    likely.length === 1 ? likely.map((child) => child.memberId) : [],
  );
  const isParent = role === 'parent';
  const known = matchName(
    request.name,
    parents.map((member) => member.name),
  );
  const line = isParent
    ? known.length === 1
      ? parents[known[0]!]
      : undefined
    : students.find((member) => member.memberId === matched);
  const isReady = line !== undefined || (isParent ? children.length > 0 : chosen !== null);
  const label = isParent ? t.parents.confirm : t.members.confirm;
  const confirm = () => {
    const memberId = line?.memberId ?? null;
    if (isParent) onConfirm({ role, memberId, childIds: line?.childIds ?? (children as MemberId[]) });
    else onConfirm({ role, memberId: memberId ?? (chosen === NEW_LINE ? null : (chosen as MemberId)) });
  };
  return (
    <li className={classes.request}>
      <div className={classes.who}>
        <p className={classes.typed}>{request.name}</p>
        <p className={classes.facts}>{t.members.askedAt(formatDateTime(language, request.at), request.device)}</p>
        <SegmentedControl
          className={classes.role ?? ''}
          size="xs"
          aria-label={t.parents.who(request.name)}
          value={role}
          onChange={(value) => onRole(value)}
          data={[
            { value: 'student', label: t.parents.asStudent },
            { value: 'parent', label: t.parents.asParent },
          ]}
        />
        {line ? (
          <>
            <p className={classes.found}>
              <IconLink size={16} stroke={1.8} aria-hidden />
              <span>
                <span className={classes.foundLabel}>{t.members.matched}: </span>
                {line.name}
              </span>
            </p>
            {line.state === 'confirmed' && <p className={classes.facts}>{t.members.alreadyIn}</p>}
          </>
        ) : isParent ? (
          <ChildrenField
            label={`${t.parents.child}: ${request.name}`}
            students={students}
            likely={likely}
            value={children}
            onChange={setChildren}
          />
        ) : (
          <Choice request={request} students={students} chosen={chosen} onChoose={setChosen} />
        )}
      </div>
      <div className={classes.answers}>
        <Button
          variant={line ? 'filled' : 'default'}
          leftSection={<IconCheck size={18} stroke={1.8} aria-hidden />}
          disabled={!isReady}
          aria-label={`${label}: ${request.name}`}
          onClick={confirm}
        >
          {label}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          aria-label={t.members.declineNamed(request.name)}
          onClick={() => onDecline(request.requestId)}
        >
          {t.members.decline}
        </Button>
      </div>
    </li>
  );
}

interface ChoiceProps {
  request: JoinRequestHead;
  students: readonly Member[];
  chosen: string | null;
  onChoose: (chosen: string | null) => void;
}

/** No single line fits: why, and a choice with the likely lines first. */
function Choice({ request, students, chosen, onChoose }: ChoiceProps) {
  const t = useTexts();
  const names = students.map((member) => member.name);
  const fitting = matchName(request.name, names).map((index) => students[index]!);
  const others = students.filter((member) => !fitting.includes(member));
  const why =
    fitting.length === 0
      ? t.members.noMatch
      : fitting.length === 1
        ? t.members.takenMatch
        : t.members.severalMatch(fitting.length);
  return (
    <>
      <p className={classes.why}>
        <IconUserQuestion size={16} stroke={1.8} aria-hidden />
        {why}
      </p>
      <Select
        className={classes.choice}
        size="sm"
        searchable
        clearable
        aria-label={`${t.members.chooseLine}: ${request.name}`}
        placeholder={t.members.chooseLine}
        nothingFoundMessage={t.members.noneFound}
        maxDropdownHeight={280}
        value={chosen}
        onChange={onChoose}
        data={[
          ...fitting.map((member) => ({ value: member.memberId, label: member.name })),
          { value: NEW_LINE, label: t.members.addNew(request.name) },
          ...others.map((member) => ({ value: member.memberId, label: member.name })),
        ]}
      />
    </>
  );
}
