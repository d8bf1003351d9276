/**
 * The script of the sandboxed frame: hands the file's bytes to a worker that the window gave along, shows what comes back. Promises:
 * nothing of a file is parsed on this thread but finished markup, and that through the list of safe-html; a worker that hangs is
 * ended with the frame by the window's clock.
 */
import type { FrameLook, Read, ToFrame } from '../frame-words.ts';
import { drawn, inPicture } from './drawing.ts';
import { beginPage, hear, say, tellHeight, wear } from './talk.ts';

const main = beginPage();

hear((said) => {
  if (said.say === 'look') dress(said.look);
  else if (said.say === 'open') open(said);
  else if (said.say === 'thumbnail')
    void thumbnail(said.edge).then((bytes) => say({ say: 'thumbnail', bytes }, bytes ? [bytes] : []));
});

function open(said: Extract<ToFrame, { say: 'open' }>): void {
  dress(said.look);
  const { reading, bytes, sizeBytes, entryCount, worker: code } = said;
  if (!code) return showPicture(bytes, said.mediaType, said.look);
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.addEventListener('message', ({ data }: MessageEvent<Read>) => {
    worker.terminate();
    URL.revokeObjectURL(address);
    if (data.ok) show(drawn(data, said.look.words, said.look.language), data.notes);
    else say({ say: 'trouble', trouble: data.trouble });
  });
  worker.addEventListener('error', () => say({ say: 'trouble', trouble: 'broken' }));
  worker.postMessage({ reading, bytes, sizeBytes, entryCount }, [bytes]);
}

let look: FrameLook | null = null;
function dress(next: FrameLook): void {
  look = next;
  wear(next, main.querySelector('.picture') !== null);
  fitPicture();
}

/** A picture is as large as its place lets it be, times the zoom; in a page that scrolls it, as wide as that page. */
function fitPicture(): void {
  const picture = main.querySelector<HTMLImageElement | HTMLCanvasElement>('.picture > *');
  if (!picture || !look) return;
  const { width, height } = sizeOf(picture);
  const { clientWidth, clientHeight } = document.documentElement;
  const margin = look.isWhole ? 0 : 32;
  const fit = Math.min(1, (clientWidth - margin) / width, look.isWhole ? 1 : (clientHeight - margin) / height);
  picture.style.width = `${Math.max(1, Math.round(width * fit * look.zoom))}px`;
}
addEventListener('resize', fitPicture);

const sizeOf = (picture: HTMLImageElement | HTMLCanvasElement) =>
  picture instanceof HTMLImageElement ? { width: picture.naturalWidth, height: picture.naturalHeight } : picture;

function show(node: Node, notes: Extract<Read, { ok: true }>['notes']): void {
  main.replaceChildren(node);
  if (main.querySelector('.picture')) document.body.style.zoom = '1';
  fitPicture();
  // Laid out before it is said to be there: what lays out too long is ended by the window's clock.
  tellHeight();
  say({ say: 'shown', notes });
}

/** Kinds that the browser decodes itself; it turns photos as the camera says. */
function showPicture(bytes: ArrayBuffer, mediaType: string, look: FrameLook): void {
  const image = new Image();
  image.alt = look.words.picture;
  image.src = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
  image.decode().then(
    () => show(inPicture(image), []),
    () => say({ say: 'trouble', trouble: 'broken' }),
  );
}

/** A small picture of the picture that is shown, as WebP; null where none is shown. */
async function thumbnail(edge: number): Promise<ArrayBuffer | null> {
  const source = main.querySelector<HTMLImageElement | HTMLCanvasElement>('.picture > *');
  if (!source) return null;
  const { width, height } = sizeOf(source);
  const scale = Math.min(1, edge / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return (await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })).arrayBuffer();
}
