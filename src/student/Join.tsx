/** The form at the address: class code from the board, own name, whether this computer is one's own. */
import { useEffect, useState } from 'react';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { Doorway } from './Doorway.tsx';
import { digitsOf, EntryForm } from './EntryForm.tsx';
import type { Door } from './door.ts';
import { useTexts } from './texts/texts.ts';
import type { Language } from '../ui/language.tsx';

/** The code that a QR put into the address: `#123456` or `?c=123456`. */
export function codeInAddress(address: URL): string {
  const text = address.searchParams.get('c') ?? address.hash.slice(1).replaceAll('%20', ' ');
  return /^[\d ]*$/.test(text) ? digitsOf(text) : '';
}

export function Join({
  hub,
  enter,
  onLanguage,
}: {
  hub: Door['hub'];
  enter: (code: string, name: string, keeps: boolean) => Promise<void>;
  onLanguage: (language: Language) => void;
}) {
  const t = useTexts();
  const [codeHere] = useState(() => codeInAddress(new URL(window.location.href)));
  const [keeps, setKeeps] = useState(false);
  const [hubName, setHubName] = useState('');
  const [trouble, setTrouble] = useState<ErrorCode | null>(null);

  useEffect(() => {
    let isShown = true;
    hub().then(
      (facts) => isShown && setHubName(facts.name),
      (error) => isShown && setTrouble(codeOf(error)),
    );
    return () => {
      isShown = false;
    };
  }, [hub]);

  async function ask(code: string, name: string) {
    setTrouble(null);
    await enter(code, name, keeps);
    // The code has done its work; it need not stand in the address for the next pupil.
    window.history.replaceState(null, '', window.location.pathname);
  }

  return (
    <Doorway onLanguage={onLanguage}>
      <h1>{t.join.heading}</h1>
      {hubName && <p className="dim">{t.join.hub(hubName)}</p>}
      <EntryForm
        code={codeHere}
        ask={ask}
        words={{ ask: t.join.enter, asking: t.join.entering }}
        trouble={trouble && <ErrorNote code={trouble} />}
      >
        <label className="tick">
          <input
            type="checkbox"
            checked={keeps}
            onChange={(event) => setKeeps(event.target.checked)}
            aria-describedby="join-mine-hint"
          />
          <span>
            {t.join.mine}
            <span className="hint" id="join-mine-hint">
              {keeps ? t.join.mineOn : t.join.mineOff}
            </span>
          </span>
        </label>
      </EntryForm>
    </Doorway>
  );
}
