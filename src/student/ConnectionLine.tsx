/** Whether the hub hears us, always in words; what that means for what was written; when the next try comes. */
import { useEffect, useState } from 'react';
import { useConnection, useStore } from '../ui/store.tsx';
import { ErrorWords } from './ErrorNote.tsx';
import { Icon } from './icons.tsx';
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

/** The explanation, only while there is something to explain. */
export function ConnectionLine() {
  const t = useTexts();
  const store = useStore();
  const connection = useConnection();
  if (!connection?.code || connection.state === 'online') return null;
  return (
    <div className="note warn">
      <p>
        <ErrorWords code={connection.code} />
      </p>
      {connection.state === 'offline' && (
        <p className="row">
          <button type="button" onClick={() => store.connectNow()}>
            {t.frame.retryNow}
          </button>
          {connection.retryAt !== null && <Countdown to={connection.retryAt} />}
        </p>
      )}
    </div>
  );
}

function Countdown({ to }: { to: number }) {
  const t = useTexts();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((to - now) / 1000);
  return seconds > 0 ? <span className="dim">{t.frame.retryIn(seconds)}</span> : null;
}
