/**
 * «Куда это?»: files that the system opened the app with wait here for a place: a chat's message, a new assignment, pupils' works.
 * Nothing is sent by it: files come to lie in what is being written, and works are looked through first.
 */
import { Button, Modal, NativeSelect, Radio } from '@mantine/core';
import { IconFile, IconFolder } from '@tabler/icons-react';
import { useEffect, useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { mayWrite, type Assignment } from '../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { ChannelId, CommandId } from '../../core/ids.ts';
import { openAssignments } from '../../core/works.ts';
import type { Handed, Intake } from '../../preload/contract.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { channelName, madeChannels } from '../chat/channels/channels.ts';
import { useDesktop } from '../desktop.tsx';
import { ClassScope, useClasses, type OpenClass } from '../frame/classes.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { IntakeDialog } from '../intake/IntakeDialog.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { addToAssignment, addToChat } from './placing.ts';
import classes from './HandedDialog.module.css';

const SHOWN_MAX = 6;
const PLACES = ['chat', 'assignment', 'works'] as const;
type Place = (typeof PLACES)[number];

/** What the system has handed to the app and nobody has placed yet. */
function useHanded(): [Handed | null, (handedId: string) => void] {
  const { call, onHanded } = useDesktop();
  const [handed, setHanded] = useState<Handed | null>(null);
  useEffect(() => {
    let hasHeard = false;
    call('handed.read', {}).then(
      (first) => void (hasHeard || setHanded(first)),
      () => undefined,
    );
    return onHanded((news) => {
      hasHeard = true;
      setHanded(news);
    });
  }, [call, onHanded]);
  const end = (handedId: string) => {
    call('handed.end', { handedId }).catch(() => undefined);
    // What came meanwhile waits for a place of its own.
    setHanded((now) => (now?.handedId === handedId ? null : now));
  };
  return [handed, end];
}

export function HandedDialog() {
  const [handed, end] = useHanded();
  /** Being placed now: what comes meanwhile has its turn after it. */
  const [going, setGoing] = useState<Handed | null>(null);
  const [works, setWorks] = useState<{ of: OpenClass; assignment: Assignment; intake: Intake } | null>(null);
  if (works)
    return (
      <ClassScope openClass={works.of}>
        <IntakeDialog assignment={works.assignment} intake={works.intake} onClose={() => setWorks(null)} />
      </ClassScope>
    );
  const shown = going ?? handed;
  if (!shown) return null;
  return (
    <WhereTo
      key={shown.handedId}
      handed={shown}
      isGoing={going !== null}
      onGoing={(isGoing) => setGoing(isGoing ? shown : null)}
      onEnd={() => end(shown.handedId)}
      onWorks={setWorks}
    />
  );
}

interface WhereToProps {
  handed: Handed;
  isGoing: boolean;
  onGoing: (isGoing: boolean) => void;
  onEnd: () => void;
  onWorks: (works: { of: OpenClass; assignment: Assignment; intake: Intake }) => void;
}

function WhereTo({ handed, isGoing, onGoing, onEnd, onWorks }: WhereToProps) {
  const t = useTexts();
  const language = useLanguage();
  const [place, go] = useLocation();
  const { call, uploadHanded } = useDesktop();
  const { classes: all } = useClasses();
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const hasFolder = handed.files.some(({ isFolder }) => isFolder);
  // Where the teacher is, that is where it belongs, most likely.
  const [logId, setLogId] = useState(() => all.find((one) => place.includes(one.logId))?.logId ?? null);
  const open = all.find((one) => one.logId === logId) ?? all[0];
  const view = open?.view ?? null;
  const me = view?.classroom.members[view.memberId];
  const channels =
    view && me ? madeChannels(view.classroom).filter((channel) => mayWrite(view.classroom, channel, me)) : [];
  // What was given last is what works come for.
  const tasks = view
    ? openAssignments(view.classroom)
        .filter(({ state }) => state === 'open')
        .toSorted((a, b) => (b.assignedAt ?? 0) - (a.assignedAt ?? 0))
    : [];
  const [wanted, setWanted] = useState<Place>(hasFolder ? 'works' : 'chat');
  const [channelId, setChannelId] = useState<ChannelId | null>(null);
  const [taskId, setTaskId] = useState<CommandId | null>(null);
  const channel = channels.find((one) => one.channelId === channelId) ?? channels[0];
  const task =
    tasks.find((one) => one.assignmentId === taskId) ??
    tasks.find((one) => place.includes(one.assignmentId)) ??
    tasks[0];
  const isOff = (one: Place) => (one === 'works' ? tasks.length === 0 : hasFolder || (one === 'chat' && !channel));

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!open || isOff(wanted) || isGoing) return;
    onGoing(true);
    setFailure(null);
    const { store, server } = open;
    const choose = () => uploadHanded(handed.handedId, server.serverId);
    try {
      if (wanted === 'works' && task) {
        const intake = await call('handed.scan', { handedId: handed.handedId });
        onWorks({ of: open, assignment: task, intake });
      } else if (wanted === 'assignment') {
        await addToAssignment(store, open.logId, choose, handed.files.length);
        go(routes.newAssignment(open.logId));
      } else if (channel) {
        await addToChat(store, open.logId, channel.channelId, choose, handed.files.length);
        go(routes.chat(open.logId, channel.channelId));
      }
      onEnd();
    } catch (error) {
      setFailure(codeOf(error));
    }
    onGoing(false);
  };
  return (
    <Modal opened onClose={() => isGoing || onEnd()} title={t.handed.title}>
      <form className={classes.form} onSubmit={(event) => void send(event)}>
        <div>
          <p className={classes.lead}>{t.handed.lead(handed.files.length)}</p>
          <ul className={classes.files}>
            {handed.files.slice(0, SHOWN_MAX).map(({ name, sizeBytes, isFolder }, n) => {
              const Icon = isFolder ? IconFolder : IconFile;
              return (
                <li key={n} className={classes.file}>
                  <Icon size={16} stroke={1.7} aria-hidden />
                  <span className={classes.name} title={name}>
                    {name}
                  </span>
                  <span className={classes.size}>{isFolder ? t.handed.folder : formatSize(language, sizeBytes)}</span>
                </li>
              );
            })}
            {handed.files.length > SHOWN_MAX && <li>{t.handed.more(handed.files.length - SHOWN_MAX)}</li>}
          </ul>
        </div>
        {!open ? (
          <p className={classes.lead}>{t.handed.noClass}</p>
        ) : (
          <>
            {all.length > 1 && (
              <NativeSelect
                label={t.handed.inClass}
                data={all.map((one) => ({ value: one.logId, label: one.title }))}
                value={open.logId}
                onChange={(event) =>
                  setLogId(all.find((one) => one.logId === event.currentTarget.value)?.logId ?? null)
                }
              />
            )}
            <Radio.Group label={t.handed.where} value={wanted} onChange={(value) => setWanted(value as Place)}>
              <div className={classes.places}>
                {PLACES.map((one) => (
                  <Radio
                    key={one}
                    value={one}
                    label={t.handed.places[one]}
                    description={t.handed.placesMore[one]}
                    disabled={isOff(one)}
                    {...(one === wanted ? { 'data-autofocus': true } : {})}
                  />
                ))}
              </div>
            </Radio.Group>
            {wanted === 'chat' && channels.length > 1 && view && (
              <NativeSelect
                label={t.handed.chat}
                data={channels.map((one) => ({
                  value: one.channelId,
                  label: channelName(t, view.classroom, view.memberId, one),
                }))}
                value={channel?.channelId ?? ''}
                onChange={(event) => setChannelId(event.currentTarget.value as ChannelId)}
              />
            )}
            {wanted === 'works' && tasks.length > 0 && (
              <NativeSelect
                label={t.handed.task}
                data={tasks.map((one) => ({ value: one.assignmentId, label: one.title }))}
                value={task?.assignmentId ?? ''}
                onChange={(event) => setTaskId(event.currentTarget.value as CommandId)}
              />
            )}
            {tasks.length === 0 && <p className={classes.note}>{t.handed.noTasks}</p>}
            {hasFolder && <p className={classes.note}>{t.handed.onlyWorks}</p>}
          </>
        )}
        {failure && <ErrorNotice code={failure} />}
        <div className={classes.buttons}>
          <Button variant="default" disabled={isGoing} onClick={onEnd}>
            {t.handed.leave}
          </Button>
          {open && (
            <Button type="submit" loading={isGoing} disabled={isOff(wanted)}>
              {t.handed.go}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}
