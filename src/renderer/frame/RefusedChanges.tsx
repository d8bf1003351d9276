/** What a server did not accept of what was done on a screen, with the reason and both ways out: nothing is dropped silently (S10). */
import { Button } from '@mantine/core';
import type { ClassView, OutboxRow } from '../../client/class-store.ts';
import type { Command } from '../../core/wire.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { useTexts } from '../texts/texts.ts';
import { useFailure } from './failure.ts';
import { Notice } from './Notice.tsx';
import classes from './RefusedChanges.module.css';

export interface RefusedChangesProps {
  view: ClassView;
  /** What was refused, in words; null for what another screen tells. */
  titleOf: (command: Command) => string | null;
}

export function RefusedChanges({ view, titleOf }: RefusedChangesProps) {
  const rows = view.outbox.flatMap((row) => {
    const title = row.state === 'refused' ? titleOf(row.command) : null;
    return title === null ? [] : [<RefusedRow key={row.id} row={row} title={title} />];
  });
  return rows.length === 0 ? null : <div className={classes.list}>{rows}</div>;
}

function RefusedRow({ row: { id, code }, title }: { row: OutboxRow; title: string }) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const { what, todo } = errorText(useLanguage(), code ?? 'internal');
  return (
    <Notice
      tone="bad"
      title={title}
      actions={
        <>
          <Button size="sm" variant="default" onClick={() => void store.retry(id).catch(failed)}>
            {t.members.tryAgain}
          </Button>
          <Button size="sm" variant="default" onClick={() => void store.discard(id).catch(failed)}>
            {t.members.discard}
          </Button>
        </>
      }
    >
      {what} {todo}
    </Notice>
  );
}
