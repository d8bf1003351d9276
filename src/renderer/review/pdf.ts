/**
 * pdf.js as the window uses it: a worker of its own, no generated code, and everything it may ask for while reading (fonts that
 * a document does not carry, decoders of scanned pages) taken from the window's own files. In a file apart because it is large:
 * it is fetched with the first PDF.
 */
import { getDocument, PDFWorker, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist';
import { PDF_WORKER_URL, pdfAsset } from '../preview/pdf-assets.ts';
import { FRAME_START_MS_MAX, PREVIEW_MS_MAX } from '../preview/preview-time.ts';

/** What pdf.js's worker asks this thread for. A thing we do not carry fails alone: the page is drawn without it. */
class Assets {
  async fetch({ filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    return new Uint8Array(await pdfAsset(filename));
  }
}

let running: { thread: Worker; worker: PDFWorker } | undefined;

/**
 * Reads a document and its first page. Rejects where the bytes are no PDF, or one behind a password; by a `TimeoutError` for one that is
 * not read within {@link PREVIEW_MS_MAX}: it holds up all others, so the worker ends with it, and documents that were open on it are
 * to be opened anew. The bytes are given away to the worker.
 */
export async function loadPdf(data: Uint8Array): Promise<{ document: PDFDocumentProxy; first: PDFPageProxy }> {
  // One for all documents: pdf.js would otherwise end it together with the first document that is closed.
  const mine = (running ??= start());
  const tooLong = Promise.withResolvers<never>();
  const giveUp = () => {
    if (running === mine) running = undefined;
    mine.worker.destroy();
    mine.thread.terminate();
    tooLong.reject(new DOMException('not read in time', 'TimeoutError'));
  };
  // The worker's own start is not the document's fault.
  let timer = setTimeout(giveUp, FRAME_START_MS_MAX);
  const begun = mine.worker.promise.then(() => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, PREVIEW_MS_MAX);
  });
  const task = getDocument({
    data,
    worker: mine.worker,
    BinaryDataFactory: Assets,
    useWorkerFetch: false,
    // Errors in one picture leave the rest of the page readable.
    stopAtErrors: false,
    verbosity: 0,
  });
  // Given up while nobody waits for it yet, it would be an error that nobody caught.
  task.promise.catch(() => undefined);
  const read = async () => {
    await begun;
    const document = await task.promise;
    return { document, first: await document.getPage(1) };
  };
  try {
    return await Promise.race([read(), tooLong.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function start() {
  const thread = new Worker(PDF_WORKER_URL);
  return { thread, worker: PDFWorker.create({ port: thread }) };
}
