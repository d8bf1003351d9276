/** Names that begin like what is typed after `@`, over the field. The field keeps the focus; arrows choose, Enter or Tab takes. */
import { UnstyledButton } from '@mantine/core';
import type { Person } from '../../../ui/mentions.ts';
import { useTexts } from '../../texts/texts.ts';
import classes from './MentionList.module.css';

export const MENTIONS_SHOWN = 8;
export const mentionListId = 'mention-list';
export const mentionOptionId = (index: number) => `mention-${index}`;

export interface MentionListProps {
  people: readonly (Person & { about: string })[];
  at: number;
  onChoose: (person: Person) => void;
}

export function MentionList({ people, at, onChoose }: MentionListProps) {
  const t = useTexts();
  return (
    <div id={mentionListId} role="listbox" aria-label={t.composer.mentions} className={classes.list}>
      {people.map((person, index) => (
        <UnstyledButton
          key={person.memberId}
          id={mentionOptionId(index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={classes.person}
          // The field keeps its caret.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(person)}
        >
          <span>{person.name}</span>
          {person.about !== '' && <span className={classes.about}>{person.about}</span>}
        </UnstyledButton>
      ))}
    </div>
  );
}
