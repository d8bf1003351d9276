/** Changes of the class list that the hub did not accept, with the reason (S10). */
import { Button } from '@mantine/core';
import type { ClassView } from '../../client/class-store.ts';
import type { CommandKind } from '../../core/wire.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './RefusedMembers.module.css';

const KINDS: ReadonlySet<CommandKind> = new Set([
  'listMember',
  'renameMember',
  'confirmJoin',
  'declineJoin',
  'changeRole',
  'setChildren',
  'removeMember',
]);

export function RefusedMembers({ view }: { view: ClassView }) {
  const t = useTexts();
  const language = useLanguage();
  const store = useStore();
  const rows = view.outbox.filter((row) => row.state === 'refused' && KINDS.has(row.command.kind));
  return rows.length === 0 ? null : (
    <div className={classes.list}>
      {rows.map(({ id, code, command: { body } }) => {
        const { what, todo } = errorText(language, code ?? 'internal');
        return (
          <Notice
            key={id}
            tone="bad"
            title={'name' in body ? `${t.members.refused}: ${body.name}` : t.members.refused}
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
