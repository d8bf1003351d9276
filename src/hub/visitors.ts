/**
 * Who reaches this hub from other computers, so that the app can tell whether the way in is open. Promises: an address is told
 * when it first comes and then seldom; memory is bounded; this computer itself is never a visitor. Nothing is kept or logged.
 */
import type { Server } from 'node:net';

/** Somebody who stays is told again after this long. */
export const VISITOR_AGAIN_MS = 60_000;
export const VISITORS_KEPT_MAX = 500;

export interface Visitor {
  from: string;
  /** The address of ours that was used. */
  to: string;
}

/** @param told called with every connection from another address that is news */
export function watchVisitors(server: Server, now: () => number, told: (visitor: Visitor) => void): void {
  const seenAt = new Map<string, number>();
  server.on('connection', (socket) => {
    const from = plain(socket.remoteAddress);
    const to = plain(socket.localAddress);
    // A computer that calls its own address answers from that same address.
    if (from === '' || from === to || from === '::1' || from.startsWith('127.')) return;
    const last = seenAt.get(from);
    if (last !== undefined && now() - last < VISITOR_AGAIN_MS) return;
    seenAt.delete(from);
    seenAt.set(from, now());
    for (const oldest of seenAt.keys()) {
      if (seenAt.size <= VISITORS_KEPT_MAX) break;
      seenAt.delete(oldest);
    }
    told({ from, to });
  });
}

/** Programs on the hub's own machine, its teacher's app among them, need no bounds by address: they could do anything here. */
export const isThisMachine = (address: string): boolean => ['127.0.0.1', '::1'].includes(plain(address));

/** A socket of both families names IPv4 addresses as `::ffff:192.168.1.5`. */
const plain = (address: string | undefined) => (address ?? '').replace(/^::ffff:/, '');
