/**
 * Photos over the whole window, one after another (frame/FileStage): wheel and +/− zoom, dragging moves, R turns (the key, whatever
 * the keyboard's language), a double press fits. The camera's own turn (EXIF) is done by the browser.
 */
import { IconRotateClockwise, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { useState, type PointerEvent } from 'react';
import type { FileRef } from '../../../core/wire.ts';
import { FileStage, StageTool, type Pressed, type Shown } from '../../frame/FileStage.tsx';
import { useTexts } from '../../texts/texts.ts';
import { hereWords, useFileHere } from './file-here.ts';
import { turned, WHOLE, ZOOM_MAX, ZOOM_STEP, zoomed, type Look } from './viewing.ts';
import classes from './Viewer.module.css';

export function Viewer({ onMove, ...shown }: Shown) {
  const t = useTexts();
  const [look, setLook] = useState(WHOLE);
  const [held, setHeld] = useState<{ x: number; y: number } | null>(null);
  const zoom = (factor: number) => setLook((old) => zoomed(old, factor));
  const turn = () => setLook(turned);
  const onKey = ({ key, code }: Pressed): boolean => {
    if (key === '+' || key === '=') zoom(ZOOM_STEP);
    else if (key === '-') zoom(1 / ZOOM_STEP);
    else if (code === 'KeyR') turn();
    else return false;
    return true;
  };
  const move = (to: number) => {
    setLook(WHOLE);
    onMove(to);
  };
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
  const tools = (
    <>
      <StageTool
        icon={IconZoomOut}
        label={`${t.preview.zoomOut} (−)`}
        onClick={() => zoom(1 / ZOOM_STEP)}
        disabled={look.zoom === 1}
      />
      <StageTool
        icon={IconZoomIn}
        label={`${t.preview.zoomIn} (+)`}
        onClick={() => zoom(ZOOM_STEP)}
        disabled={look.zoom === ZOOM_MAX}
      />
      <StageTool icon={IconRotateClockwise} label={`${t.message.media.turn} (R)`} onClick={turn} />
    </>
  );
  return (
    <FileStage {...shown} onMove={move} tools={tools} onKey={onKey}>
      {(file) => (
        // The photo's keys are the window's own; the pointer is a convenience beside them.
        // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
        <div
          className={classes.place}
          data-zoomed={look.zoom > 1}
          onWheel={(event) => zoom(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP)}
          onDoubleClick={() => setLook((old) => (old.zoom > 1 ? { ...WHOLE, turns: old.turns } : { ...old, zoom: 2 }))}
          {...drag}
        >
          <Photo file={file} look={look} />
        </div>
      )}
    </FileStage>
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
