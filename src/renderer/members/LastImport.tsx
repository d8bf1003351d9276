/**
 * The one undo of a roster import. Promises: it takes back exactly the lines that the import added; it is there again after a
 * restart, until it is used or put away, or the first pupil of the list is let in: from then on the list is in use.
 */
import { Button } from '@mantine/core';
import type { ClassStore, ClassView, DraftKey } from '../../client/class-store.ts';
import type { LogId, MemberId } from '../../core/ids.ts';
import { useDraft, useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './LastImport.module.css';

/** What an import added, kept until the undo is used or put away. */
export interface ImportNote {
  memberIds: MemberId[];
}
export const importNoteKey = (logId: LogId): DraftKey => `place/import/${logId}`;

export function LastImport({ view }: { view: ClassView }) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const note = useDraft<ImportNote>(importNoteKey(view.logId));
  const added = note.value?.memberIds ?? [];
  const stateOf = (id: MemberId) => view.classroom.members[id]?.state;
  const members = added.filter((id) => stateOf(id) === 'listed');
  if (members.length === 0 || added.some((id) => stateOf(id) === 'confirmed')) return null;
  const undo = () => {
    takeBack(store, view, members).then(() => note.write(null), failed);
  };
  return (
    <div className={classes.notice}>
      <Notice
        tone="good"
        isLive
        title={t.members.imported(members.length)}
        actions={
          <>
            <Button size="sm" variant="default" onClick={undo}>
              {t.members.undo}
            </Button>
            <Button size="sm" variant="subtle" color="gray" onClick={() => note.write(null)}>
              {t.members.hide}
            </Button>
          </>
        }
      />
    </div>
  );
}

/** Lines that have not left this computer are simply not sent; the others are erased, for nothing but a name is in them. */
async function takeBack(store: ClassStore, view: ClassView, memberIds: readonly MemberId[]) {
  const unsent = new Map(
    view.outbox.flatMap(({ id, state, command }) =>
      command.kind === 'listMember' && state === 'waiting' ? [[command.body.memberId, id]] : [],
    ),
  );
  for (const memberId of memberIds) {
    const id = unsent.get(memberId);
    if (id) await store.discard(id);
  }
  const sent = memberIds.filter((memberId) => !unsent.has(memberId));
  if (sent.length === 0) return;
  await store.sendAll(
    sent.map((memberId) => ({ logId: view.logId, kind: 'removeMember' as const, body: { memberId, erase: true } })),
  );
}
