/** A real hub on loopback for tests: a port of the system's choice, a folder of its own, an owner (its first teacher). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHub, type Hub, type HubOptions } from '../../src/hub/hub.ts';
import type { Credentials } from '../../src/core/wire.ts';

export interface StartedHub {
  url: string;
  port: number;
  dataDir: string;
  /** A device of the first teacher; a fresh one for the same person when a folder is reopened. */
  owner: Credentials;
  hub: Hub;
  /** Closes the hub; removes the folder unless it was given or `keep` is said. */
  stop(options?: { keep?: boolean }): Promise<void>;
}

/**
 * @param options as for openHub; `dataDir` reopens an existing folder and is then kept by `stop`
 * @param openStore as for openHub
 */
export async function startHub(
  options: Partial<HubOptions> = {},
  openStore?: Parameters<typeof openHub>[1],
): Promise<StartedHub> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'parta-hub-')));
  const hub = await openHub({ port: 0, hubName: 'Школа № 1', hosts: ['hub.test'], ...options, dataDir }, openStore);
  const owner = await hub.makeOwner({ teacherName: 'Анна Павловна', device: 'ПК учителя' });
  return {
    url: `http://127.0.0.1:${hub.port}`,
    port: hub.port,
    dataDir,
    owner,
    hub,
    async stop({ keep = options.dataDir !== undefined } = {}) {
      await hub.close();
      if (!keep) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
