/** With whom a work was done at one computer: classmates who get the same handing in. */
import { useId, useState } from 'react';
import type { ClassView } from '../client/class-store.ts';
import type { MemberId } from '../core/ids.ts';
import { TOGETHER_MAX } from '../core/limits.ts';
import { Icon } from './icons.tsx';
import { partnersOf } from './lesson.ts';
import { useWorkTexts } from './texts/work-texts.tsx';

export function Together({
  view,
  chosen,
  onChange,
}: {
  view: ClassView;
  chosen: readonly MemberId[];
  onChange: (chosen: MemberId[]) => void;
}) {
  const t = useWorkTexts();
  const id = useId();
  const [isAsked, setIsAsked] = useState(false);
  const all = partnersOf(view);
  const nameOf = (memberId: MemberId) => all.find((one) => one.memberId === memberId)?.name ?? '';
  const free = all.filter(({ memberId }) => !chosen.includes(memberId));
  if (all.length === 0) return null;
  if (!isAsked && chosen.length === 0)
    return (
      <p>
        <button type="button" className="plain" onClick={() => setIsAsked(true)}>
          {t.lesson.together}
        </button>
      </p>
    );
  return (
    <div className="field together">
      <label htmlFor={id}>{t.lesson.togetherWith}</label>
      {chosen.length > 0 && (
        <ul>
          {chosen.map((memberId) => (
            <li key={memberId}>
              {nameOf(memberId)}
              <button
                type="button"
                className="plain small"
                aria-label={t.lesson.notTogether(nameOf(memberId))}
                onClick={() => onChange(chosen.filter((other) => other !== memberId))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <select
        id={id}
        value=""
        disabled={chosen.length >= TOGETHER_MAX}
        onChange={(event) => event.target.value && onChange([...chosen, event.target.value as MemberId])}
        aria-describedby={`${id}-hint`}
      >
        <option value="">{t.lesson.chooseClassmate}</option>
        {free.map(({ memberId, name }) => (
          <option key={memberId} value={memberId}>
            {name}
          </option>
        ))}
      </select>
      <p className="hint" id={`${id}-hint`}>
        {t.lesson.togetherHint}
      </p>
    </div>
  );
}
