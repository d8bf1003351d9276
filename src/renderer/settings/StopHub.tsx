/** Asks before the hub of this computer is stopped: pupils are cut off, though nothing is lost. */
import { Button, Modal } from '@mantine/core';
import { useDesktop } from '../desktop.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './Settings.module.css';

export function StopHub({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const desktop = useDesktop();
  return (
    <Modal opened onClose={onClose} title={t.settings.hubStopTitle}>
      <p className={classes.asking}>{t.settings.hubStopText}</p>
      <div className={classes.answers}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t.settings.cancel}
        </Button>
        <Button
          onClick={() => {
            void desktop.call('hub.stop', {}).catch(() => undefined);
            onClose();
          }}
        >
          {t.settings.hubStop}
        </Button>
      </div>
    </Modal>
  );
}
