/** Says in words that something asked for did not happen: for actions that have no place of their own to say so. */
import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { codeOf } from '../../core/errors.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';

/** A handler for `.catch(…)`. */
export function useFailure(): (error: unknown) => void {
  const language = useLanguage();
  return useCallback(
    (error: unknown) => {
      const { what, todo } = errorText(language, codeOf(error));
      notifications.show({ title: what, message: todo, color: 'red' });
    },
    [language],
  );
}
