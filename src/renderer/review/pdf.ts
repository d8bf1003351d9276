/**
 * pdf.js as the window uses it: a worker of its own, no generated code, and everything it may ask for while reading (fonts that
 * a document does not carry, decoders of scanned pages) taken from the window's own files. In a file apart because it is large:
 * it is fetched with the first PDF.
 */
import { getDocument, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist';
import PdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs?worker';

/** Names of pdf.js's own files to their built addresses. */
const ASSETS: Record<string, string> = Object.fromEntries(
  Object.entries({
    ...import.meta.glob<string>('../../../node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', {
      query: '?url',
      import: 'default',
      eager: true,
    }),
    ...import.meta.glob<string>('../../../node_modules/pdfjs-dist/wasm/{jbig2,openjpeg,qcms_bg}.wasm', {
      query: '?url',
      import: 'default',
      eager: true,
    }),
  }).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1), url]),
);

/** What pdf.js's worker asks this thread for. A thing we do not carry fails alone: the page is drawn without it. */
class Assets {
  async fetch({ filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const url = ASSETS[filename];
    if (!url) throw new Error(`not carried: ${filename}`);
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`not read: ${filename}`);
    return new Uint8Array(await answer.arrayBuffer());
  }
}

let worker: PDFWorker | undefined;

/** Reads a document. Rejects where the bytes are no PDF, or one behind a password. The bytes are given away to the worker. */
export function loadPdf(data: Uint8Array): Promise<PDFDocumentProxy> {
  // One for all documents: pdf.js would otherwise end it together with the first document that is closed.
  worker ??= PDFWorker.create({ port: new PdfWorker() });
  return getDocument({
    data,
    worker,
    BinaryDataFactory: Assets,
    useWorkerFetch: false,
    // Errors in one picture leave the rest of the page readable.
    stopAtErrors: false,
    verbosity: 0,
  }).promise;
}
