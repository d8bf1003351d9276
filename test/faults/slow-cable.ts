/** A cable to a port of this machine, slow enough that a file is under way for a while, which can be cut in the middle of it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const BYTES_PER_MS = 3_000;

export interface SlowCable {
  port: number;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function laySlowCable(toPort: number): Promise<SlowCable> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(toPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes: Buffer) => {
        to.write(bytes);
        from.pause();
        setTimeout(() => from.resume(), bytes.length / BYTES_PER_MS);
      });
      from.on('end', () => to.end());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => {
      isCut = false;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
