/**
 * The peer in `bench -- collect`: @tus/server with its own file store, which neither syncs nor hashes. Ids are the caller's, so that a load
 * knows them beforehand. Tells its port.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const directory = mkdtempSync(join(tmpdir(), 'parta-bench-tus-'));
const tus = new Server({
  path: '/files',
  datastore: new FileStore({ directory }),
  namingFunction: (request) => request.headers.get('x-id') ?? '',
});
const server = createServer((request, response) => void tus.handle(request, response));
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => {
  server.closeAllConnections();
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});
