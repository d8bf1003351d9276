/**
 * What may be done with a message: the few things done most, in a bar over the bubble while the pointer or the focus is there, and
 * everything in a menu (its button, the right button of the mouse, the menu key). Both are made only when they are wanted: a list
 * of a hundred thousand messages carries none of it.
 */
import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCopy,
  IconDots,
  IconFileText,
  IconMoodPlus,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
} from '@tabler/icons-react';
import type { MessageView } from '../../../client/class-store.ts';
import { useTexts } from '../../texts/texts.ts';
import classes from './MessageMenu.module.css';

/** Where a menu was asked for, in pixels from the message's own corner. */
export interface MenuPlace {
  x: number;
  y: number;
}

export interface MessageDeeds {
  onReply: () => void;
  onReact: () => void;
  onEdit: () => void;
  onForward: () => void;
  onPin: () => void;
  onCopy: () => void;
  onCopyForOthers: () => void;
  onRemove: () => void;
}

/** What is possible with a message as it stands now. */
export interface Possible {
  reply: boolean;
  react: boolean;
  edit: boolean;
  forward: boolean;
  pin: boolean;
  remove: boolean;
}

export function MessageBar({
  deeds,
  possible,
  onMenu,
}: {
  deeds: MessageDeeds;
  possible: Possible;
  onMenu: (near: HTMLElement) => void;
}) {
  const t = useTexts();
  return (
    <div className={classes.bar} role="toolbar" aria-label={t.message.actions}>
      {possible.react && <BarButton icon={IconMoodPlus} label={t.message.react} onClick={deeds.onReact} />}
      {possible.reply && <BarButton icon={IconArrowBackUp} label={t.chat.reply} onClick={deeds.onReply} />}
      {possible.edit && <BarButton icon={IconPencil} label={t.chat.edit} onClick={deeds.onEdit} />}
      <BarButton icon={IconDots} label={t.message.more} onClick={onMenu} hasPopup />
    </div>
  );
}

interface BarButtonProps {
  icon: typeof IconDots;
  label: string;
  onClick: (button: HTMLElement) => void;
  hasPopup?: boolean;
}
function BarButton({ icon: Icon, label, onClick, hasPopup = false }: BarButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        {...(hasPopup ? { 'aria-haspopup': 'menu' as const } : {})}
        onClick={(event) => onClick(event.currentTarget)}
      >
        <Icon size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}

/** From the first moment: an arrow that follows the menu's key must not move the list below. */
const focusNow = (menu: HTMLElement | null) =>
  menu?.querySelector<HTMLElement>('[data-autofocus]')?.focus({ preventScroll: true });

export function MessageMenu({
  message,
  deeds,
  possible,
  at,
  onClose,
}: {
  message: MessageView;
  deeds: MessageDeeds;
  possible: Possible;
  at: MenuPlace;
  onClose: () => void;
}) {
  const t = useTexts();
  const item = (isThere: boolean, Icon: typeof IconDots, label: string, run: () => void, key = '') =>
    isThere && (
      <Menu.Item
        key={label}
        leftSection={<Icon size={18} stroke={1.7} />}
        rightSection={key === '' ? undefined : <span className={classes.key}>{key}</span>}
        onClick={run}
      >
        {label}
      </Menu.Item>
    );
  const hasText = message.text !== '';
  return (
    <Menu opened onClose={onClose} position="bottom-start" trapFocus returnFocus width={320} offset={2}>
      <Menu.Target>
        <span className={classes.anchor} style={{ left: at.x, top: at.y }} />
      </Menu.Target>
      <Menu.Dropdown ref={focusNow} aria-label={t.message.actions}>
        {item(possible.react, IconMoodPlus, t.message.react, deeds.onReact, '+')}
        {item(possible.reply, IconArrowBackUp, t.chat.reply, deeds.onReply, 'R')}
        {item(possible.edit, IconPencil, t.chat.edit, deeds.onEdit, 'E')}
        {item(possible.forward, IconArrowForwardUp, t.message.forward, deeds.onForward, 'F')}
        {item(
          possible.pin,
          message.isPinned ? IconPinnedOff : IconPin,
          message.isPinned ? t.message.unpin : t.message.pin,
          deeds.onPin,
          'P',
        )}
        {item(hasText, IconCopy, t.message.copyText, deeds.onCopy, 'Ctrl+C')}
        {item(true, IconFileText, t.message.copyForOthers, deeds.onCopyForOthers)}
        {possible.remove && <Menu.Divider />}
        {possible.remove && (
          <Menu.Item
            className={classes.danger ?? ''}
            leftSection={<IconTrash size={18} stroke={1.7} />}
            onClick={deeds.onRemove}
          >
            {t.chat.remove}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
