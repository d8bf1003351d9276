/** Whether the hub hears us, always in words; what that means for what was written. The page tries again by itself all the time. */
import { useConnection, useStore } from '../ui/store.tsx';
import { ErrorWords } from './ErrorNote.tsx';
import { Icon } from './icons.tsx';
import { useMedia } from './room.tsx';
import { useTexts } from './texts/texts.ts';

/** The word for the state, small, for a header. */
export function ConnectionWord() {
  const t = useTexts();
  const connection = useConnection();
  if (!connection) return null;
  const isOn = connection.state === 'online' || connection.state === 'updating';
  return (
    <output className={isOn ? 'connection' : 'connection off'}>
      <Icon name={isOn ? 'online' : 'offline'} />
      {t.frame.connection[connection.state]}
    </output>
  );
}

/** Windows with less than this have no room for an explanation beside what somebody does meanwhile: there it is folded away. */
const ROOMY = '(min-width: 40rem) and (min-height: 34rem)';

/** The explanation, only while there is something to explain. */
export function ConnectionLine() {
  const t = useTexts();
  const store = useStore();
  const connection = useConnection();
  const isRoomy = useMedia(ROOMY);
  if (!connection?.code || connection.state === 'online') return null;
  const words = (
    <p>
      <ErrorWords code={connection.code} />
    </p>
  );
  if (connection.state !== 'offline') return <div className="note warn">{words}</div>;
  const explained = (
    <>
      {words}
      <p className="row">
        <button type="button" onClick={() => store.connectNow()}>
          {t.frame.retryNow}
        </button>
      </p>
    </>
  );
  if (isRoomy) return <div className="note warn">{explained}</div>;
  return (
    <details className="note warn">
      <summary>{t.frame.goesOn}</summary>
      {explained}
    </details>
  );
}
