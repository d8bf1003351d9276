/** What of ours was refused about a message besides its words (a reaction, a vote, a pin): the reason and every way out (S10). */
import { Button } from '@mantine/core';
import type { OutboxRow } from '../../../client/class-store.ts';
import { errorText } from '../../../ui/error-texts.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { useStore } from '../../../ui/store.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useTexts } from '../../texts/texts.ts';
import classes from './Refusals.module.css';

export function Refusals({ rows }: { rows: readonly OutboxRow[] }) {
  const t = useTexts();
  const language = useLanguage();
  const store = useStore();
  const failed = useFailure();
  return rows
    .filter((row) => row.state === 'refused')
    .map((row) => {
      const { what, todo } = errorText(language, row.code ?? 'internal');
      const said = t.message.refused;
      const title = row.command.kind in said ? said[row.command.kind as keyof typeof said] : said.other;
      return (
        <div key={row.id} className={classes.refusal} role="status">
          <p className={classes.reason}>
            <b>{title}.</b> {what} {todo}
          </p>
          <Button size="compact-xs" variant="default" onClick={() => void store.retry(row.id).catch(failed)}>
            {t.outbox.retry}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => void store.discard(row.id).catch(failed)}>
            {t.outbox.discard}
          </Button>
        </div>
      );
    });
}
