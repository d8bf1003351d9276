/** What a measured server says of itself: memory that is left after everything that may go has gone. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Child } from './child.ts';

/** The question to a server process. */
export const ASK_MEMORY = 'memory';

export interface MemoryKept {
  /** Resident, as the system counts it. */
  rssBytes: number;
  /** On the heap and in buffers. */
  keptBytes: number;
  /** Readers that were dropped so far. */
  dropped: number;
}

/** In the server: answers the question, after a collection. */
export function answerAsks(dropped: () => number = () => 0): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  process.on('message', (asked) => {
    if (asked !== ASK_MEMORY) return;
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ rssBytes: rss, keptBytes: heapUsed + external, dropped: dropped() } satisfies MemoryKept);
  });
}

/** Outside: asks it. */
export function memoryOf(server: Child): Promise<MemoryKept> {
  const heard = server.hear<MemoryKept>();
  server.process.send(ASK_MEMORY);
  return heard;
}
