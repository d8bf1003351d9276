/** The worker that decodes a telephone's HEIC photos. The decoder is WebAssembly and comes along in this worker's own file. */
import libheif from 'libheif-js/wasm-bundle';
import { isTooLarge, pictureSizeOf } from '../../../core/picture-size.ts';
import { answering } from './answering.ts';

/** What is shown is not larger than this on its longer side: a screen, twice. */
export const HEIC_EDGE_MAX = 4_096;

answering(async ({ bytes }) => {
  const file = new Uint8Array(bytes);
  const told = pictureSizeOf(file);
  if (!told) return { ok: false, trouble: 'broken' };
  if (isTooLarge(told)) return { ok: false, trouble: 'too-large' };
  const [image] = new libheif.HeifDecoder().decode(file);
  if (!image) return { ok: false, trouble: 'broken' };
  const width = image.get_width();
  const height = image.get_height();
  if (isTooLarge({ width, height })) return { ok: false, trouble: 'too-large' };
  const pixels = new ImageData(width, height);
  const drawn = await new Promise<boolean>((resolve) => image.display(pixels, (data) => resolve(data !== null)));
  if (!drawn) return { ok: false, trouble: 'broken' };
  const scale = Math.min(1, HEIC_EDGE_MAX / Math.max(width, height));
  // Turned already: the decoder follows the photo's own turn.
  const bitmap = await createImageBitmap(pixels, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'medium',
  });
  return { ok: true, show: 'picture', bitmap, notes: [] };
});
