/** Says in words that something asked for did not happen: for actions that have no place of their own to say so. */
import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { codeOf } from '../../core/errors.ts';
import { errorText, type ErrorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';

/**
 * A handler for `.catch(…)`.
 * @param notAllowed where `not-allowed` is not about a person's rights: a file that is not opened from here
 */
export function useFailure(notAllowed?: ErrorText): (error: unknown) => void {
  const language = useLanguage();
  return useCallback(
    (error: unknown) => {
      const code = codeOf(error);
      const { what, todo } = (code === 'not-allowed' && notAllowed) || errorText(language, code);
      notifications.show({ title: what, message: todo, color: 'red' });
    },
    [language, notAllowed],
  );
}
