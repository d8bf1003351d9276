/** The answers of a poll that is being written; the question is what stands in the message's field. */
import { ActionIcon, Button, Checkbox, TextInput, Tooltip } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useImperativeHandle, useRef, type Ref } from 'react';
import { flushSync } from 'react-dom';
import { POLL_OPTION_MAX, POLL_OPTIONS_MAX, POLL_OPTIONS_MIN } from '../../../core/limits.ts';
import type { Poll } from '../../../core/wire.ts';
import { useTexts } from '../../texts/texts.ts';
import classes from './PollForm.module.css';

export interface PollAnswers {
  /** Where there is none, the last. */
  focusFirstEmpty: () => void;
}

export interface PollFormProps {
  ref: Ref<PollAnswers>;
  poll: Poll;
  onChange: (poll: Poll) => void;
  onRemove: () => void;
  /** Enter in an empty answer after enough of them: back to the question, where Enter sends. */
  onDone: () => void;
}

export function PollForm({ ref, poll, onChange, onRemove, onDone }: PollFormProps) {
  const t = useTexts();
  const words = t.composer.poll;
  const form = useRef<HTMLFieldSetElement>(null);
  const write = (options: string[]) => onChange({ ...poll, options });
  const focus = (index: number) =>
    form.current?.querySelectorAll<HTMLInputElement>('input[type="text"]')[index]?.focus();
  useImperativeHandle(ref, () => ({
    focusFirstEmpty: () => {
      const empty = poll.options.findIndex((option) => option.trim() === '');
      focus(empty < 0 ? poll.options.length - 1 : empty);
    },
  }));
  const add = () => {
    if (poll.options.length >= POLL_OPTIONS_MAX) return;
    // The next letter must go into the new field, however fast it comes.
    flushSync(() => write([...poll.options, '']));
    focus(poll.options.length);
  };
  return (
    <fieldset ref={form} className={classes.form}>
      <legend className={classes.legend}>{words.title}</legend>
      {poll.options.map((option, index) => (
        <div key={index} className={classes.option}>
          <TextInput
            type="text"
            className={classes.field ?? ''}
            aria-label={words.option(index + 1)}
            placeholder={words.option(index + 1)}
            maxLength={POLL_OPTION_MAX}
            value={option}
            onChange={(event) => write(poll.options.with(index, event.currentTarget.value))}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
              event.preventDefault();
              if (option.trim() === '' && index >= POLL_OPTIONS_MIN) onDone();
              else if (index === poll.options.length - 1) add();
              else focus(index + 1);
            }}
          />
          <Tooltip label={words.removeOption(index + 1)}>
            <ActionIcon
              aria-label={words.removeOption(index + 1)}
              disabled={poll.options.length <= POLL_OPTIONS_MIN}
              onClick={() => write(poll.options.toSpliced(index, 1))}
            >
              <IconX size={18} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </div>
      ))}
      <div className={classes.foot}>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={poll.options.length >= POLL_OPTIONS_MAX}
          onClick={add}
        >
          {words.addOption}
        </Button>
        <Checkbox
          size="sm"
          label={words.several}
          checked={poll.isMultiple}
          onChange={(event) => onChange({ ...poll, isMultiple: event.currentTarget.checked })}
        />
        <Button variant="subtle" size="compact-sm" className={classes.remove ?? ''} onClick={onRemove}>
          {t.composer.removePoll}
        </Button>
      </div>
    </fieldset>
  );
}
