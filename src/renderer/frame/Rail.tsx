/**
 * The left rail: Сегодня, the classes with what waits in each, the school, Проверка, Урок; below, how we stand with the servers and the
 * files, and the settings. 240 px wide, or 64 where the teacher or a narrow window (200 % zoom) wants it.
 */
import { Kbd, ScrollArea, VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconCalendarCheck,
  IconChecklist,
  IconDeviceLaptop,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconMessage,
  IconPlus,
  IconPresentation,
  IconSchool,
  IconSearch,
  IconSettings,
  IconSun,
  IconUserQuestion,
} from '@tabler/icons-react';
import { useSettings } from '../desktop.tsx';
import { unreadWith } from '../chat/channels/channels.ts';
import { PATTERNS, routes } from '../routes.ts';
import { SavingsStatus } from '../saving/Savings.tsx';
import { useTexts } from '../texts/texts.ts';
import { useClasses, useSchool, type OpenClass } from './classes.tsx';
import { ClassMark } from './ClassMark.tsx';
import { ConnectionStatus } from './Connection.tsx';
import { useLessonUnderWay } from './lesson-under-way.ts';
import { GLYPH, RailButton, RailCount, RailLink } from './RailItem.tsx';
import { TransfersStatus } from './Transfers.tsx';
import classes from './Rail.module.css';

/** Below this width the rail is narrow whatever was chosen: the screen needs the room. */
const NARROW_WINDOW = '(max-width: 60em)';

export function Rail({ onSearch }: { onSearch: () => void }) {
  const t = useTexts();
  const [settings, write] = useSettings();
  const isNarrow = useMediaQuery(NARROW_WINDOW, false, { getInitialValueInEffect: false });
  const isCollapsed = isNarrow || settings.railCollapsed;
  const { classes: all, schools } = useClasses();
  const lesson = useLessonUnderWay();
  const toCheck = all.reduce((sum, one) => sum + one.summary.toCheck, 0);
  const item = { isCollapsed };
  return (
    <nav className={classes.rail} data-collapsed={isCollapsed} aria-label={t.frame.rail}>
      <div className={classes.top}>
        <button type="button" className={classes.search} onClick={onSearch}>
          <IconSearch size={18} stroke={1.8} aria-hidden />
          {isCollapsed ? (
            <VisuallyHidden>{t.frame.search}</VisuallyHidden>
          ) : (
            <>
              <span className={classes.searchText}>{t.frame.search}</span>
              <Kbd size="xs" aria-hidden>
                Ctrl K
              </Kbd>
            </>
          )}
        </button>
      </div>
      <ScrollArea className={classes.middle ?? ''} type="auto" scrollbarSize={6}>
        <div className={classes.group}>
          <RailLink
            {...item}
            href={routes.today()}
            pattern={PATTERNS.today}
            icon={<IconSun {...GLYPH} />}
            label={t.frame.today}
          />
          <RailLink
            {...item}
            href={routes.reviewList()}
            pattern={PATTERNS.reviewList}
            icon={<IconCalendarCheck {...GLYPH} />}
            label={t.frame.review}
            said={toCheck > 0 ? t.frame.toCheck(toCheck) : undefined}
            aside={toCheck > 0 ? <RailCount icon={IconChecklist} count={toCheck} /> : undefined}
          />
          <RailLink
            {...item}
            href={routes.lesson(lesson?.logId)}
            pattern="/lesson/*?"
            icon={<IconPresentation {...GLYPH} />}
            label={t.frame.lesson}
            said={lesson ? t.frame.lessonUnderWay(lesson.title) : undefined}
            aside={lesson && <span className={classes.underWay}>{isCollapsed ? '' : lesson.title}</span>}
          />
        </div>
        <div className={classes.group} role="group" aria-label={t.frame.classes}>
          {!isCollapsed && (
            <div className={classes.heading} aria-hidden>
              {t.frame.classes}
            </div>
          )}
          {all.map((one) => (
            <ClassLink key={one.logId} openClass={one} isCollapsed={isCollapsed} />
          ))}
          <RailLink
            {...item}
            href={routes.newClass()}
            pattern={PATTERNS.newClass}
            icon={<IconPlus {...GLYPH} />}
            label={t.frame.newClass}
          />
        </div>
        {schools.length > 0 && (
          <div className={classes.group}>
            {schools.map((school) => (
              <SchoolLink key={school.logId} school={school} isOnly={schools.length === 1} isCollapsed={isCollapsed} />
            ))}
          </div>
        )}
      </ScrollArea>
      <div className={classes.bottom}>
        <SavingsStatus isCollapsed={isCollapsed} />
        <TransfersStatus isCollapsed={isCollapsed} />
        <ConnectionStatus isCollapsed={isCollapsed} />
        <RailLink
          {...item}
          href={routes.devices()}
          pattern={PATTERNS.devices}
          icon={<IconDeviceLaptop {...GLYPH} />}
          label={t.frame.devices}
        />
        <RailLink
          {...item}
          href={routes.settings()}
          pattern={PATTERNS.settings}
          icon={<IconSettings {...GLYPH} />}
          label={t.frame.settings}
        />
        {!isNarrow && (
          <RailButton
            {...item}
            icon={
              isCollapsed ? <IconLayoutSidebarLeftExpand {...GLYPH} /> : <IconLayoutSidebarLeftCollapse {...GLYPH} />
            }
            label={isCollapsed ? t.frame.expand : t.frame.collapse}
            onClick={() => write({ railCollapsed: !settings.railCollapsed })}
          />
        )}
      </div>
    </nav>
  );
}

function ClassLink({ openClass, isCollapsed }: { openClass: OpenClass; isCollapsed: boolean }) {
  const t = useTexts();
  const { logId, title, summary } = openClass;
  const { toCheck, requests } = summary;
  const unread = summary.unread + unreadWith(useSchool(openClass.server.serverId)?.view, openClass.view?.classroom);
  const said = [
    unread > 0 && t.frame.unread(unread),
    toCheck > 0 && t.frame.toCheck(toCheck),
    requests > 0 && t.frame.requests(requests),
  ].filter((part) => part !== false);
  const isQuiet = unread + toCheck + requests === 0;
  return (
    <RailLink
      href={routes.classTab(logId, 'chat')}
      pattern={`/class/${logId}/*?`}
      icon={<ClassMark logId={logId} title={title} />}
      label={title}
      said={said.length > 0 ? said.join(', ') : undefined}
      isCollapsed={isCollapsed}
      aside={
        isQuiet ? undefined : (
          <>
            {requests > 0 && <RailCount icon={IconUserQuestion} count={requests} isStrong />}
            {unread > 0 && <RailCount icon={IconMessage} count={unread} isStrong />}
            {toCheck > 0 && <RailCount icon={IconChecklist} count={toCheck} />}
          </>
        )
      }
    />
  );
}

/** The school's own chats; named by its server where there are several. */
function SchoolLink({ school, isOnly, isCollapsed }: { school: OpenClass; isOnly: boolean; isCollapsed: boolean }) {
  const t = useTexts();
  const { unread } = school.summary;
  return (
    <RailLink
      href={routes.school(school.logId)}
      pattern={PATTERNS.school.replace(':logId', school.logId)}
      icon={<IconSchool {...GLYPH} />}
      label={isOnly ? t.school.title : `${t.school.title}: ${school.title}`}
      said={unread > 0 ? t.frame.unread(unread) : undefined}
      isCollapsed={isCollapsed}
      aside={unread > 0 ? <RailCount icon={IconMessage} count={unread} isStrong /> : undefined}
    />
  );
}
