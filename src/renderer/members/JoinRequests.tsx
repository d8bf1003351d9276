/**
 * Who stands at the door of a class. Promises: nobody is let in but by the teacher's press; one press is enough where the typed
 * name means exactly one line of the list; "confirm all" takes only those; who does not match says why.
 */
import { Button, Select, Tooltip } from '@mantine/core';
import { IconCheck, IconChecks, IconLink, IconUserQuestion } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Classroom, JoinRequestHead, Member } from '../../core/classroom.ts';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { matchName } from '../../core/names.ts';
import { matchRequests } from '../../core/roster.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { Section } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './JoinRequests.module.css';

/** Of a choice: make a new line. */
const NEW_LINE = 'new';

export function JoinRequests({ logId, classroom }: { logId: LogId; classroom: Classroom }) {
  const t = useTexts();
  const store = useStore();
  const requests = useMemo(
    () => Object.values<JoinRequestHead>(classroom.requests).sort((a, b) => a.at - b.at),
    [classroom.requests],
  );
  const students = useMemo(
    () =>
      Object.values<Member>(classroom.members)
        .filter((member) => member.role === 'student' && member.state !== 'removed')
        .sort((a, b) => a.name.localeCompare(b.name, 'ru')),
    [classroom.members],
  );
  const matched = useMemo(() => matchRequests(requests, students), [requests, students]);
  if (requests.length === 0) return null;

  const bodyOf = (request: JoinRequestHead, memberId: MemberId | null) => ({
    requestId: request.requestId,
    memberId: memberId ?? store.newMemberId(),
    name: request.name,
  });
  const confirm = (request: JoinRequestHead, memberId: MemberId | null) =>
    void store.send(logId, 'confirmJoin', bodyOf(request, memberId));
  const sure = requests.filter((request) => matched.has(request.requestId));
  const confirmAll = () =>
    void store.sendAll(
      sure.map((request) => ({
        logId,
        kind: 'confirmJoin' as const,
        body: bodyOf(request, matched.get(request.requestId) ?? null),
      })),
    );
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
            onConfirm={(memberId) => confirm(request, memberId)}
            onDecline={(requestId) => void store.send(logId, 'declineJoin', { requestId })}
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
  onConfirm: (memberId: MemberId | null) => void;
  onDecline: (requestId: CommandId) => void;
}

function Request({ request, matched, students, onConfirm, onDecline }: RequestProps) {
  const t = useTexts();
  const language = useLanguage();
  const [chosen, setChosen] = useState<string | null>(null);
  const line = students.find((member) => member.memberId === matched);
  return (
    <li className={classes.request}>
      <div className={classes.who}>
        <p className={classes.typed}>{request.name}</p>
        <p className={classes.facts}>{t.members.askedAt(formatDateTime(language, request.at), request.device)}</p>
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
        ) : (
          <Choice request={request} students={students} chosen={chosen} onChoose={setChosen} />
        )}
      </div>
      <div className={classes.answers}>
        <Button
          variant={line ? 'filled' : 'default'}
          leftSection={<IconCheck size={18} stroke={1.8} aria-hidden />}
          disabled={!line && chosen === null}
          aria-label={`${t.members.confirm}: ${request.name}`}
          onClick={() => onConfirm(line ? line.memberId : chosen === NEW_LINE ? null : (chosen as MemberId))}
        >
          {t.members.confirm}
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
