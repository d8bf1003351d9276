/** Pupils of the assignment with what each has got: a press, or letters of a surname and Enter, give him what is marked. */
import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState, type Ref } from 'react';
import type { MemberId } from '../../core/ids.ts';
import { FILES_PER_COMMAND_MAX } from '../../core/limits.ts';
import { nameSkeleton } from '../../core/names.ts';
import type { Work } from '../../core/works.ts';
import { useTexts } from '../texts/texts.ts';
import { isOpenFor, type Sorting } from './sorting.ts';
import classes from './ToWhom.module.css';

interface ToWhomProps {
  searchRef: Ref<HTMLInputElement>;
  works: readonly Work[];
  sorting: Sorting;
  done: ReadonlySet<MemberId>;
  marked: ReadonlySet<string>;
  onGive: (memberId: MemberId) => void;
}

/** Pupils whose name has words that begin so. */
function fitting(works: readonly Work[], typed: string): readonly Work[] {
  const words = nameSkeleton(typed).split(' ').filter(Boolean);
  return works.filter(({ member }) => {
    const names = nameSkeleton(member.name).split(' ');
    return words.every((word) => names.some((name) => name.startsWith(word)));
  });
}

export function ToWhom({ searchRef, works, sorting, done, marked, onGive }: ToWhomProps) {
  const t = useTexts();
  const [typed, setTyped] = useState('');
  const shown = fitting(works, typed);
  const counts = new Map<MemberId, number>();
  for (const { memberId } of sorting.values()) if (memberId) counts.set(memberId, (counts.get(memberId) ?? 0) + 1);
  const first = shown.find(isOpenFor);
  const give = (memberId: MemberId) => {
    setTyped('');
    onGive(memberId);
  };
  return (
    <section className={classes.side} aria-label={t.intake.students}>
      <h3 className={classes.heading}>{t.intake.students}</h3>
      <TextInput
        ref={searchRef}
        size="sm"
        aria-label={t.intake.toWhom}
        placeholder={t.intake.toWhomExample}
        leftSection={<IconSearch size={16} stroke={1.7} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        // Escape clears the field first; only from an empty one it leaves the dialog.
        data-mantine-stop-propagation={typed !== ''}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.nativeEvent.isComposing) setTyped('');
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (first && typed.trim() !== '' && marked.size > 0) give(first.member.memberId);
        }}
      />
      <ul className={classes.list}>
        {shown.map((work) => {
          const { memberId, name } = work.member;
          const has = done.has(memberId) ? 0 : (counts.get(memberId) ?? 0);
          const isOpen = isOpenFor(work);
          const isFirst = typed.trim() !== '' && work === first && marked.size > 0;
          return (
            <li key={memberId}>
              <button
                type="button"
                className={classes.pupil}
                data-has={has > 0}
                data-first={isFirst}
                aria-disabled={!isOpen || marked.size === 0}
                title={t.intake.give(name, isOpen ? marked.size : 0)}
                onClick={() => isOpen && marked.size > 0 && give(memberId)}
              >
                <span className={classes.name}>{name}</span>
                <span className={classes.facts}>
                  {!isOpen && <span className={classes.quiet}>{t.intake.closed}</span>}
                  {isOpen && work.attempt && !done.has(memberId) && (
                    <span className={classes.quiet}>{t.intake.again(work.attempt.attempt + 1)}</span>
                  )}
                  {done.has(memberId) && <span className={classes.done}>{t.intake.brought(1)}</span>}
                  {has > FILES_PER_COMMAND_MAX && (
                    <span className={classes.bad}>{t.intake.tooMany(FILES_PER_COMMAND_MAX)}</span>
                  )}
                  {has > 0 && <span className={classes.count}>{t.intake.has(has)}</span>}
                </span>
              </button>
            </li>
          );
        })}
        {shown.length === 0 && <li className={classes.none}>{t.intake.nobodyFound}</li>}
      </ul>
    </section>
  );
}
