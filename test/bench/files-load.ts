/**
 * Many connections that each make a list of requests one after the other, as cheap as Node can make them: heads by hand, bodies from
 * one buffer, answers counted and thrown away. The same for ours and the peers. Run as a process of its own.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { constants, setPriority } from 'node:os';

export interface Exchange {
  /** Request line and headers, without the last empty line. */
  head: readonly string[];
  /** What follows the head, so many bytes; no two bodies are the same. */
  bodyBytes: number;
}
export interface FilesLoad {
  port: number;
  /** One list for each connection. */
  connections: Exchange[][];
  /** Steps back behind the server: as if it had processors of its own. */
  givesWay?: boolean;
}
export interface FilesOutcome {
  seconds: number;
  /** Bodies there and back. */
  bytes: number;
}

const PIECE = randomBytes(1024 ** 2);
/** Makes a body its own. */
const OWN_BYTES = 16;
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);
const HEAD_END = '\r\n\r\n';

/** Sends and reads one connection's list; resolves with the bytes of bodies. */
function talk(port: number, exchanges: readonly Exchange[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let next = 0;
    let head = '';
    let left = -1;
    const fail = (why: string) => {
      socket.destroy();
      reject(new Error(why));
    };
    const answered = () => {
      head = '';
      left = -1;
      if (next < exchanges.length) return ask();
      socket.destroy();
      resolve(bytes);
    };
    const read = (count: number, buffer: Uint8Array) => {
      let from = 0;
      while (from < count) {
        if (left >= 0) {
          const some = Math.min(left, count - from);
          left -= some;
          bytes += some;
          from += some;
        } else {
          head += Buffer.from(buffer.buffer, buffer.byteOffset + from, count - from).toString('latin1');
          const end = head.indexOf(HEAD_END);
          if (end < 0) return true;
          from = count - (head.length - end - HEAD_END.length);
          const status = Number(head.slice(9, 12));
          if (status < 200 || status > 299) {
            fail(head);
            return false;
          }
          left = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1] ?? 0);
        }
        if (left === 0) {
          answered();
          break;
        }
      }
      return true;
    };
    const ask = () => {
      const { head: lines, bodyBytes } = exchanges[next++]!;
      socket.write(`${lines.join('\r\n')}${bodyBytes > 0 ? `\r\nContent-Length: ${bodyBytes}` : ''}${HEAD_END}`);
      bytes += bodyBytes;
      let rest = bodyBytes;
      if (rest >= OWN_BYTES) {
        socket.write(randomBytes(OWN_BYTES));
        rest -= OWN_BYTES;
      }
      const pump = () => {
        while (rest > 0) {
          const piece = rest < PIECE.length ? PIECE.subarray(0, rest) : PIECE;
          rest -= piece.length;
          if (!socket.write(piece) && rest > 0) return void socket.once('drain', pump);
        }
      };
      pump();
    };
    const socket = connect({ port, host: '127.0.0.1', onread: { buffer: READ_BUFFER, callback: read } }, ask);
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed before its answer: ${head}`)));
  });
}

process.on('message', ({ port, connections, givesWay }: FilesLoad) => {
  if (givesWay) setPriority(constants.priority.PRIORITY_LOW);
  const begunAt = performance.now();
  Promise.all(connections.map((exchanges) => talk(port, exchanges))).then(
    (all) => {
      const bytes = all.reduce((sum, some) => sum + some, 0);
      process.send?.({ ok: true, outcome: { seconds: (performance.now() - begunAt) / 1000, bytes } });
    },
    (error: Error) => process.send?.({ ok: false, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
