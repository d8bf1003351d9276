/** nginx as a peer: one worker, sendfile, PUT by its own module, everything in a folder that goes with it. Debian's package. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../../scripts/setup/system-packages.mjs';

export interface Nginx {
  port: number;
  /** Served at `/down/…`; `/up/…` takes PUT. */
  dir: string;
  /** Its processes, the master first. */
  pids(): number[];
  end(): Promise<void>;
}

const START_MS = 10_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export async function startNginx(): Promise<Nginx> {
  await ensurePrograms([{ program: 'nginx', name: 'nginx' }]);
  const dir = mkdtempSync(join(tmpdir(), 'parta-bench-nginx-'));
  // Its worker is somebody else.
  chmodSync(dir, 0o755);
  for (const folder of ['down', 'up', 'body']) {
    mkdirSync(join(dir, folder));
    chmodSync(join(dir, folder), 0o777);
  }
  const port = await freePort();
  writeFileSync(
    join(dir, 'nginx.conf'),
    `worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log; events { worker_connections 1024; }
     http { access_log off; sendfile on; tcp_nopush on; client_max_body_size 0; client_body_temp_path ${dir}/body;
       server { listen 127.0.0.1:${port}; root ${dir}; location /up/ { dav_methods PUT; } } }`,
  );
  const child = spawn('nginx', ['-c', join(dir, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'ignore' });
  const until = Date.now() + START_MS;
  for (;;) {
    const isThere = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (isThere) break;
    if (Date.now() > until || child.exitCode !== null) throw new Error(`nginx did not start: ${dir}/error.log`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const master = child.pid!;
  return {
    port,
    dir,
    pids: () => {
      const workers = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8');
      return [master, ...workers.trim().split(' ').map(Number)];
    },
    end: async () => {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGQUIT');
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
