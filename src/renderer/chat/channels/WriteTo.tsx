/** Whom to write to alone: everybody of the class, or of the school, by a few letters of the name. */
import { Modal, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import type { Classroom, Member } from '../../../core/classroom.ts';
import { useTexts } from '../../texts/texts.ts';
import { ChannelMark } from './ChannelRow.tsx';
import { matching, roleWords } from './channels.ts';
import classes from './People.module.css';

/** Rows drawn at once; more letters find the rest. */
const SHOWN_MAX = 100;

export interface WriteToProps {
  partners: readonly Member[];
  /** Where parents' children are named. */
  classroom: Classroom;
  onChoose: (other: Member) => void;
  onClose: () => void;
}

export function WriteTo({ partners, classroom, onChoose, onClose }: WriteToProps) {
  const t = useTexts();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = matching(partners, typed).slice(0, SHOWN_MAX);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const chosen = found[at];
    if (step !== 0 && found.length > 0) setAt((at + step + found.length) % found.length);
    else if (event.key === 'Enter' && chosen) onChoose(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} title={t.channels.writeWhom} size="md">
      <TextInput
        data-autofocus
        // The first letters must find the field there already.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="write-to"
        aria-activedescendant={found.length > 0 ? `write-to-${at}` : undefined}
        aria-label={t.channels.findMember}
        placeholder={t.channels.findMember}
        leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={classes.people} role="listbox" id="write-to" aria-label={t.channels.writeWhom}>
        {found.map((member, index) => (
          // The field above has the keyboard; a row only answers to the pointer.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={member.memberId}
            id={`write-to-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={classes.person}
            onPointerMove={() => setAt(index)}
            onClick={() => onChoose(member)}
          >
            <ChannelMark channel={{ kind: 'direct' }} name={member.name} />
            <span className={classes.name}>{member.name}</span>
            <span className={classes.role}>{roleWords(t, member, classroom)}</span>
          </div>
        ))}
        {found.length === 0 && <p className={classes.none}>{t.channels.nobody}</p>}
      </div>
      <p className={classes.hint}>{t.channels.notIn}</p>
    </Modal>
  );
}
