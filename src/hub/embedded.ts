/**
 * The hub inside the teacher's app: a utility process that is told to start, says when it is ready, and goes with its parent.
 * Speaks the words of core/embedding.ts and nothing else; what teachers and pupils do comes over the network as with any hub.
 */
import { join } from 'node:path';
import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import * as z from 'zod/mini';
import { AppToHub, HUB_PORT_DEFAULT, type HubToApp } from '../core/embedding.ts';
import { codeOf } from '../core/errors.ts';
import { closeInTime, endNow } from './ending.ts';
import { openHub, type Hub } from './hub.ts';
import { jsonLines } from './log.ts';

/** The diary begins anew at a start when it is longer than this; the one before is kept. */
const LOG_BYTES_MAX = 5_000_000;

/** What Electron gives a utility process; Node's own types do not know it. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  postMessage(message: HubToApp): void;
}
const found = (process as unknown as { parentPort?: ParentPort }).parentPort;
if (!found) throw new Error('this program is started by the app; on a server use standalone.ts');
const parent: ParentPort = found;

let opening: Promise<Hub> | null = null;
let isStopping = false;

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await closeInTime(async () => (await opening?.catch(() => null))?.close());
  parent.postMessage({ kind: 'stopped' });
  process.exit(0);
}

async function obey(message: AppToHub): Promise<void> {
  switch (message.kind) {
    case 'start': {
      if (opening) return;
      const { dataDir, port, studentDir, hubName } = message;
      mkdirSync(dataDir, { recursive: true });
      const logFile = join(dataDir, 'hub.log');
      if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.old`);
      const log = jsonLines((line) => appendFileSync(logFile, line));
      // The default says that the app has no port of last time: the folder may have.
      const first = port === HUB_PORT_DEFAULT ? null : port;
      opening = openHub({
        dataDir,
        port: first,
        studentDir,
        hubName,
        log,
        onBroken: endNow,
        onVisitor: (visitor) => parent.postMessage({ kind: 'visitor', ...visitor }),
      });
      const hub = await opening;
      parent.postMessage({ kind: 'ready', port: hub.port, hubId: hub.hubId, hubName: hub.hubName });
      return;
    }
    case 'makeOwner': {
      const hub = await opening;
      if (!hub) return;
      const { teacherName, device } = message;
      parent.postMessage({ kind: 'owner', credentials: await hub.makeOwner({ teacherName, device }) });
      return;
    }
    case 'beat':
      parent.postMessage({ kind: 'alive' });
      return;
    case 'stop':
      await stop();
  }
}

parent.on('message', ({ data }) => {
  const message = z.safeParse(AppToHub, data);
  if (!message.success) {
    parent.postMessage({ kind: 'failed', code: 'bad-request' });
    return;
  }
  obey(message.data).catch((error: unknown) => parent.postMessage({ kind: 'failed', code: codeOf(error) }));
});
parent.on('close', () => void stop());
process.on('SIGTERM', () => void stop());
