// Promises: utilityProcess: a separate Node process with messages both ways, its output, its exit code; it dies with the host.
// Hides: Node's fork and its channel. Message ports are not provided.
import { fork, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { ForkOptions, UtilityProcess } from 'electron';
import { tieToHost } from './reaper.ts';
import { Guarded, guarded, notProvided, refuseUnknown } from './provided.ts';
import { chromium } from './running.ts';

type Stream = 'pipe' | 'ignore' | 'inherit';
const CHILD = new URL('./utility-child.ts', import.meta.url).pathname;

class StandInUtility
  extends Guarded
  implements Pick<UtilityProcess, 'kill' | 'postMessage' | 'pid' | 'stdout' | 'stderr'>
{
  readonly #child: ChildProcess;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  pid: number | undefined;

  constructor(modulePath: string, args: string[], options: ForkOptions) {
    super('UtilityProcess');
    refuseUnknown('utilityProcess.fork', options, ['serviceName', 'stdio', 'env', 'execArgv', 'cwd']);
    const { stdio = 'inherit' } = options;
    const [input, output, errors] = (typeof stdio === 'string' ? ['ignore', stdio, stdio] : stdio) as Stream[];
    if (input !== 'ignore' && input !== undefined) notProvided(`utilityProcess stdin '${input}'`);
    const child = fork(CHILD, [modulePath, ...args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: (options.env as NodeJS.ProcessEnv | undefined) ?? process.env,
      execArgv: ['--disable-warning=ExperimentalWarning', ...(options.execArgv ?? [])],
      serialization: 'advanced', // structured clone
      stdio: ['ignore', output ?? 'inherit', errors ?? 'inherit', 'ipc'],
      detached: true, // Ctrl+C in a terminal is the host's to handle
    });
    tieToHost(child);
    this.#child = child;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    child.once('spawn', () => {
      this.pid = child.pid;
      this.emit('spawn');
    });
    child.on('message', (message) => this.emit('message', message));
    child.once('error', (error) => process.stderr.write(`stand-in: utility process: ${error.message}\n`));
    child.once('exit', (code, signal) => {
      this.pid = undefined;
      this.emit('exit', code ?? constants.signals[signal ?? 'SIGKILL']);
    });
  }

  postMessage(message: unknown, transfer?: unknown[]): void {
    if (transfer?.length) notProvided('message ports');
    structuredClone(message); // throws what cannot be cloned, as in Electron
    if (this.#child.connected) this.#child.send(message as object, () => {}); // to one that has ended: lost, as in Electron
  }

  kill(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.kill('SIGTERM');
  }
}

export const utilityProcess = guarded('utilityProcess', {
  fork(modulePath: string, args: string[] | ForkOptions = [], options: ForkOptions = {}): StandInUtility {
    chromium('utility process');
    return Array.isArray(args)
      ? new StandInUtility(modulePath, args, options)
      : new StandInUtility(modulePath, [], args);
  },
});
