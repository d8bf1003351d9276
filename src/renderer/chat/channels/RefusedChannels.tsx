/** Channels that the hub did not make or change, with the reason and what can be done (S10). */
import { Button } from '@mantine/core';
import type { ClassView } from '../../../client/class-store.ts';
import { errorText } from '../../../ui/error-texts.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { useStore } from '../../../ui/store.tsx';
import { Notice } from '../../frame/Notice.tsx';
import { useTexts } from '../../texts/texts.ts';
import classes from './ChatPlace.module.css';

export function RefusedChannels({ view }: { view: ClassView }) {
  const t = useTexts();
  const language = useLanguage();
  const store = useStore();
  const refused = view.outbox.flatMap(({ id, state, code, command }) =>
    state === 'refused' && (command.kind === 'createChannel' || command.kind === 'changeChannel')
      ? [{ id, code, title: command.body.title }]
      : [],
  );
  if (refused.length === 0) return null;
  return (
    <div className={classes.refused}>
      {refused.map(({ id, code, title }) => {
        const { what, todo } = errorText(language, code ?? 'internal');
        return (
          <Notice
            key={id}
            tone="bad"
            title={t.channels.refused(title ?? t.channels.kinds.group)}
            actions={
              <>
                <Button size="sm" variant="default" onClick={() => void store.retry(id)}>
                  {t.members.tryAgain}
                </Button>
                <Button size="sm" variant="default" onClick={() => void store.discard(id)}>
                  {t.members.discard}
                </Button>
              </>
            }
          >
            {what} {todo}
          </Notice>
        );
      })}
    </div>
  );
}
