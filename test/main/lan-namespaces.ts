// A classroom's network on one machine: a switch with a router's address, the teacher's computer and a pupil's, each in a network
// namespace of its own (Linux, root, iproute2). Nothing outside the namespaces is touched; they go with the test, failed or not.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { WayIn, WayInReport } from '../../src/preload/contract.ts';
import { scratchDir } from './scratch.ts';

const run = promisify(execFile);
const has = (tool: string, ...args: string[]) => {
  try {
    execFileSync(tool, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** A test that was killed left its namespaces behind: those of processes that are no more go first. */
export async function sweepStages(): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  for (const [name, pid] of stdout.matchAll(/^parta-(\d+)-\w+(?:-\w)?/gm)) {
    if (!existsSync(`/proc/${pid}`)) await run('ip', ['netns', 'del', name]).catch(() => undefined);
  }
}

/** Why no network can be staged here; '' where it can. */
export function whyNoStage(): string {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (!has('ip', '-V')) return 'iproute2 is not installed';
  const probe = `parta-${process.pid}-probe`;
  if (!has('ip', 'netns', 'add', probe)) return 'this kernel or container allows no network namespaces';
  execFileSync('ip', ['netns', 'del', probe]);
  return '';
}
export const hasNft = () => has('nft', '--version');

let staged = 0;

/** What the teacher's computer knows of itself, asked from inside its namespace. */
export interface TeachersComputer {
  port: number;
  /** The verdict after a fresh look with what the teacher says. */
  look(report?: WayInReport | null): Promise<WayIn>;
  choose(adapter: string): Promise<WayIn>;
}

export class Classroom {
  readonly #name = `parta-${process.pid}-${(staged += 1)}`;
  readonly switch = `${this.#name}-s`;
  readonly teacher = `${this.#name}-t`;
  readonly pupil = `${this.#name}-p`;

  /** Everybody in 192.168.77.0/24, the router at .1, the teacher at .10, the pupil at .20. */
  static async open(pupilAddress = '192.168.77.20/24'): Promise<Classroom> {
    const room = new Classroom();
    const names = [room.switch, room.teacher, room.pupil];
    // Deleted whatever became of the rest; the virtual cables go with their namespaces.
    onTestFinished(async () => {
      for (const name of names) await run('ip', ['netns', 'del', name]).catch(() => undefined);
    });
    for (const name of names) {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
    await room.inside(room.switch, 'sysctl', '-qw', 'net.ipv4.ip_forward=0').catch(() => undefined);
    await room.ip(room.switch, 'link add br0 type bridge');
    await room.ip(room.switch, 'addr add 192.168.77.1/24 dev br0');
    await room.ip(room.switch, 'link set br0 up');
    await room.plug(room.teacher, 'eth0', '192.168.77.10/24', 'port1');
    await room.plug(room.pupil, 'eth0', pupilAddress, 'port2');
    await room.ip(room.teacher, 'route add default via 192.168.77.1');
    return room;
  }

  ip = (name: string, command: string) => run('ip', ['-n', name, ...command.split(' ')]);
  inside = (name: string, file: string, ...args: string[]) => run('ip', ['netns', 'exec', name, file, ...args]);

  /** A cable from a computer to the switch. */
  async plug(name: string, adapter: string, address: string, port: string): Promise<void> {
    await this.ip(this.switch, `link add ${port} type veth peer name ${adapter} netns ${name}`);
    await this.ip(this.switch, `link set ${port} master br0 up`);
    await this.ip(name, `addr add ${address} dev ${adapter}`);
    await this.ip(name, `link set ${adapter} up`);
  }

  /** What a pupil's browser would show: the hub's page, or nothing. */
  async opens(host: string, port: number): Promise<boolean> {
    const script = `fetch('http://${host}:${port}/api/hub', { signal: AbortSignal.timeout(3000) }).then((a) => a.json()).then((a) => process.exit(a.ok ? 0 : 3), () => process.exit(3))`;
    return this.inside(this.pupil, process.execPath, '-e', script).then(
      () => true,
      () => false,
    );
  }

  /** Starts the hub and the self-check on the teacher's computer. @param taken ports that another program holds before */
  async sitDown(askedPort: number, taken: readonly number[] = []): Promise<TeachersComputer> {
    const program = new URL('./way-in-child.ts', import.meta.url).pathname;
    const args = [
      'netns',
      'exec',
      this.teacher,
      process.execPath,
      program,
      scratchDir(),
      String(askedPort),
      taken.join(),
    ];
    const child = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise<never>((_resolve, reject) =>
      child.once('exit', (code) => reject(new Error(`the teacher's computer ended: ${code}`))),
    );
    ended.catch(() => undefined);
    onTestFinished(async () => {
      child.stdin.end();
      await ended.catch(() => undefined);
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const hear = async () => JSON.parse((await Promise.race([lines.next(), ended])).value as string) as never;
    const { port } = (await hear()) as { port: number };
    const ask = (words: object): Promise<WayIn> => {
      child.stdin.write(`${JSON.stringify(words)}\n`);
      return hear();
    };
    return { port, look: (report = null) => ask({ report }), choose: (chosen) => ask({ chosen, report: null }) };
  }
}
