/**
 * Draws small pictures of files in a sandboxed frame that nobody sees, and gives them to main to keep. Promises: one at a time; a file
 * that gave none is not tried again while the window lives; one whose picture main has lost since is.
 */
import type { FileRef } from '../../core/wire.ts';
import { libraryUrl, thumbnailUrl } from '../../preload/contract/channels.ts';
import { frameUrl } from './frame-programs.ts';
import type { FrameLook, Reading } from './frame-words.ts';
import { isTooLargeToShow, previewKindOf } from './kinds.ts';
import { openFrame } from './open-frame.ts';

/** Pixels of the longer side. */
const EDGE = 256;

/** Under way, and those that gave no picture. */
const drawing = new Map<string, Promise<boolean>>();
let last: Promise<unknown> = Promise.resolve();

/** @returns whether main has it now */
export function drawThumbnail(file: Pick<FileRef, 'sha256' | 'name' | 'mediaType' | 'sizeBytes'>): Promise<boolean> {
  const known = drawing.get(file.sha256);
  if (known) return known;
  const kind = previewKindOf(file);
  if ((kind !== 'picture' && kind !== 'heic' && kind !== 'pdf') || isTooLargeToShow(kind, file.sizeBytes))
    return Promise.resolve(false);
  const mine = last
    .then(() => draw(kind, libraryUrl(file.sha256, file.name)))
    .then(async (bytes) => {
      if (!bytes) return false;
      const { ok } = await fetch(thumbnailUrl(file.sha256), { method: 'PUT', body: bytes });
      return ok;
    });
  last = mine.catch(() => undefined);
  drawing.set(file.sha256, mine);
  const forget = () => void drawing.delete(file.sha256);
  mine.then((isDrawn) => isDrawn && forget(), forget);
  return mine;
}

const LOOK: FrameLook = {
  isDark: false,
  language: 'ru',
  zoom: 1,
  isWhole: false,
  words: { name: '', size: '', page: '', picture: '' },
};

function draw(reading: Reading, url: string): Promise<ArrayBuffer | null> {
  const { promise, resolve } = Promise.withResolvers<ArrayBuffer | null>();
  const iframe = document.createElement('iframe');
  iframe.setAttribute('sandbox', 'allow-scripts');
  iframe.setAttribute('aria-hidden', 'true');
  iframe.tabIndex = -1;
  // In sight of the browser, or it would be given no frames to draw in.
  Object.assign(iframe.style, {
    position: 'fixed',
    right: '0',
    bottom: '0',
    width: `${EDGE + 34}px`,
    height: `${EDGE + 34}px`,
    border: '0',
    opacity: '0',
    pointerEvents: 'none',
  });
  iframe.src = frameUrl(reading);
  const opened = openFrame(iframe, reading, url, LOOK, {
    shown: () => void opened.thumbnail(EDGE).then(end, () => end(null)),
    trouble: () => end(null),
    height: () => undefined,
    key: () => undefined,
    pressed: () => undefined,
  });
  const end = (bytes: ArrayBuffer | null) => {
    clearTimeout(timer);
    opened.close();
    iframe.remove();
    resolve(bytes);
  };
  // A frame that has shown its file and then says nothing more.
  const timer = setTimeout(() => end(null), DRAWING_MS_MAX);
  document.body.append(iframe);
  return promise;
}
/** The frame's start, the file's time, and as much again. */
const DRAWING_MS_MAX = 20_000;
