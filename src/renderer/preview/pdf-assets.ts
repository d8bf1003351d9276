/** pdf.js's own files: its worker, fonts that documents do not carry, decoders of scanned pages. Names to their built addresses. */
import pdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs?worker&url';

export const PDF_WORKER_URL: string = pdfWorker;

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

/** Rejects for a file that is not carried: pdf.js then draws the page without it. */
export async function pdfAsset(name: string): Promise<ArrayBuffer> {
  const url = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (!url) throw new Error(`not carried: ${name}`);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`not read: ${name}`);
  return answer.arrayBuffer();
}
