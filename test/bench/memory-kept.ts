/** What a measured server says of itself: memory that is left after everything that may go has gone. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Child } from './child.ts';

/** The questions to a server process. */
export const ASK_MEMORY = 'memory';
export const ASK_LOOP = 'loop';

export interface MemoryKept {
  /** Resident, as the system counts it. */
  rssBytes: number;
  /** On the heap and in buffers. */
  keptBytes: number;
  /** Readers that were dropped so far. */
  dropped: number;
}

/** How late the event loop was since it was last asked; what the timer itself waits for is taken off. */
export interface LoopDelay {
  p99Ms: number;
}

/** In the server: answers the question, after a collection. */
export function answerAsks(dropped: () => number = () => 0): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const delays = monitorEventLoopDelay({ resolution: 1 });
  process.on('message', (asked) => {
    if (asked === ASK_LOOP) {
      process.send?.({ p99Ms: delays.percentile(99) / 1e6 - 1 } satisfies LoopDelay);
      delays.reset();
      delays.enable();
    }
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

/** Asks how late its event loop was since the last asking. */
export function loopDelayOf(server: Child): Promise<LoopDelay> {
  const heard = server.hear<LoopDelay>();
  server.process.send(ASK_LOOP);
  return heard;
}
