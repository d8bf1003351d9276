/** Asks before a member is taken out or erased, and names what will be lost. */
import { Button, Modal } from '@mantine/core';
import type { ClassView } from '../../client/class-store.ts';
import type { Member, Submission } from '../../core/classroom.ts';
import { useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './RemoveMember.module.css';

export interface RemoveMemberProps {
  view: ClassView;
  member: Member;
  /** Everything the member ever wrote or handed in goes too (S16). */
  erase: boolean;
  onClose: () => void;
}

export function RemoveMember({ view, member, erase, onClose }: RemoveMemberProps) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const attempts = Object.values<Submission>(view.classroom.submissions)
    .filter((submission) => submission.memberId === member.memberId)
    .reduce((sum, submission) => sum + submission.attempts.length, 0);
  return (
    <Modal
      opened
      onClose={onClose}
      title={erase ? t.members.eraseTitle(member.name) : t.members.removeTitle(member.name)}
    >
      <p className={classes.text}>{erase ? t.members.eraseText(attempts) : t.members.removeText}</p>
      <div className={classes.answers}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t.members.cancel}
        </Button>
        <Button
          color="red"
          onClick={() => {
            store.send(view.logId, 'removeMember', { memberId: member.memberId, erase }).catch(failed);
            onClose();
          }}
        >
          {erase ? t.members.eraseYes : t.members.remove}
        </Button>
      </div>
    </Modal>
  );
}
