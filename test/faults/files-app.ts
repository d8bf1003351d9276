/**
 * The app's queue of files in a process of its own, to be killed: real library, real journal, real tus, as main puts them together.
 * Arguments: its folder, the hub's address, the device's credentials. Answers each {@link Asked} with its number.
 */
import { Session, type FileRef } from '../../src/core/wire.ts';
import { askHub } from '../../src/main/hub-requests.ts';
import { openLibrary } from '../../src/main/library.ts';
import { SILENT } from '../../src/main/log.ts';
import { openTransfers } from '../../src/main/transfers.ts';

export type Asked = { number: number } & (
  { what: 'upload'; paths: string[] } | { what: 'download'; files: FileRef[] } | { what: 'list' }
);

const [dir = '', url = '', credentials = ''] = process.argv.slice(2);
const body = { ...(JSON.parse(credentials) as object), protocol: 2 };
const SERVER = 'server-1';
const RETRY_FIRST_MS = 20;
const STALL_MS = 2_000;

let ticket: Promise<string> | null = null;
const library = await openLibrary(dir, { openPath: () => Promise.resolve(''), showItemInFolder: () => {} });
const transfers = await openTransfers({
  dir,
  library,
  hubs: {
    async session() {
      ticket ??= askHub(url, '/api/session', Session, { method: 'POST', body }).then((session) => session.ticket);
      const mine = ticket;
      mine.catch(() => {
        if (ticket === mine) ticket = null;
      });
      return { ticket: await mine, url };
    },
    ticketRefused() {
      ticket = null;
    },
  },
  onChange: () => {},
  log: SILENT,
  retryFirstMs: RETRY_FIRST_MS,
  stallMs: STALL_MS,
});

async function answer(asked: Asked): Promise<unknown> {
  if (asked.what === 'upload') return transfers.upload(SERVER, asked.paths);
  if (asked.what === 'download') return transfers.download(SERVER, asked.files);
  transfers.wake();
  for (const { transferId, state } of transfers.list()) if (state === 'failed') await transfers.resume(transferId);
  return transfers.list().map(({ fileId, state, code, direction }) => ({ fileId, state, code, direction }));
}
process.on('message', (asked: Asked) => {
  answer(asked).then(
    (value) => process.send?.({ number: asked.number, value }),
    (error: unknown) => process.send?.({ number: asked.number, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
