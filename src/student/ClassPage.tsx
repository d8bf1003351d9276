/**
 * The class: tasks first, chat second. On a phone two tabs, on a wide screen side by side; both stay mounted, so that what is
 * being typed and where one was reading survive a change of tab or a turned phone.
 */
import { useEffect, useRef, useState, type ComponentProps, type KeyboardEvent } from 'react';
import type { Member } from '../core/classroom.ts';
import type { CommandId, LogId, MemberId } from '../core/ids.ts';
import type { Language } from '../ui/language.tsx';
import { useClass, useConnection, useDraft, useMe } from '../ui/store.tsx';
import { LeaveAsk } from './LeaveAsk.tsx';
import { ConnectionLine, ConnectionWord } from './ConnectionLine.tsx';
import { LanguageSwitch } from './Doorway.tsx';
import { chatPart, comeLater, handInPart } from './later.ts';
import { Icon } from './icons.tsx';
import { useMedia, useRoom } from './room.tsx';
import { Tasks } from './Tasks.tsx';
import { useTexts } from './texts/texts.ts';

/** From here both halves fit beside each other; the style sheet knows the same width. */
export const WIDE = '(min-width: 60rem)';
const TABS = ['tasks', 'chat'] as const;
type Tab = (typeof TABS)[number];

export function ClassPage({
  logId,
  onLanguage,
  onLeave,
}: {
  logId: LogId;
  onLanguage: (language: Language) => void;
  onLeave: () => void;
}) {
  const t = useTexts();
  const { device, farewell } = useRoom();
  const view = useClass(logId);
  const isWide = useMedia(WIDE);
  const [tab, setTab] = useState<Tab>('tasks');
  const [isLeaving, setIsLeaving] = useState(false);
  const isSettled = useIsSettled(logId);
  const { part, chat } = useParts(isSettled && Boolean(view?.classroom.title));
  const [asked, setAsked] = useState<{ assignmentId: CommandId } | null>(null);
  const title = view?.classroom.title ?? '';
  // The talks of the school are in the chat half too.
  const unread = useMe()?.logs.reduce((sum, log) => sum + log.unread, 0) ?? 0;
  useEffect(() => {
    document.title = title ? `${unread > 0 ? `(${unread}) ` : ''}${title} · ${t.product}` : t.product;
    return () => {
      document.title = t.product;
    };
  }, [title, unread, t]);
  // Nothing of the class has come yet: not even its name.
  if (!view?.classroom.title) return null;

  const openTask = (assignmentId: CommandId) => {
    setTab('tasks');
    setAsked({ assignmentId });
  };
  const me = view.classroom.members[view.memberId];
  const lost = isLeaving ? farewell() : null;

  return (
    <div className="class-page">
      <header>
        <div className="title">
          <h1>{title}</h1>
          <p className="dim">{me?.name ?? device.name}</p>
        </div>
        <ConnectionWord />
        <LanguageSwitch onLanguage={onLanguage} isShort={!isWide} />
        <button type="button" className="plain" title={t.frame.leave} onClick={() => setIsLeaving(true)}>
          <Icon name="leave" />
          <span className={isWide ? undefined : 'unseen'}>{t.frame.leave}</span>
        </button>
      </header>
      <main>
        <ConnectionLine />
        {part && view.role === 'student' && <part.LessonBar view={view} onTask={openTask} />}
        {!isWide && <Tabs tab={tab} unread={unread} onTab={setTab} />}
        <div className="halves">
          <Half name="tasks" tab={tab} isWide={isWide} label={t.frame.tasks}>
            <TasksOf view={view} isSettled={isSettled} isEquipped={part !== null} asked={asked} />
          </Half>
          <Half name="chat" tab={tab} isWide={isWide} label={t.frame.chat}>
            {chat && <chat.ChatHalf view={view} isShown={isWide || tab === 'chat'} onTask={openTask} />}
          </Half>
        </div>
      </main>
      {lost && (
        <LeaveAsk
          works={lost.unsentWorks + lost.unfinishedWorks}
          messages={lost.unsentMessages}
          onLeave={onLeave}
          onStay={() => setIsLeaving(false)}
        />
      )}
    </div>
  );
}

/** One's own tasks; a parent's page has those of the children, one child at a time. */
function TasksOf(props: Omit<ComponentProps<typeof Tasks>, 'pupil'>) {
  const t = useTexts();
  const { view } = props;
  const { members } = view.classroom;
  const me = members[view.memberId];
  const kept = useDraft<MemberId>(`place/${view.logId}/child`);
  if (!me) return null;
  if (me.role !== 'parent') return <Tasks {...props} pupil={me} />;
  if (!kept.isLoaded) return null;
  // A child who never signed in stands on the teachers' list alone: its tasks are here all the same, its name is not.
  const children = me.childIds.map((id): Member => members[id] ?? { ...me, memberId: id, name: t.parent.child });
  const child = children.find(({ memberId }) => memberId === kept.value) ?? children[0];
  if (!child)
    return (
      <div className="empty">
        <h2>{t.parent.none}</h2>
        <p className="dim">{t.parent.noneHint}</p>
      </div>
    );
  return (
    <>
      <div className="children" role="group" aria-label={t.parent.whose}>
        <span className="dim">{t.parent.child}</span>
        {children.length === 1 ? (
          <b>{child.name}</b>
        ) : (
          children.map(({ memberId, name }) => (
            <button
              key={memberId}
              type="button"
              aria-pressed={memberId === child.memberId}
              onClick={() => kept.write(memberId)}
            >
              {name}
            </button>
          ))
        )}
      </div>
      <Tasks key={child.memberId} {...props} pupil={child} />
    </>
  );
}

/** Whether all that the hub had is here, or no more can come now. */
function useIsSettled(logId: LogId): boolean {
  const log = useMe()?.logs.find((one) => one.logId === logId);
  const connection = useConnection();
  return log?.isCurrent === true || connection?.state === 'offline' || connection?.state === 'signed-out';
}

/** Once the tasks have been drawn: the room gets its uploads and the lesson; the chat, when its part of the page has come too. */
function useParts(isReady: boolean) {
  const room = useRoom();
  const [isDrawn, setIsDrawn] = useState(false);
  const [isEquipped, setIsEquipped] = useState(room.uploads() !== null);
  useEffect(() => {
    if (isReady) comeLater(() => setIsDrawn(true));
  }, [isReady]);
  const part = handInPart.use(isDrawn);
  useEffect(() => {
    if (!part) return;
    room.equip(part);
    setIsEquipped(true);
  }, [room, part]);
  const chat = chatPart.use(isDrawn);
  return { part: isEquipped ? part : null, chat: isEquipped ? chat : null };
}

function Half({
  name,
  tab,
  isWide,
  label,
  children,
}: {
  name: Tab;
  tab: Tab;
  isWide: boolean;
  label: string;
  children: React.ReactNode;
}) {
  return (
    <section
      id={`half-${name}`}
      className={`half ${name}`}
      hidden={!isWide && tab !== name}
      {...(isWide ? { 'aria-label': label } : { role: 'tabpanel', 'aria-labelledby': `tab-${name}` })}
    >
      {children}
    </section>
  );
}

function Tabs({ tab, unread, onTab }: { tab: Tab; unread: number; onTab: (tab: Tab) => void }) {
  const t = useTexts();
  const bar = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = tab === 'tasks' ? 'chat' : 'tasks';
    onTab(next);
    bar.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" ref={bar}>
      {TABS.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={tab === name}
          aria-controls={`half-${name}`}
          tabIndex={tab === name ? 0 : -1}
          onClick={() => onTab(name)}
          onKeyDown={move}
        >
          {t.frame[name]}
          {name === 'chat' && unread > 0 && <span className="badge">{t.frame.unread(unread)}</span>}
        </button>
      ))}
    </div>
  );
}
