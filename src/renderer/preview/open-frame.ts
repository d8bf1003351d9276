/**
 * One file in one sandboxed frame, from the first request to the last word. Promises: a file that is not shown within
 * {@link PREVIEW_MS_MAX} ends in `slow`, whatever the frame is doing; only our own frame is heard, and of it only known words;
 * nothing is left running after `close`.
 *
 * Hides: the handshake, the clock, which script and which worker a kind needs.
 */
import { bytesFor, PreviewTrouble } from './bytes.ts';
import {
  heardFrom,
  type FrameKey,
  type FrameLook,
  type Note,
  type Reading,
  type ToFrame,
  type Trouble,
} from './frame-words.ts';
import { workerCode } from './frame-programs.ts';
import { pdfAsset } from './pdf-assets.ts';
import { FRAME_START_MS_MAX, PREVIEW_MS_MAX, READING_MS_MIN } from './preview-time.ts';

export interface FrameHeard {
  shown(notes: Note[]): void;
  trouble(trouble: Trouble): void;
  height(px: number): void;
  key(key: FrameKey): void;
  pressed(): void;
}
export interface OpenedFrame {
  wear(look: FrameLook): void;
  /** A small picture of what is shown, WebP; null where there is none. */
  thumbnail(edge: number): Promise<ArrayBuffer | null>;
  close(): void;
}

/**
 * @param iframe with the address of the kind's document (frame-programs), about to be loaded
 * @param url of the file's bytes
 * @param msMax {@link PREVIEW_MS_MAX}, or {@link PATIENT_MS_MAX}
 */
export function openFrame(
  iframe: HTMLIFrameElement,
  reading: Reading,
  url: string,
  firstLook: FrameLook,
  heard: FrameHeard,
  msMax: number = PREVIEW_MS_MAX,
): OpenedFrame {
  const startedAt = performance.now();
  const gone = new AbortController();
  const ready = Promise.withResolvers<void>();
  let look = firstLook;
  let isOpen = false;
  let isEnded = false;
  let thumbnailDone: ((bytes: ArrayBuffer | null) => void) | null = null;
  let timer = setTimeout(() => fail('slow'), FRAME_START_MS_MAX);

  const close = () => {
    isEnded = true;
    clearTimeout(timer);
    gone.abort();
    window.removeEventListener('message', listen);
    thumbnailDone?.(null);
  };
  const fail = (trouble: Trouble) => {
    if (isEnded) return;
    close();
    heard.trouble(trouble);
  };
  const say = (words: ToFrame, transfer: Transferable[] = []) =>
    // A sandboxed frame has no origin that could be named.
    iframe.contentWindow?.postMessage(words, { targetOrigin: '*', transfer });

  const listen = ({ source, data }: MessageEvent) => {
    if (source !== iframe.contentWindow || isEnded) return;
    const words = heardFrom(data);
    switch (words?.say) {
      case 'ready':
        return ready.resolve();
      case 'shown':
        clearTimeout(timer);
        return heard.shown(words.notes);
      case 'trouble':
        return fail(words.trouble);
      case 'height':
        return heard.height(words.px);
      case 'key':
        return heard.key(words.key);
      case 'pressed':
        return heard.pressed();
      case 'thumbnail':
        return thumbnailDone?.(words.bytes);
      case 'asset':
        return void pdfAsset(words.name).then(
          (bytes) => say({ say: 'asset', name: words.name, bytes }, [bytes]),
          () => say({ say: 'asset', name: words.name, bytes: null }),
        );
      default:
        return undefined;
    }
  };
  window.addEventListener('message', listen);

  Promise.all([bytesFor(reading, url, gone.signal), workerCode(reading, gone.signal), ready.promise]).then(
    ([given, worker]) => {
      if (isEnded) return;
      isOpen = true;
      clearTimeout(timer);
      const left = msMax - (performance.now() - startedAt);
      timer = setTimeout(() => fail('slow'), Math.max(READING_MS_MIN, left));
      const transfer = [given.bytes, ...(worker ? [worker] : [])];
      say({ say: 'open', look, worker, reading, ...given }, transfer);
    },
    (error: unknown) => fail(error instanceof PreviewTrouble ? error.trouble : 'gone'),
  );

  return {
    wear(next) {
      look = next;
      if (isOpen && !isEnded) say({ say: 'look', look });
    },
    thumbnail(edge) {
      if (isEnded) return Promise.resolve(null);
      const { promise, resolve } = Promise.withResolvers<ArrayBuffer | null>();
      thumbnailDone = resolve;
      say({ say: 'thumbnail', edge });
      return promise;
    },
    close,
  };
}
