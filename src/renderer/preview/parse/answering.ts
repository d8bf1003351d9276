/** A worker's one job: read what it is given, answer once. Whatever goes wrong in a reader is said in one of the known words. */
import type { Read, ToRead, Trouble } from '../frame-words.ts';
import { ZipProblem } from './zip.ts';

/** @param read throws where there is nothing to show; a ZipProblem says why, anything else means that the file is broken */
export function answering(read: (asked: ToRead) => Read | Promise<Read>): void {
  addEventListener('message', ({ data }: MessageEvent<ToRead>) => {
    Promise.resolve()
      .then(() => read(data))
      .catch((error: unknown): Read => ({ ok: false, trouble: troubleOf(error) }))
      .then((answer) => {
        const transfer = answer.ok && answer.show === 'picture' ? [answer.bitmap] : [];
        postMessage(answer, { transfer });
      })
      // What cannot be handed over is nothing to show either.
      .catch(() => postMessage({ ok: false, trouble: 'broken' } satisfies Read));
  });
}

const troubleOf = (error: unknown): Trouble => {
  if (error instanceof ZipProblem) return error.reason;
  return error instanceof RangeError ? 'too-large' : 'broken';
};
