/** Names a file that was damaged on this disk and that nobody has any more: whoever handed it in can still send it again. Draws nothing. */
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { Sha256 } from '../../core/ids.ts';
import type { Storage } from '../../preload/contract.ts';
import { useDesktop } from '../desktop.tsx';
import { useTexts } from '../texts/texts.ts';

export function DamageTold() {
  const t = useTexts().storage;
  const desktop = useDesktop();
  useEffect(() => {
    // What was told in an earlier run stands in the settings until the teacher has seen it there.
    const told = new Set<Sha256>();
    const tell = ({ damaged }: Storage) => {
      for (const { sha256, name, state } of damaged) {
        if (state !== 'lost' || told.has(sha256)) continue;
        told.add(sha256);
        notifications.show({
          title: t.lostTitle,
          message: t.lostMore(name || t.unnamed),
          color: 'red',
          autoClose: false,
        });
      }
    };
    return desktop.onStorage(tell);
  }, [desktop, t]);
  return null;
}
