/** A film played in its place, with the browser's own controls; what cannot be played becomes a chip. */
import { UnstyledButton } from '@mantine/core';
import { IconDownload, IconMovie } from '@tabler/icons-react';
import { useState } from 'react';
import type { FileRef } from '../../../core/wire.ts';
import { formatSize } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { FileChip } from '../../frame/FileChip.tsx';
import { useTexts } from '../../texts/texts.ts';
import { hereWords, useFileHere } from './file-here.ts';
import classes from './Video.module.css';

export function Video({ file }: { file: FileRef }) {
  const t = useTexts();
  const language = useLanguage();
  const here = useFileHere(file);
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <FileChip file={file} />;
  if (here.state === 'here') {
    return (
      // Captions are not ours to make.
      // oxlint-disable-next-line jsx-a11y/media-has-caption
      <video
        className={classes.video}
        src={here.url}
        controls
        preload="metadata"
        aria-label={file.name}
        onError={() => setBroken(true)}
      />
    );
  }
  return (
    <UnstyledButton
      className={classes.video}
      disabled={here.state !== 'absent'}
      onClick={() => here.state === 'absent' && here.fetch()}
    >
      <span className={classes.absent}>
        {here.state === 'absent' ? (
          <IconDownload size={28} stroke={1.6} aria-hidden />
        ) : (
          <IconMovie size={28} stroke={1.6} aria-hidden />
        )}
        <span>{here.state === 'absent' ? t.message.media.download(file.name) : file.name}</span>
        <span>{[formatSize(language, file.sizeBytes), hereWords(t, here)].filter(Boolean).join(' · ')}</span>
      </span>
    </UnstyledButton>
  );
}
