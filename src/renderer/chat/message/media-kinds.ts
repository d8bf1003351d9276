/** Which of a message's files are shown as what: an album of photos, players, and chips for everything else. */
import type { FileRef } from '../../../core/wire.ts';
import { kindOfFile, SHOWN_BYTES_MAX } from '../../review/file-kinds.ts';

/** Main serves these endings as sound or film, and Chromium plays them; any other is a chip. */
const AUDIO = /\.(?:mp3|m4a|aac|ogg|oga|opus|wav|flac|weba)$/i;
const VIDEO = /\.(?:mp4|m4v|webm)$/i;
/** Photos of one album; more make a second one. */
export const ALBUM_MAX = 10;

export interface Media {
  albums: FileRef[][];
  videos: FileRef[];
  audios: FileRef[];
  others: FileRef[];
}

export function mediaOf(files: readonly FileRef[]): Media {
  const media: Media = { albums: [], videos: [], audios: [], others: [] };
  for (const file of files) {
    if (kindOfFile(file) === 'image' && file.sizeBytes <= SHOWN_BYTES_MAX.image) {
      const last = media.albums.at(-1);
      if (last && last.length < ALBUM_MAX) last.push(file);
      else media.albums.push([file]);
    } else if (AUDIO.test(file.name)) media.audios.push(file);
    else if (VIDEO.test(file.name)) media.videos.push(file);
    else media.others.push(file);
  }
  return media;
}
