/** Works refused because their task is gone: still shown with the reason until the pupil puts them away (S10). */
import type { ClassView } from '../client/class-store.ts';
import { useStore } from '../ui/store.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { FilesInFlight } from './Files.tsx';
import { RichText } from './RichText.tsx';
import type { Task } from './Tasks.tsx';
import { useTexts } from './texts/texts.ts';
import { useWorkTexts, WorkTextsProvider } from './texts/work-texts.tsx';

interface OrphansProps {
  view: ClassView;
  tasks: readonly Task[];
}

export const Orphans = (props: OrphansProps) => (
  <WorkTextsProvider>
    <Rows {...props} />
  </WorkTextsProvider>
);

function Rows({ view, tasks }: OrphansProps) {
  const t = useTexts();
  const { work } = useWorkTexts();
  const store = useStore();
  const shown = new Set(tasks.map(({ waiting }) => waiting?.id));
  const rows = view.outbox.filter((row) => row.command.kind === 'handIn' && !shown.has(row.id));
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{t.tasks.orphans}</h2>
      {rows.map(({ id, command, code }) => {
        if (command.kind !== 'handIn') return null;
        const { assignmentId, fileIds, note } = command.body;
        return (
          <article key={id} className="card orphan">
            <h3>{view.classroom.assignments[assignmentId]?.title}</h3>
            <ErrorNote code={code ?? 'no-such-assignment'} />
            <FilesInFlight files={fileIds} />
            {note !== '' && <RichText text={note} />}
            <div className="row">
              <button type="button" onClick={() => void store.discard(id)}>
                {work.discard}
              </button>
            </div>
          </article>
        );
      })}
    </>
  );
}
