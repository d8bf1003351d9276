/** Школа: the chats that belong to no class: the staff room, groups of the school, and everybody one writes to alone. */
import { ChatPlace } from '../chat/channels/ChatPlace.tsx';
import { useTexts } from '../texts/texts.ts';
import { useOpenClass } from './classes.tsx';
import classes from './ClassScreen.module.css';

export function SchoolScreen() {
  const t = useTexts();
  const { title, logId, view } = useOpenClass();
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <div className={classes.titles}>
          <div className={classes.name}>
            <div className={classes.title}>{t.school.title}</div>
            <div className={classes.about}>{title}</div>
          </div>
        </div>
      </header>
      {view && (
        <div className={classes.content} key={logId}>
          <ChatPlace />
        </div>
      )}
    </div>
  );
}
