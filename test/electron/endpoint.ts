// Promises: a DevTools endpoint for Playwright that is Chromium's own, less the pages that are no BrowserWindow (yet).
// Hides: a WebSocket relay that detaches from such pages and attaches again when they have become a window.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import type { Protocol } from './devtools.ts';

export interface DebugEndpoint {
  readonly url: string;
  /** From now on this page may be seen. */
  reveal(targetId: string): void;
  close(): void;
}

/** Ids of our own commands on a client's connection: far above any that the client will reach. */
const FIRST_OWN_ID = 1_000_000_000;
const ATTACHED = '{"method":"Target.attachedToTarget"';

/**
 * Serves on loopback. `isWindow` says whether a page target belongs to the app by now; `abandoned` is called when the last
 * client has gone: a test run that was killed must not leave a window behind.
 */
export async function serveDebugEndpoint(
  chromiumUrl: string,
  isWindow: (targetId: string) => boolean,
  abandoned: () => void,
): Promise<DebugEndpoint> {
  const reveals = new Set<(targetId: string) => void>();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');

  server.on('connection', (client) => {
    const upstream = new WebSocket(chromiumUrl, { perMessageDeflate: false, maxPayload: 0 });
    const early: RawData[] = [];
    const hidden = new Set<string>();
    let ownId = FIRST_OWN_ID;
    const command = (method: string, params: object, sessionId?: string): void =>
      upstream.send(JSON.stringify({ id: ++ownId, method, params, sessionId }));
    const reveal = (targetId: string): void => {
      if (hidden.delete(targetId)) command('Target.attachToTarget', { targetId, flatten: true });
    };
    reveals.add(reveal);
    const isForClient = (text: string): boolean => {
      if (text.startsWith('{"id":')) return Number.parseInt(text.slice(6), 10) <= FIRST_OWN_ID;
      if (!text.startsWith(ATTACHED)) return true;
      const event = JSON.parse(text) as { params: Protocol.Target.attachedToTargetPayload; sessionId?: string };
      const { sessionId, targetInfo, waitingForDebugger } = event.params;
      if (event.sessionId || targetInfo.type !== 'page' || isWindow(targetInfo.targetId)) return true;
      hidden.add(targetInfo.targetId);
      if (waitingForDebugger) command('Runtime.runIfWaitingForDebugger', {}, sessionId);
      command('Target.detachFromTarget', { sessionId });
      return false;
    };

    upstream.on('open', () => {
      for (const data of early.splice(0)) upstream.send(String(data));
    });
    client.on('message', (data) => {
      if (upstream.readyState === WebSocket.OPEN) upstream.send(String(data));
      else early.push(data);
    });
    upstream.on('message', (data) => {
      const text = String(data);
      if (isForClient(text)) client.send(text);
    });
    const end = (): void => {
      if (!reveals.delete(reveal)) return;
      client.close();
      upstream.close();
      if (reveals.size === 0) abandoned();
    };
    for (const socket of [client, upstream]) socket.on('close', end).on('error', end);
  });

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/devtools/browser/stand-in`,
    reveal: (targetId) => reveals.forEach((reveal) => reveal(targetId)),
    close() {
      server.close();
      for (const client of server.clients) client.terminate();
    },
  };
}
