/** What an edited message said before, each wording with its time; the newest last. */
import { Popover, UnstyledButton } from '@mantine/core';
import type { MessageView } from '../../../client/class-store.ts';
import { formatDateTime } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { useNow } from '../../frame/now.ts';
import { useTexts } from '../../texts/texts.ts';
import classes from './History.module.css';

/** «изменено» under a message: a press opens the earlier wordings. */
export function History({ message }: { message: MessageView }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  if (message.history.length === 0) return <span>{t.chat.edited}</span>;
  return (
    <Popover width={360} position="top" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.word} aria-label={t.message.openHistory}>
          {t.chat.edited}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.list ?? ''} tabIndex={-1}>
        {message.history.map(({ text, at }, index) => (
          <section key={index} className={classes.wording}>
            <time className={classes.when} dateTime={new Date(at).toISOString()}>
              {formatDateTime(language, at, now)}
            </time>
            <p className={classes.text}>{text}</p>
          </section>
        ))}
        <section className={classes.wording}>
          <span className={classes.when}>{t.message.nowReads}</span>
          <p className={classes.text}>{message.text}</p>
        </section>
      </Popover.Dropdown>
    </Popover>
  );
}
