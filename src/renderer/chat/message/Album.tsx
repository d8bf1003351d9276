/**
 * Photos of a message as a grid that has its size before they are here, so that nothing moves when they come. A press opens the
 * viewer; what is not here yet shows how far it is and never a broken picture.
 */
import { UnstyledButton } from '@mantine/core';
import { IconDownload, IconPhoto, IconPhotoOff } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { FileRef } from '../../../core/wire.ts';
import { useDesktop } from '../../desktop.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useTexts } from '../../texts/texts.ts';
import { hereWords, useFileHere } from './file-here.ts';
import classes from './Album.module.css';
import { focusBack } from '../../frame/focus-back.ts';
import { Viewer } from './Viewer.tsx';

export function Album({ files }: { files: readonly FileRef[] }) {
  const t = useTexts();
  const [opened, setOpened] = useState<number | null>(null);
  const album = useRef<HTMLDivElement>(null);
  const close = () => {
    const at = opened ?? 0;
    setOpened(null);
    focusBack(() => album.current?.querySelectorAll('button')[at]);
  };
  return (
    <div
      ref={album}
      className={classes.album}
      data-count={files.length}
      role="group"
      aria-label={t.message.media.photos(files.length)}
    >
      {files.map((file, index) => (
        <Tile key={file.fileId} file={file} isSingle={files.length === 1} onOpen={() => setOpened(index)} />
      ))}
      {opened !== null && <Viewer files={files} at={opened} onMove={setOpened} onClose={close} />}
    </div>
  );
}

function Tile({ file, isSingle, onOpen }: { file: FileRef; isSingle: boolean; onOpen: () => void }) {
  const t = useTexts();
  const here = useFileHere(file);
  const { call } = useDesktop();
  const failed = useFailure(t.files.cannotOpen);
  const [isBroken, setBroken] = useState(false);
  if (here.state === 'here' && isBroken) {
    // Its name says that it is a photo, its bytes do not: another program may know better.
    const openOutside = () => void call('library.open', { sha256: file.sha256, name: file.name }).catch(failed);
    return (
      <UnstyledButton className={classes.tile} onClick={openOutside}>
        <span className={classes.absent}>
          <IconPhotoOff size={24} stroke={1.6} aria-hidden />
          <span>{file.name}</span>
        </span>
      </UnstyledButton>
    );
  }
  if (here.state === 'here') {
    return (
      <UnstyledButton className={classes.tile} onClick={onOpen} aria-label={t.message.media.openPhoto(file.name)}>
        <img
          src={here.url}
          alt=""
          loading="lazy"
          decoding="async"
          data-single={isSingle}
          className={classes.photo}
          onError={() => setBroken(true)}
        />
      </UnstyledButton>
    );
  }
  const words = hereWords(t, here);
  return (
    <UnstyledButton
      className={classes.tile}
      disabled={here.state !== 'absent'}
      onClick={() => here.state === 'absent' && here.fetch()}
      aria-label={here.state === 'absent' ? t.message.media.download(file.name) : `${file.name}, ${words}`}
    >
      <span className={classes.absent} aria-hidden>
        {here.state === 'absent' ? <IconDownload size={24} stroke={1.6} /> : <IconPhoto size={24} stroke={1.6} />}
        <span>{words}</span>
      </span>
    </UnstyledButton>
  );
}
