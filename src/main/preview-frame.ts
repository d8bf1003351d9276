/**
 * The document of the frame in which files are previewed. Promises: it has no origin, may run the one script of ours that it names and
 * workers made of bytes handed to it, and reaches nothing: no network, no other frame, no form, no address. Pure.
 */

/** `sandbox` stands here too: opened in another way than by our frame, the document is as powerless. */
export const PREVIEW_POLICY = [
  "default-src 'none'",
  // Decoders (HEIC, scanned PDF pages) are WebAssembly, in workers that inherit this.
  "script-src 'self' 'wasm-unsafe-eval'",
  'worker-src blob:',
  'img-src blob: data:',
  'font-src data:',
  "connect-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-scripts',
].join('; ');

/** The two scripts that such a frame may run, as the build names them. */
const SCRIPT = /^\/assets\/(?:pdf-)?sandbox-[\w-]{1,32}\.js$/;
/** A script of the frame may be loaded by a page without an origin; no other file of ours may. */
export const isPreviewScript = (path: string): boolean => SCRIPT.test(path);

/** @returns null where the script is none of ours */
export function previewDocument(script: string | null, isDev = false): Response | null {
  if (script === null || !(isDev ? /^\/[^"<>&]{1,300}$/.test(script) : isPreviewScript(script))) return null;
  const kind = isDev ? ' type="module" crossorigin' : '';
  const html = `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Parta</title></head><body><script${kind} src="${script}"></script></body></html>`;
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': PREVIEW_POLICY,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  });
}
