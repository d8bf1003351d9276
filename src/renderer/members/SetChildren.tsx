/** Whose parent a member is; of a pupil's line it makes a parent's, for whoever came in by the wrong name. */
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { ClassView } from '../../client/class-store.ts';
import type { Member } from '../../core/classroom.ts';
import type { MemberId } from '../../core/ids.ts';
import { useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { useTexts } from '../texts/texts.ts';
import { ChildrenField } from './ChildrenField.tsx';
import { childrenBySurname } from './kin.ts';
import classes from './Members.module.css';

export interface SetChildrenProps {
  view: ClassView;
  member: Member;
  students: readonly Member[];
  onClose: () => void;
}

export function SetChildren({ view, member, students, onClose }: SetChildrenProps) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const others = students.filter((student) => student.memberId !== member.memberId);
  const [chosen, setChosen] = useState<readonly string[]>(member.childIds);
  const save = () => {
    const { logId } = view;
    const { memberId } = member;
    const children = { logId, kind: 'setChildren' as const, body: { memberId, childIds: chosen as MemberId[] } };
    const role = { logId, kind: 'changeRole' as const, body: { memberId, role: 'parent' } };
    store.sendAll(member.role === 'parent' ? [children] : [role, children]).catch(failed);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t.parents.setChildrenTitle(member.name)}>
      <p className={classes.asking}>{t.parents.setChildrenText}</p>
      <ChildrenField
        label={t.parents.children}
        students={others}
        likely={childrenBySurname(member.name, others)}
        value={chosen}
        onChange={setChosen}
      />
      <div className={classes.answers}>
        <Button variant="default" onClick={onClose}>
          {t.members.cancel}
        </Button>
        <Button onClick={save}>{t.members.save}</Button>
      </div>
    </Modal>
  );
}
