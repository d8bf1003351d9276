/** Whose parent somebody is: one pupil or several, the likely ones first. */
import { MultiSelect } from '@mantine/core';
import { useState } from 'react';
import type { Member } from '../../core/classroom.ts';
import { CHILDREN_MAX } from '../../core/limits.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './JoinRequests.module.css';

export interface ChildrenFieldProps {
  label: string;
  students: readonly Member[];
  likely: readonly Member[];
  value: readonly string[];
  onChange: (value: readonly string[]) => void;
}

export function ChildrenField({ label, students, likely, value, onChange }: ChildrenFieldProps) {
  const t = useTexts();
  // Most have one child here: after a choice the list goes out of the way of what stands under it.
  const [isOpen, setOpen] = useState(false);
  const option = (member: Member) => ({ value: member.memberId, label: member.name });
  return (
    <MultiSelect
      className={classes.choice}
      size="sm"
      searchable
      hidePickedOptions
      maxValues={CHILDREN_MAX}
      aria-label={label}
      placeholder={value.length === 0 ? t.parents.chooseChild : ''}
      nothingFoundMessage={t.members.noneFound}
      maxDropdownHeight={280}
      dropdownOpened={isOpen}
      onDropdownOpen={() => setOpen(true)}
      onDropdownClose={() => setOpen(false)}
      value={[...value]}
      onChange={(chosen) => {
        onChange(chosen);
        setOpen(false);
      }}
      data={[...likely.map(option), ...students.filter((member) => !likely.includes(member)).map(option)]}
    />
  );
}
