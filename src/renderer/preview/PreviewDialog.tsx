/**
 * Files over the whole window, one after another: ←/→ for the next and the one before, + − 0 for the size, Esc ends. The keys hold
 * wherever the focus is, in the document too.
 */
import { ActionIcon, Modal, Tooltip } from '@mantine/core';
import {
  IconChevronLeft,
  IconChevronRight,
  IconExternalLink,
  IconFolderOpen,
  IconX,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { Sha256 } from '../../core/ids.ts';
import type { FileRef } from '../../core/wire.ts';
import { useDesktop, useIsHere } from '../desktop.tsx';
import { useFailure } from '../frame/failure.ts';
import { useTexts } from '../texts/texts.ts';
import { Preview } from './Preview.tsx';
import classes from './PreviewDialog.module.css';
import { ZOOMS } from './zooms.ts';

const AS_IT_FITS = ZOOMS.indexOf(1);

const NO_FILE = '' as Sha256;

export interface PreviewDialogProps {
  files: readonly FileRef[];
  at: number;
  onMove: (at: number) => void;
  onClose: () => void;
}

export function PreviewDialog({ files, at, onMove, onClose }: PreviewDialogProps) {
  const t = useTexts();
  const { call } = useDesktop();
  const failed = useFailure();
  const [size, setSize] = useState(AS_IT_FITS);
  const file = files[at] ?? files[0];
  const words = t.preview;
  const isHere = useIsHere(file?.sha256 ?? NO_FILE);

  const go = (step: number) => {
    const next = at + step;
    if (next < 0 || next >= files.length) return;
    setSize(AS_IT_FITS);
    onMove(next);
  };
  const zoom = (step: number) => setSize((old) => Math.min(ZOOMS.length - 1, Math.max(0, old + step)));
  /** @returns whether the key was one of these */
  const press = (key: string): boolean => {
    if (key === 'ArrowLeft') go(-1);
    else if (key === 'ArrowRight') go(1);
    else if (key === '+' || key === '=') zoom(1);
    else if (key === '-') zoom(-1);
    else if (key === '0') setSize(AS_IT_FITS);
    else if (key === 'Escape') onClose();
    else return false;
    return true;
  };
  // From the first moment, before the dialog has taken the focus: the newest closure answers.
  const answer = useRef(press);
  useEffect(() => {
    answer.current = press;
  });
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      // A player winds by arrows.
      if (event.target instanceof HTMLMediaElement && event.key.startsWith('Arrow')) return;
      if (!answer.current(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener('keydown', heard, true);
    return () => document.removeEventListener('keydown', heard, true);
  }, []);
  if (!file) return null;
  const named = { sha256: file.sha256, name: file.name };
  return (
    <Modal.Root opened onClose={onClose} fullScreen padding={0}>
      <Modal.Overlay />
      <Modal.Content className={classes.content ?? ''} aria-label={words.title(file.name)}>
        <Modal.Body className={classes.body ?? ''}>
          <div className={classes.bar}>
            <h2 className={classes.name}>{file.name}</h2>
            {files.length > 1 && <span className={classes.place}>{words.place(at + 1, files.length)}</span>}
            {files.length > 1 && (
              <>
                <Tool
                  icon={IconChevronLeft}
                  label={`${words.previous} (←)`}
                  onClick={() => go(-1)}
                  disabled={at === 0}
                />
                <Tool
                  icon={IconChevronRight}
                  label={`${words.next} (→)`}
                  onClick={() => go(1)}
                  disabled={at === files.length - 1}
                />
              </>
            )}
            <Tool icon={IconZoomOut} label={`${words.zoomOut} (−)`} onClick={() => zoom(-1)} disabled={size === 0} />
            <Tool
              icon={IconZoomIn}
              label={`${words.zoomIn} (+)`}
              onClick={() => zoom(1)}
              disabled={size === ZOOMS.length - 1}
            />
            <Tool
              icon={IconExternalLink}
              label={words.openOutside}
              onClick={() => void call('library.open', named).catch(failed)}
            />
            <Tool
              icon={IconFolderOpen}
              label={words.showInFolder}
              onClick={() => void call('library.show', named).catch(failed)}
            />
            <Tool icon={IconX} label={`${words.close} (Esc)`} onClick={onClose} isFirst />
          </div>
          <div className={classes.stage} data-fit="stage">
            {isHere === true && <Preview file={file} fit="stage" zoom={ZOOMS[size] ?? 1} onKey={press} />}
            {isHere === false && <p className={classes.absent}>{t.files.notHere}</p>}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

interface ToolProps {
  icon: typeof IconX;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  isFirst?: boolean;
}
function Tool({ icon: Icon, label, onClick, disabled = false, isFirst = false }: ToolProps) {
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
