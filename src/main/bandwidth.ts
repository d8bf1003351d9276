/**
 * A limit that all transfers share: a bucket of bytes that fills at the limit's rate. Promises: over any second no more than the
 * limit and one block leaves; who asked first goes first, so no transfer starves; without a limit nothing waits; a limit that
 * changes holds at once, also for those who wait. Hides: the timer.
 */

/** Unused bytes are saved up for so long: short pauses of the disk cost no speed, and nothing leaves in a burst. */
export const BURST_MS = 250;

export interface Bandwidth {
  /** @param bytesPerSecond null for as fast as it goes */
  setLimit(bytesPerSecond: number | null): void;
  /** Resolves when so many bytes may go, or when `signal` is aborted. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}

export function openBandwidth(now: () => number = () => performance.now()): Bandwidth {
  let limit: number | null = null;
  /** Below zero after a block larger than what was there: then the next one waits for it. */
  let credit = 0;
  let filledAt = now();
  let timer: NodeJS.Timeout | undefined;
  const waiting: { bytes: number; go: () => void }[] = [];

  function fill(): void {
    const at = now();
    if (limit !== null) credit = Math.min((limit * BURST_MS) / 1000, credit + (limit * (at - filledAt)) / 1000);
    filledAt = at;
  }

  function serve(): void {
    clearTimeout(timer);
    timer = undefined;
    fill();
    for (let next = waiting[0]; next; next = waiting[0]) {
      if (limit !== null) {
        if (credit <= 0) {
          timer = setTimeout(serve, Math.ceil(((1 - credit) / limit) * 1000));
          return;
        }
        credit -= next.bytes;
      }
      waiting.shift();
      next.go();
    }
  }

  return {
    setLimit(bytesPerSecond) {
      fill();
      if (limit === null) credit = 0;
      limit = bytesPerSecond;
      serve();
    },
    take(bytes, signal) {
      if ((limit === null && waiting.length === 0) || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const one = { bytes, go };
        function go() {
          signal?.removeEventListener('abort', leave);
          resolve();
        }
        function leave() {
          waiting.splice(waiting.indexOf(one), 1);
          resolve();
        }
        signal?.addEventListener('abort', leave, { once: true });
        waiting.push(one);
        if (!timer) serve();
      });
    },
  };
}
