// A process with a queue of its own, to be killed: takes what to transfer by message, says when it is queued, and when all of
// it is done tells the most memory that its heap and buffers took.
import { openLibrary } from '../../src/main/library.ts';
import { SILENT } from '../../src/main/log.ts';
import { openTransfers } from '../../src/main/transfers.ts';
import type { FileRef } from '../../src/core/wire.ts';

const [dir = '', url = ''] = process.argv.slice(2);
const library = await openLibrary(dir, { openPath: () => Promise.resolve(''), showItemInFolder: () => {} });
const answer = (await (await fetch(`${url}/api/session`, { method: 'POST' })).json()) as { value: { ticket: string } };
const transfers = await openTransfers({
  dir,
  library,
  hubs: { session: () => Promise.resolve({ ticket: answer.value.ticket, url }), ticketRefused: () => {} },
  onChange: () => {},
  log: SILENT,
});

let peakBytes = 0;
process.on('message', (wanted: { paths: string[]; files: FileRef[] }) => {
  void (async () => {
    await transfers.upload('server-1', wanted.paths);
    await transfers.download('server-1', wanted.files);
    process.send?.('queued');
    const timer = setInterval(() => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      peakBytes = Math.max(peakBytes, heapUsed + arrayBuffers);
      if (transfers.list().some(({ state }) => state !== 'done')) return;
      clearInterval(timer);
      process.send?.({ peakBytes });
    }, 5);
  })();
});
process.on('disconnect', () => process.exit());
