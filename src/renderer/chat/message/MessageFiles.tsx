/** Everything a message carries besides words: albums, films, recordings, other files. */
import type { FileRef } from '../../../core/wire.ts';
import { FileChip } from '../../frame/FileChip.tsx';
import { Album } from './Album.tsx';
import { Audio } from './Audio.tsx';
import { mediaOf } from './media-kinds.ts';
import classes from './MessageFiles.module.css';
import { Video } from './Video.tsx';

export function MessageFiles({ files }: { files: readonly FileRef[] }) {
  const { albums, videos, audios, others } = mediaOf(files);
  return (
    <>
      {albums.map((album) => (
        <Album key={album[0]?.fileId} files={album} />
      ))}
      {videos.map((file) => (
        <Video key={file.fileId} file={file} />
      ))}
      {audios.map((file) => (
        <Audio key={file.fileId} file={file} />
      ))}
      {others.length > 0 && (
        <div className={classes.files}>
          {others.map((file) => (
            <FileChip key={file.fileId} file={file} beside={others} />
          ))}
        </div>
      )}
    </>
  );
}
