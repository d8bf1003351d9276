/**
 * One photo over the whole window, its neighbours by ←/→: wheel and +/− zoom, dragging moves, R turns, a double press fits.
 * The camera's own turn (EXIF) is done by the browser.
 */
import { ActionIcon, Modal, Tooltip } from '@mantine/core';
import {
  IconChevronLeft,
  IconChevronRight,
  IconExternalLink,
  IconFolderOpen,
  IconRotateClockwise,
  IconX,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import type { FileRef } from '../../../core/wire.ts';
import { useDesktop } from '../../desktop.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useTexts } from '../../texts/texts.ts';
import { hereWords, useFileHere } from './file-here.ts';
import { turned, WHOLE, ZOOM_MAX, ZOOM_STEP, zoomed, type Look } from './viewing.ts';
import classes from './Viewer.module.css';

export interface ViewerProps {
  files: readonly FileRef[];
  at: number;
  onMove: (at: number) => void;
  onClose: () => void;
}

export function Viewer({ files, at, onMove, onClose }: ViewerProps) {
  const t = useTexts();
  const { call } = useDesktop();
  const failed = useFailure();
  const [look, setLook] = useState(WHOLE);
  const [held, setHeld] = useState<{ x: number; y: number } | null>(null);
  const file = files[at] ?? files[0];
  const words = t.message.media;
  const go = (step: number) => {
    const next = at + step;
    if (next < 0 || next >= files.length) return;
    setLook(WHOLE);
    onMove(next);
  };
  const zoom = (factor: number) => setLook((old) => zoomed(old, factor));
  const turn = () => setLook(turned);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') go(-1);
    else if (event.key === 'ArrowRight') go(1);
    else if (event.key === '+' || event.key === '=') zoom(ZOOM_STEP);
    else if (event.key === '-') zoom(1 / ZOOM_STEP);
    else if (event.code === 'KeyR' && !event.ctrlKey) turn();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // From the first moment, before the dialog has taken the focus: the newest closure answers.
  const answer = useRef(onKey);
  useEffect(() => {
    answer.current = onKey;
  });
  useEffect(() => {
    const heard = (event: KeyboardEvent) => answer.current(event);
    document.addEventListener('keydown', heard, true);
    return () => document.removeEventListener('keydown', heard, true);
  }, []);
  if (!file) return null;
  const drag = {
    onPointerDown: (event: PointerEvent) => {
      if (look.zoom === 1) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setHeld({ x: event.clientX - look.x, y: event.clientY - look.y });
    },
    onPointerMove: (event: PointerEvent) => {
      if (held) setLook((old) => ({ ...old, x: event.clientX - held.x, y: event.clientY - held.y }));
    },
    onPointerUp: () => setHeld(null),
  };
  const named = { sha256: file.sha256, name: file.name };
  return (
    <Modal.Root opened onClose={onClose} fullScreen padding={0}>
      <Modal.Overlay />
      <Modal.Content
        className={classes.content ?? ''}
        aria-label={`${words.photo(at + 1, files.length)}: ${file.name}`}
      >
        <Modal.Body className={classes.body ?? ''}>
          <div className={classes.bar}>
            <span className={classes.name}>{file.name}</span>
            {files.length > 1 && <span className={classes.place}>{words.photo(at + 1, files.length)}</span>}
            <Button
              icon={IconZoomOut}
              label={`${words.zoomOut} (−)`}
              onClick={() => zoom(1 / ZOOM_STEP)}
              disabled={look.zoom === 1}
            />
            <Button
              icon={IconZoomIn}
              label={`${words.zoomIn} (+)`}
              onClick={() => zoom(ZOOM_STEP)}
              disabled={look.zoom === ZOOM_MAX}
            />
            <Button icon={IconRotateClockwise} label={`${words.turn} (R)`} onClick={turn} />
            <Button
              icon={IconExternalLink}
              label={words.openOutside}
              onClick={() => void call('library.open', named).catch(failed)}
            />
            <Button
              icon={IconFolderOpen}
              label={words.showInFolder}
              onClick={() => void call('library.show', named).catch(failed)}
            />
            <Button icon={IconX} label={`${words.close} (Esc)`} onClick={onClose} isFirst />
          </div>
          {/* The photo's keys are the window's own; the pointer is a convenience beside them. */}
          {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
          <div
            className={classes.stage}
            data-zoomed={look.zoom > 1}
            onWheel={(event) => zoom(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP)}
            onDoubleClick={() =>
              setLook((old) => (old.zoom > 1 ? { ...WHOLE, turns: old.turns } : { ...old, zoom: 2 }))
            }
            {...drag}
          >
            <Photo file={file} look={look} />
          </div>
          {at > 0 && (
            <div className={classes.before}>
              <Button icon={IconChevronLeft} label={`${words.previous} (←)`} onClick={() => go(-1)} />
            </div>
          )}
          {at < files.length - 1 && (
            <div className={classes.after}>
              <Button icon={IconChevronRight} label={`${words.next} (→)`} onClick={() => go(1)} />
            </div>
          )}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Photo({ file, look }: { file: FileRef; look: Look }) {
  const t = useTexts();
  const here = useFileHere(file);
  if (here.state === 'here') {
    return (
      <img
        src={here.url}
        alt={file.name}
        draggable={false}
        className={classes.photo}
        data-turned={look.turns % 2 === 1}
        style={{ transform: `translate(${look.x}px, ${look.y}px) scale(${look.zoom}) rotate(${look.turns * 90}deg)` }}
      />
    );
  }
  return <p className={classes.absent}>{hereWords(t, here)}</p>;
}

interface ButtonProps {
  icon: typeof IconX;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  isFirst?: boolean;
}
function Button({ icon: Icon, label, onClick, disabled = false, isFirst = false }: ButtonProps) {
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
