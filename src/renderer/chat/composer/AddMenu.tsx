/** What a message may carry besides words and files: a poll, an assignment as a card, the request to read; and how text is marked. */
import { ActionIcon, Kbd, Menu, Modal, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import {
  IconChartBar,
  IconClipboardText,
  IconPlus,
  IconSearch,
  IconSignature,
  IconTypography,
} from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { Classroom } from '../../../core/classroom.ts';
import type { CommandId } from '../../../core/ids.ts';
import { nameSkeleton } from '../../../core/names.ts';
import { openAssignments } from '../../../core/works.ts';
import { formatDue } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { useNow } from '../../frame/now.ts';
import { opens } from '../../frame/quick-keys.ts';
import { useTexts } from '../../texts/texts.ts';
import { NEW_POLL, type Composing } from '../composing.ts';
import classes from './AddMenu.module.css';

export interface AddMenuProps {
  composing: Composing;
  classroom: Classroom;
  write: (change: Partial<Composing>) => void;
  isDisabled: boolean;
  /** A talk of two asks nobody to sign. */
  mayAsk: boolean;
  /** What was added wants its words. */
  onAdded: () => void;
}

export function AddMenu({ composing, classroom, write, isDisabled, mayAsk, onAdded }: AddMenuProps) {
  const t = useTexts();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const [isExplained, setExplained] = useState(false);
  const add = (change: Partial<Composing>) => {
    write(change);
    onAdded();
  };
  const words = t.composer;
  return (
    <>
      <Menu opened={isOpen} onChange={setOpen} position="top-start" width={280} returnFocus={false}>
        <Menu.Target>
          <Tooltip label={words.add}>
            <ActionIcon ref={button} size={40} aria-label={words.add} {...opens('menu', isOpen)} disabled={isDisabled}>
              <IconPlus size={20} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown onKeyDown={(event) => event.key === 'Escape' && button.current?.focus()}>
          <Menu.Item
            leftSection={<IconChartBar size={18} stroke={1.7} />}
            disabled={composing.poll !== null}
            onClick={() => add({ poll: NEW_POLL })}
          >
            {words.addPoll}
          </Menu.Item>
          {classroom.kind === 'class' && (
            <Menu.Item leftSection={<IconClipboardText size={18} stroke={1.7} />} onClick={() => setChoosing(true)}>
              {words.addAssignment}
            </Menu.Item>
          )}
          {mayAsk && (
            <Menu.Item
              leftSection={<IconSignature size={18} stroke={1.7} />}
              disabled={composing.isNotice}
              onClick={() => add({ isNotice: true })}
            >
              {words.addNotice}
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item leftSection={<IconTypography size={18} stroke={1.7} />} onClick={() => setExplained(true)}>
            {words.format}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isExplained && <FormatHelp onClose={() => setExplained(false)} />}
      {isChoosing && (
        <ChooseAssignment
          classroom={classroom}
          onClose={() => setChoosing(false)}
          onChoose={(assignmentId) => {
            setChoosing(false);
            add({ assignmentId });
          }}
        />
      )}
    </>
  );
}

function ChooseAssignment({
  classroom,
  onChoose,
  onClose,
}: {
  classroom: Classroom;
  onChoose: (id: CommandId) => void;
  onClose: () => void;
}) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const [typed, setTyped] = useState('');
  const open = openAssignments(classroom);
  const found = open.filter(({ title }) => nameSkeleton(title).includes(nameSkeleton(typed)));
  return (
    <Modal opened onClose={onClose} title={t.composer.chooseAssignment}>
      {open.length === 0 ? (
        <p className={classes.none}>{t.composer.noAssignments}</p>
      ) : (
        <TextInput
          data-autofocus
          // The first letters must find the field there already.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          aria-label={t.composer.findAssignment}
          placeholder={t.composer.findAssignment}
          leftSection={<IconSearch size={18} stroke={1.7} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && found[0] && onChoose(found[0].assignmentId)}
        />
      )}
      <ul className={classes.assignments}>
        {found.map(({ assignmentId, title, dueAt }) => (
          <li key={assignmentId}>
            <UnstyledButton className={classes.assignment} onClick={() => onChoose(assignmentId)}>
              <span>{title}</span>
              <span className={classes.due}>
                {dueAt === null ? t.assignments.noDue : t.assignments.due(formatDue(language, dueAt, now))}
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Modal>
  );
}

/** How text is marked, in one look. */
function FormatHelp({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  return (
    <Modal opened onClose={onClose} title={t.composer.format} size="sm">
      <dl className={classes.formats}>
        {t.composer.formats.map(([typed, keys]) => (
          <div key={typed} className={classes.format}>
            <dt>{typed}</dt>
            <dd>{keys !== '' && <Kbd>{keys}</Kbd>}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
