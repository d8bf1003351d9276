/**
 * Files of the library, opened: PDF documents with their first page drawn ahead, decoded pictures, texts. Promises: what was
 * opened ahead is shown without a wait; at most {@link OPENED_MAX} files stay open, the ones looked at longest ago are closed.
 *
 * Hides: pdf.js (fetched with the first PDF), its worker, its fonts and decoders, how bytes come out of the library.
 */
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import type { FileRef } from '../../core/wire.ts';
import { decodeGuessed } from '../preview/parse/encoding.ts';
import { kindOfFile, libraryUrl } from './file-kinds.ts';

/** A work, two ahead and some steps back, with several photos each. */
export const OPENED_MAX = 24;
/** Pages of one document; a longer one is shown as far as this. */
export const PDF_PAGES_MAX = 400;
/** Pixels of one drawn page; a larger one is drawn coarser rather than not at all. */
export const PAGE_PIXELS_MAX = 16_000_000;
/** Drawn pages that are kept of one document: the one looked at and its neighbours. */
export const DRAWN_PAGES_MAX = 6;

export interface OpenedPdf {
  kind: 'pdf';
  document: PDFDocumentProxy;
  pageCount: number;
  /** Height by width of the first page: what others are taken for until they are drawn. */
  ratio: number;
  /**
   * A page drawn `pixelWidth` wide, turned by `turns` quarters; the same canvas for the same wish, so that it stands in one
   * place at a time.
   * @param number from 1
   */
  draw(number: number, pixelWidth: number, turns: number): Promise<HTMLCanvasElement>;
  /** The page if it is drawn already. */
  drawn(number: number, pixelWidth: number, turns: number): HTMLCanvasElement | undefined;
}
export interface OpenedImage {
  kind: 'image';
  url: string;
  width: number;
  height: number;
}
export interface OpenedText {
  kind: 'text';
  text: string;
}
export type OpenedFile = OpenedPdf | OpenedImage | OpenedText;

export interface OpenedFiles {
  /** Opens, or gives what is open. Rejects where the bytes are not what the name says. */
  open(file: FileRef): Promise<OpenedFile>;
  /** The opened file if that has already happened: what was opened ahead is drawn in the first frame. */
  peek(file: FileRef): OpenedFile | undefined;
  /** Forgets a failure, so that a file that has arrived since is opened anew. */
  forget(file: FileRef): void;
  close(): void;
}

interface Slot {
  opening: Promise<OpenedFile>;
  opened?: OpenedFile;
}

export function createOpenedFiles(): OpenedFiles {
  // In the order of last use: the first one is closed first.
  const slots = new Map<string, Slot>();
  const dispose = (slot: Slot) =>
    void slot.opening
      .then((file) => (file.kind === 'pdf' ? file.document.loadingTask.destroy() : undefined))
      .catch(() => undefined);
  /** One that held up pdf.js's worker has taken the worker with it, and with the worker every document that was open on it. */
  const closePdfs = () => {
    for (const [key, slot] of slots) {
      if (!key.endsWith('/pdf')) continue;
      slots.delete(key);
      dispose(slot);
    }
  };
  const keyOf = (file: FileRef) => `${file.sha256}/${kindOfFile(file)}`;

  return {
    open(file) {
      const key = keyOf(file);
      const slot = slots.get(key) ?? begin(file);
      slot.opening.catch((error: unknown) => (error as Error)?.name === 'TimeoutError' && closePdfs());
      slots.delete(key);
      slots.set(key, slot);
      for (const [oldKey, old] of slots) {
        if (slots.size <= OPENED_MAX) break;
        slots.delete(oldKey);
        dispose(old);
      }
      return slot.opening;
    },
    peek: (file) => slots.get(keyOf(file))?.opened,
    forget(file) {
      const slot = slots.get(keyOf(file));
      if (!slot) return;
      slots.delete(keyOf(file));
      dispose(slot);
    },
    close() {
      for (const slot of slots.values()) dispose(slot);
      slots.clear();
    },
  };
}

function begin(file: FileRef): Slot {
  const slot: Slot = { opening: openFile(file) };
  slot.opening.then(
    (opened) => {
      slot.opened = opened;
    },
    () => undefined,
  );
  return slot;
}

function openFile(file: FileRef): Promise<OpenedFile> {
  const url = libraryUrl(file.sha256, file.name);
  switch (kindOfFile(file)) {
    case 'pdf':
      return openPdf(url);
    case 'image':
      return openImage(url);
    case 'text':
      return bytesOf(url).then((bytes) => ({ kind: 'text', text: textOf(bytes) }));
    case 'other':
      return Promise.reject(new TypeError('no viewer'));
  }
}

function textOf(bytes: Uint8Array): string {
  const decoded = decodeGuessed(bytes);
  if (!decoded) throw new TypeError('no text');
  return decoded.text;
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new TypeError(`library answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Decoded by an element that is thrown away: the page's own one then finds it in the memory cache. EXIF turns it by itself. */
async function openImage(url: string): Promise<OpenedImage> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return { kind: 'image', url, width: image.naturalWidth, height: image.naturalHeight };
}

async function openPdf(url: string): Promise<OpenedPdf> {
  const [data, pdf] = await Promise.all([bytesOf(url), import('./pdf.ts')]);
  const { document, first } = await pdf.loadPdf(data);
  const pageCount = Math.min(document.numPages, PDF_PAGES_MAX);
  const { width, height } = first.getViewport({ scale: 1 });
  const pages = new Map<string, { drawing: Promise<HTMLCanvasElement>; canvas?: HTMLCanvasElement }>();
  const keyOf = (number: number, pixelWidth: number, turns: number) => `${number} ${Math.round(pixelWidth)} ${turns}`;
  return {
    kind: 'pdf',
    document,
    pageCount,
    ratio: height / width,
    draw(number, pixelWidth, turns) {
      const key = keyOf(number, pixelWidth, turns);
      const known = pages.get(key);
      const page = known ?? { drawing: document.getPage(number).then((proxy) => drawPage(proxy, pixelWidth, turns)) };
      pages.delete(key);
      pages.set(key, page);
      if (!known)
        page.drawing.then(
          (canvas) => Object.assign(page, { canvas }),
          () => pages.delete(key),
        );
      for (const oldKey of pages.keys()) {
        if (pages.size <= DRAWN_PAGES_MAX) break;
        pages.delete(oldKey);
      }
      return page.drawing;
    },
    drawn: (number, pixelWidth, turns) => pages.get(keyOf(number, pixelWidth, turns))?.canvas,
  };
}

async function drawPage(page: PDFPageProxy, pixelWidth: number, turns: number): Promise<HTMLCanvasElement> {
  const rotation = (page.rotate + turns * 90) % 360;
  const natural = page.getViewport({ scale: 1, rotation });
  const fitting = Math.sqrt(PAGE_PIXELS_MAX / (natural.width * natural.height));
  const viewport = page.getViewport({ scale: Math.min(pixelWidth / natural.width, fitting), rotation });
  const canvas = globalThis.document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(viewport.width));
  canvas.height = Math.max(1, Math.round(viewport.height));
  await page.render({ canvas, viewport }).promise;
  return canvas;
}
