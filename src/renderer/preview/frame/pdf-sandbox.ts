/**
 * The script of a frame that shows a PDF: pdf.js with the worker that the window gave along. Promises: nothing of the document runs
 * (pdf.js's scripting is not even here), its links lead nowhere; a page is drawn when it comes near, coarser where it would be too
 * large. Fonts and decoders that are missing are asked of the window, which knows a short list of them.
 */
import { getDocument, PDFWorker, type PDFDocumentProxy, type RenderTask } from 'pdfjs-dist';
import type { FrameLook, ToFrame } from '../frame-words.ts';
import { PAGE_PIXELS_MAX, PAGES_MAX } from './limits.ts';
import { beginPage, hear, say, tellHeight, wear } from './talk.ts';

/** A page at a zoom of 1 is not wider than this. */
const PAGE_WIDTH_MAX = 960;

const main = beginPage();
/** Files of pdf.js that were asked for, until the window has answered. */
const asked = new Map<string, PromiseWithResolvers<Uint8Array>>();
let look: FrameLook | null = null;
let pages: Page[] = [];

hear((said) => {
  switch (said.say) {
    case 'look':
      look = said.look;
      wear(said.look, true);
      for (const page of pages) page.lay();
      break;
    case 'open':
      look = said.look;
      wear(said.look, true);
      open(said).catch((error: unknown) =>
        say({ say: 'trouble', trouble: (error as Error)?.name === 'PasswordException' ? 'locked' : 'broken' }),
      );
      break;
    case 'asset':
      if (said.bytes) asked.get(said.name)?.resolve(new Uint8Array(said.bytes));
      else asked.get(said.name)?.reject(new Error('not carried'));
      break;
    case 'thumbnail':
      void thumbnail(said.edge).then((bytes) => say({ say: 'thumbnail', bytes }, bytes ? [bytes] : []));
  }
});

class Assets {
  async fetch({ filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    let answer = asked.get(filename);
    if (!answer) {
      answer = Promise.withResolvers<Uint8Array>();
      asked.set(filename, answer);
      say({ say: 'asset', name: filename });
    }
    return (await answer.promise).slice();
  }
}

async function open({ bytes, worker }: Extract<ToFrame, { say: 'open' }>): Promise<void> {
  const code = URL.createObjectURL(new Blob([worker ?? new ArrayBuffer(0)], { type: 'text/javascript' }));
  const document_ = await getDocument({
    data: new Uint8Array(bytes),
    worker: PDFWorker.create({ port: new Worker(code) }),
    BinaryDataFactory: Assets,
    useWorkerFetch: false,
    stopAtErrors: false,
    verbosity: 0,
  }).promise;
  const first = await document_.getPage(1);
  const { width, height } = first.getViewport({ scale: 1 });
  const count = Math.min(document_.numPages, PAGES_MAX);
  const list = document.createElement('div');
  list.className = 'pages';
  pages = Array.from(
    { length: count },
    (_, index) => new Page(document_, index + 1, height / width, look?.words.page ?? ''),
  );
  list.append(...pages.map((page) => page.element));
  main.replaceChildren(list);
  tellHeight();
  // In a page that scrolls the frame may be out of sight, where nothing is drawn.
  if (!look?.isWhole) await pages[0]?.draw();
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        pages
          .find(({ element }) => element === target)
          ?.[isIntersecting ? 'draw' : 'rest']()
          .catch(() => undefined);
    },
    { rootMargin: '100% 0px' },
  );
  for (const { element } of pages) near.observe(element);
  const isCut = document_.numPages > count;
  say({ say: 'shown', notes: isCut ? [{ is: 'pages-cut', shown: count, total: document_.numPages }] : [] });
}

class Page {
  readonly element = document.createElement('div');
  readonly #document: PDFDocumentProxy;
  readonly #number: number;
  #ratio: number;
  #isNear = false;
  #task: RenderTask | null = null;

  constructor(of: PDFDocumentProxy, number: number, ratio: number, word: string) {
    this.#document = of;
    this.#number = number;
    this.#ratio = ratio;
    this.element.setAttribute('role', 'img');
    this.element.setAttribute('aria-label', `${word} ${number}`);
    this.lay();
  }

  #width(): number {
    return Math.round(Math.min(PAGE_WIDTH_MAX, document.documentElement.clientWidth - 34) * (look?.zoom ?? 1));
  }

  /** Its place, whether or not it is drawn. */
  lay(): void {
    const width = this.#width();
    this.element.style.width = `${width}px`;
    this.element.style.height = `${Math.round(width * this.#ratio)}px`;
    if (this.#isNear) this.draw().catch(() => undefined);
  }

  async draw(): Promise<void> {
    this.#isNear = true;
    this.#task?.cancel();
    const page = await this.#document.getPage(this.#number);
    if (!this.#isNear) return;
    const natural = page.getViewport({ scale: 1 });
    this.#ratio = natural.height / natural.width;
    const fitting = Math.sqrt(PAGE_PIXELS_MAX / (natural.width * natural.height));
    const scale = Math.min((this.#width() * devicePixelRatio) / natural.width, fitting);
    const viewport = page.getViewport({ scale });
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(viewport.width));
    canvas.height = Math.max(1, Math.round(viewport.height));
    canvas.style.width = '100%';
    canvas.style.height = '100%';
    const task = page.render({ canvas, viewport });
    this.#task = task;
    await task.promise;
    this.#task = null;
    if (!this.#isNear) return;
    this.element.style.height = `${Math.round(this.#width() * this.#ratio)}px`;
    this.element.replaceChildren(canvas);
  }

  /** Gives its memory back; its place keeps its height. */
  async rest(): Promise<void> {
    this.#isNear = false;
    this.#task?.cancel();
    this.element.replaceChildren();
  }
}

async function thumbnail(edge: number): Promise<ArrayBuffer | null> {
  const source = main.querySelector('canvas');
  if (!source) return null;
  const scale = Math.min(1, edge / Math.max(source.width, source.height));
  const canvas = new OffscreenCanvas(Math.round(source.width * scale), Math.round(source.height * scale));
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return (await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })).arrayBuffer();
}
