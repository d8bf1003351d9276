/** What was just done, with the button that takes it back. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** Longer than other notices: keys take their time to come to the button. */
export const UNDO_MS = 10_000;

/** @param said what was done @param label of the button @param undo must not throw */
export function offerUndo(id: string, said: string, label: string, undo: () => void): void {
  const press = () => {
    notifications.hide(id);
    undo();
  };
  notifications.show({
    id,
    autoClose: UNDO_MS,
    message: (
      <>
        {said}{' '}
        <Button size="compact-sm" variant="subtle" onClick={press}>
          {label}
        </Button>
      </>
    ),
  });
}
