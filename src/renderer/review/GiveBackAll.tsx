/** Asks before all reviewed works are given back: what pupils have read cannot be unread. The one thing in the review that asks. */
import { Button, Modal } from '@mantine/core';
import type { Work } from '../../core/works.ts';
import { useConnection } from '../../ui/store.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './GiveBackAll.module.css';

interface GiveBackAllProps {
  works: readonly Work[];
  isOpen: boolean;
  onClose: () => void;
  onYes: () => void;
}

export function GiveBackAll({ works, isOpen, onClose, onYes }: GiveBackAllProps) {
  const t = useTexts();
  const connection = useConnection();
  const isOffline = connection?.state === 'offline' || connection?.state === 'signed-out';
  return (
    <Modal opened={isOpen} onClose={onClose} title={t.review.giveBackTitle(works.length)}>
      <p className={classes.asking}>
        {t.review.giveBackText}
        {isOffline && ` ${t.review.giveBackOffline}`}
      </p>
      <div className={classes.answers}>
        <Button variant="default" onClick={onClose}>
          {t.review.cancel}
        </Button>
        <Button data-autofocus onClick={onYes}>
          {t.review.giveBackYes(works.length)}
        </Button>
      </div>
    </Modal>
  );
}
