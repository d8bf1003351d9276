/** A class: its name, its tabs (chat, assignments, list, files) and what stands under them. */
import { Button, VisuallyHidden } from '@mantine/core';
import { IconPlus, IconPresentation } from '@tabler/icons-react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import type { CommandId } from '../../core/ids.ts';
import { AssignmentEditor } from '../assignments/AssignmentEditor.tsx';
import { AssignmentScreen } from '../assignments/AssignmentScreen.tsx';
import { Assignments } from '../assignments/Assignments.tsx';
import { ChatPlace } from '../chat/channels/ChatPlace.tsx';
import { unreadWith } from '../chat/channels/channels.ts';
import { ClassFiles } from '../chat/ClassFiles.tsx';
import { ImportScreen } from '../members/ImportScreen.tsx';
import { Members } from '../members/Members.tsx';
import { CLASS_TABS, PATTERNS, routes, type ClassTab } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { useOpenClass, useSchool } from './classes.tsx';
import { ClassMark } from './ClassMark.tsx';
import classes from './ClassScreen.module.css';

export function ClassScreen() {
  const { logId, view } = useOpenClass();
  return (
    <div className={classes.screen}>
      <ClassHeader />
      {/* Not here yet: nothing to say for a moment; the connection in the rail tells the rest. */}
      {view && (
        <div className={classes.content} key={logId}>
          <Switch>
            <Route path={PATTERNS.newAssignment}>
              <AssignmentEditor assignmentId={null} />
            </Route>
            <Route path={PATTERNS.editAssignment}>
              {({ assignmentId }) => <AssignmentEditor key={assignmentId} assignmentId={assignmentId as CommandId} />}
            </Route>
            <Route path={PATTERNS.assignment}>
              {({ assignmentId }) => <AssignmentScreen assignmentId={assignmentId as CommandId} />}
            </Route>
            <Route path={PATTERNS.importRoster}>
              <ImportScreen logId={logId} />
            </Route>
            <Route path={PATTERNS.chat}>
              <ChatPlace />
            </Route>
            <Route path={PATTERNS.classTab}>{({ tab }) => <Tab tab={tab as ClassTab} />}</Route>
            <Route>
              <Redirect to={routes.classTab(logId, 'chat')} />
            </Route>
          </Switch>
        </div>
      )}
    </div>
  );
}

function Tab({ tab }: { tab: ClassTab }) {
  const { logId } = useOpenClass();
  if (tab === 'assignments') return <Assignments />;
  if (tab === 'members') return <Members logId={logId} />;
  if (tab === 'files') return <ClassFiles logId={logId} />;
  return <Redirect to={routes.classTab(logId, 'chat')} replace />;
}

function ClassHeader() {
  const t = useTexts();
  const { logId, title, summary, view, server } = useOpenClass();
  const unread = summary.unread + unreadWith(useSchool(server.serverId)?.view, view?.classroom);
  const [place] = useLocation();
  const counts: Partial<Record<ClassTab, number>> = {
    chat: unread,
    assignments: summary.toCheck,
    members: summary.requests,
  };
  const said: Partial<Record<ClassTab, string>> = {
    chat: t.frame.unread(unread),
    assignments: t.frame.toCheck(summary.toCheck),
    members: t.frame.requests(summary.requests),
  };
  const students = Object.values(view?.classroom.members ?? {}).filter(
    (member) => member.role === 'student' && member.state !== 'removed',
  ).length;
  return (
    <header className={classes.header}>
      <div className={classes.titles}>
        <ClassMark logId={logId} title={title} size="lg" />
        <div className={classes.name}>
          <div className={classes.title}>{title}</div>
          {view && <div className={classes.about}>{t.class.students(students)}</div>}
        </div>
      </div>
      <nav className={classes.tabs} aria-label={t.class.tabsOf(title)}>
        {CLASS_TABS.map((tab) => {
          const count = counts[tab] ?? 0;
          const isHere = place.startsWith(routes.classTab(logId, tab));
          return (
            <Link
              key={tab}
              href={routes.classTab(logId, tab)}
              className={classes.tab}
              aria-current={isHere ? 'page' : undefined}
            >
              {t.class.tabs[tab]}
              {count > 0 && (
                <>
                  <span className={classes.count} aria-hidden>
                    {count}
                  </span>
                  <VisuallyHidden>{said[tab]}</VisuallyHidden>
                </>
              )}
            </Link>
          );
        })}
      </nav>
      <div className={classes.actions}>
        <Button
          component={Link}
          href={routes.lesson(logId)}
          variant="default"
          leftSection={<IconPresentation size={18} stroke={1.7} aria-hidden />}
        >
          <span className={classes.word}>{t.frame.lesson}</span>
        </Button>
        <Button
          component={Link}
          href={routes.newAssignment(logId)}
          leftSection={<IconPlus size={18} stroke={1.9} aria-hidden />}
        >
          <span className={classes.word}>{t.class.newAssignment}</span>
        </Button>
      </div>
    </header>
  );
}
