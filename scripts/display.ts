// A virtual display for machines without a screen. Promises: one X server of our own, ready when the promise resolves, gone
// after `stop`. Hides Xvfb's handshake: the number is only valid when its newline has come, and the pipe stays open,
// because Xvfb ends when it closes early.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

const READY_TIMEOUT_MS = 20_000;
const SCREEN = '1600x1000x24';

export interface Display {
  /** As in the environment variable: `:99`. */
  readonly name: string;
  readonly isVirtual: boolean;
  /** Resolves when the server has gone, so that it is not left to init as a zombie. */
  stop(): Promise<void>;
}

/**
 * The display to open windows on: the one there is, else a virtual one on Linux.
 * @throws Error when Xvfb does not start within 20 s
 */
export async function openDisplay(): Promise<Display> {
  const present = process.env['DISPLAY'];
  if (present || process.platform !== 'linux') return { name: present ?? '', isVirtual: false, stop: async () => {} };

  const args = ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: true });
  let complaint = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const number = await new Promise<string>((resolve, reject) => {
    let told = '';
    const timer = setTimeout(() => reject(new Error('Xvfb did not start within 20 s')), READY_TIMEOUT_MS);
    const pipe = server.stdio[3] as Readable;
    pipe.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (!told.includes('\n')) return;
      clearTimeout(timer);
      resolve(told.trim());
    });
    server.once('error', reject);
    server.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Xvfb ended with code ${code}: ${complaint}`));
    });
  }).catch((error: unknown) => {
    server.kill('SIGKILL');
    throw error;
  });
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  process.once('exit', () => server.kill('SIGKILL'));
  return {
    name: `:${number}`,
    isVirtual: true,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGTERM');
      await gone;
    },
  };
}
