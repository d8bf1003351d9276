/**
 * Files over the whole window, one after another: a bar with the name, the place among the others and the tools, below it whatever
 * shows the file. ←/→ go to the next and the one before, Esc ends. Promises: keys hold from the first moment and wherever the focus
 * is, those of the system (Ctrl, ⌘, Alt) and the arrows of a player excepted; the focus goes back to where it came from.
 *
 * Hides: the dialog, the keys, opening outside and showing in the folder.
 */
import { ActionIcon, Modal, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconExternalLink, IconFolderOpen, IconX } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { FileRef } from '../../core/wire.ts';
import { useDesktop } from '../desktop.tsx';
import { useTexts } from '../texts/texts.ts';
import { useFailure } from './failure.ts';
import classes from './FileStage.module.css';
import { focusBack } from './focus-back.ts';

/** Which file of several is looked at; the caller keeps the place. */
export interface Shown {
  files: readonly FileRef[];
  at: number;
  onMove: (at: number) => void;
  onClose: () => void;
}

/** `code` is where the key lies, whatever the keyboard's language; '' where a document in a frame has said only what it means. */
export interface Pressed {
  key: string;
  code: string;
}

export interface FileStageProps extends Shown {
  /** What this kind of viewer can do besides; see {@link StageTool}. */
  tools: ReactNode;
  /** A key that the stage has no use for. @returns whether the viewer has */
  onKey: (pressed: Pressed) => boolean;
  /** Draws one file. @param press for keys that were pressed where the window does not hear them */
  children: (file: FileRef, press: (pressed: Pressed) => boolean) => ReactNode;
}

export function FileStage({ files, at, onMove, onClose, tools, onKey, children }: FileStageProps) {
  const t = useTexts();
  const { call } = useDesktop();
  const failed = useFailure(t.files.cannotOpen);
  const words = t.preview;
  const file = files[at] ?? files[0];
  const go = (step: number) => {
    if (at + step >= 0 && at + step < files.length) onMove(at + step);
  };
  const press = (pressed: Pressed): boolean => {
    if (pressed.key === 'ArrowLeft') go(-1);
    else if (pressed.key === 'ArrowRight') go(1);
    else if (pressed.key === 'Escape') onClose();
    else return onKey(pressed);
    return true;
  };
  // From the first moment, before the dialog has taken the focus: the newest closure answers.
  const answer = useRef(press);
  useLayoutEffect(() => {
    answer.current = press;
  });
  useLayoutEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      // A player winds by arrows.
      if (event.target instanceof HTMLMediaElement && event.key.startsWith('Arrow')) return;
      if (!answer.current(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener('keydown', heard, true);
    return () => document.removeEventListener('keydown', heard, true);
  }, []);
  const [cameFrom] = useState(() => document.activeElement);
  useEffect(() => () => focusBack(() => (cameFrom instanceof HTMLElement ? cameFrom : null)), [cameFrom]);
  if (!file) return null;
  const named = { sha256: file.sha256, name: file.name };
  const place = files.length > 1 ? words.place(at + 1, files.length) : null;
  return (
    <Modal.Root opened onClose={onClose} fullScreen padding={0} closeOnEscape={false}>
      <Modal.Overlay />
      <Modal.Content
        className={classes.content ?? ''}
        aria-label={[words.title(file.name), place].filter(Boolean).join(', ')}
      >
        <Modal.Body className={classes.body ?? ''}>
          <div className={classes.bar}>
            <h2 className={classes.name}>{file.name}</h2>
            {place !== null && (
              <>
                <span className={classes.place}>{place}</span>
                <StageTool
                  icon={IconChevronLeft}
                  label={`${words.previous} (←)`}
                  onClick={() => go(-1)}
                  disabled={at === 0}
                />
                <StageTool
                  icon={IconChevronRight}
                  label={`${words.next} (→)`}
                  onClick={() => go(1)}
                  disabled={at === files.length - 1}
                />
              </>
            )}
            {tools}
            <StageTool
              icon={IconExternalLink}
              label={words.openOutside}
              onClick={() => void call('library.open', named).catch(failed)}
            />
            <StageTool
              icon={IconFolderOpen}
              label={words.showInFolder}
              onClick={() => void call('library.show', named).catch(failed)}
            />
            <StageTool icon={IconX} label={`${words.close} (Esc)`} onClick={onClose} isFirst />
          </div>
          <div className={classes.stage}>{children(file, press)}</div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

export interface StageToolProps {
  icon: typeof IconX;
  /** With its key in brackets, where it has one. */
  label: string;
  onClick: () => void;
  disabled?: boolean;
  /** Has the focus at first. */
  isFirst?: boolean;
}
export function StageTool({ icon: Icon, label, onClick, disabled = false, isFirst = false }: StageToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={40}
        aria-label={label}
        disabled={disabled}
        onClick={onClick}
        {...(isFirst ? { 'data-autofocus': true } : {})}
      >
        <Icon size={22} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
