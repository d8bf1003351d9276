/** Documents over the whole window, one after another (frame/FileStage): + − 0 for the size, in the document too. */
import { IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { useState } from 'react';
import type { FileRef } from '../../core/wire.ts';
import { useIsHere } from '../desktop.tsx';
import { FileStage, StageTool, type Pressed, type Shown } from '../frame/FileStage.tsx';
import { useTexts } from '../texts/texts.ts';
import { Preview, type PreviewProps } from './Preview.tsx';
import classes from './PreviewDialog.module.css';
import { ZOOMS } from './zooms.ts';

const AS_IT_FITS = ZOOMS.indexOf(1);

export function PreviewDialog({ onMove, ...shown }: Shown) {
  const t = useTexts();
  const [size, setSize] = useState(AS_IT_FITS);
  const zoom = (step: number) => setSize((old) => Math.min(ZOOMS.length - 1, Math.max(0, old + step)));
  const onKey = ({ key }: Pressed): boolean => {
    if (key === '+' || key === '=') zoom(1);
    else if (key === '-') zoom(-1);
    else if (key === '0') setSize(AS_IT_FITS);
    else return false;
    return true;
  };
  const move = (to: number) => {
    setSize(AS_IT_FITS);
    onMove(to);
  };
  const tools = (
    <>
      <StageTool icon={IconZoomOut} label={`${t.preview.zoomOut} (−)`} onClick={() => zoom(-1)} disabled={size === 0} />
      <StageTool
        icon={IconZoomIn}
        label={`${t.preview.zoomIn} (+)`}
        onClick={() => zoom(1)}
        disabled={size === ZOOMS.length - 1}
      />
    </>
  );
  return (
    <FileStage {...shown} onMove={move} tools={tools} onKey={onKey}>
      {(file, press) => <Document file={file} zoom={ZOOMS[size] ?? 1} onKey={(key) => void press({ key, code: '' })} />}
    </FileStage>
  );
}

function Document({ file, zoom, onKey }: { file: FileRef; zoom: number; onKey: PreviewProps['onKey'] }) {
  const t = useTexts();
  const isHere = useIsHere(file.sha256);
  return (
    <div className={classes.document} data-fit="stage">
      {isHere === true && <Preview file={file} fit="stage" zoom={zoom} onKey={onKey} />}
      {isHere === false && <p className={classes.absent}>{t.files.notHere}</p>}
    </div>
  );
}
