import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HubId } from '../../src/core/ids.ts';
import { HUB_PORT_DEFAULT } from '../../src/core/embedding.ts';
import {
  BEAT_MS,
  firstPort,
  hubEnv,
  openHubProcess,
  RESTART_MS,
  SILENT_BEATS_MAX,
  type HubChild,
} from '../../src/main/hub-process.ts';
import { SILENT } from '../../src/main/log.ts';
import { until } from './scratch.ts';

const HUB = '01890000-0000-7000-8000-000000000001' as HubId;
const CREDENTIALS = { deviceId: HUB, secret: 's', personId: HUB, hubId: HUB };

class Child extends EventEmitter implements HubChild {
  readonly heard: { kind: string; [key: string]: unknown }[] = [];
  pid: number | undefined;
  readonly stdout = null;
  readonly stderr = null;
  killed = false;
  postMessage(message: unknown): void {
    this.heard.push(message as { kind: string });
    this.emit('told', message);
  }
  kill(): boolean {
    this.killed = true;
    this.exit(143);
    return true;
  }
  ready = (port = 8010) => this.emit('message', { kind: 'ready', port, hubId: HUB, hubName: 'Школа' });
  exit = (code: number) => this.emit('exit', code);
}

/** @param behave what each started process does at once */
function supervised(behave: (child: Child, index: number) => void, healthyMs = 60_000) {
  const children: Child[] = [];
  const seen: string[] = [];
  let made: { hubName: string; port: number | null } | null = { hubName: 'Школа', port: null };
  const hub = openHubProcess({
    fork() {
      const child = new Child();
      children.push(child);
      queueMicrotask(() => behave(child, children.length - 1));
      return child;
    },
    dataDir: '/data',
    studentDir: '/student',
    made: () => made,
    onReady: (port) => void (made = { hubName: 'Школа', port }),
    onVisitor: ({ from, to }) => seen.push(`${from} to ${to}`),
    onChange() {
      const { state, code } = hub.state();
      seen.push(code ? `${state}:${code}` : state);
    },
    output: () => {},
    log: SILENT,
    wantedPort: undefined,
    restartMs: [0, 1, 2],
    healthyMs,
  });
  onTestFinished(() => hub.stop());
  return { hub, children, seen, unmake: () => (made = null) };
}
const stops = (child: Child) => child.on('told', (message) => message.kind === 'stop' && child.exit(0));

describe('the hub of this computer', () => {
  it('is started with what it needs and is ready when it says so', async () => {
    const { hub, children, seen } = supervised((child) => {
      stops(child);
      child.ready(8011);
    });
    expect(hub.state()).toEqual({ state: 'stopped', code: null, port: null });
    await Promise.all([hub.start(), hub.start()]);
    expect(children).toHaveLength(1);
    expect(children[0]?.heard[0]).toEqual({
      kind: 'start',
      dataDir: '/data',
      port: HUB_PORT_DEFAULT,
      studentDir: '/student',
      hubName: 'Школа',
    });
    expect([hub.port(), hub.hubId()]).toEqual([8011, HUB]);
    await hub.stop();
    expect(seen).toEqual(['starting', 'ready', 'stopped']);
    await hub.start();
    // The port of last time: pupils' pages keep their data by address.
    expect(children[1]?.heard[0]).toMatchObject({ port: 8011 });
  });

  it('starts again after a crash, with growing pauses, and says so', async () => {
    const { hub, children, seen } = supervised((child, index) => {
      stops(child);
      if (index < 3) child.exit(1);
      else child.ready();
    });
    await hub.start();
    expect(children).toHaveLength(4);
    expect(seen[0]).toBe('starting');
    expect(seen).toContain('restarting:hub-crashed');
    expect(seen.at(-1)).toBe('ready');
    children[3]!.exit(139);
    expect(hub.state()).toEqual({ state: 'restarting', code: 'hub-crashed', port: null });
    await until(() => hub.port() !== null);
    expect([...RESTART_MS]).toEqual([1_000, 2_000, 5_000, 10_000, 30_000]);
  });

  it('does not try again what trying cannot mend', async () => {
    const { hub, children, seen } = supervised((child) =>
      child.emit('message', { kind: 'failed', code: 'storage-damaged' }),
    );
    await expect(hub.start()).rejects.toThrow('storage-damaged');
    expect(hub.state()).toMatchObject({ state: 'stopped', code: 'storage-damaged' });
    expect(children).toHaveLength(1);
    expect(children[0]?.killed).toBe(true);
    expect(seen).toEqual(['starting', 'stopped:storage-damaged']);
  });

  it('tries again where that may help', async () => {
    const { hub, children } = supervised((child, index) => {
      stops(child);
      if (index === 0) child.emit('message', { kind: 'failed', code: 'port-taken' });
      else child.ready();
    });
    await hub.start();
    expect(children).toHaveLength(2);
  });

  it('says who came from another computer', async () => {
    const { hub, children, seen } = supervised((child) => {
      stops(child);
      child.ready();
    });
    await hub.start();
    children[0]!.emit('message', { kind: 'visitor', from: '192.168.1.20', to: '192.168.1.10' });
    children[0]!.emit('message', { kind: 'visitor', from: 'x'.repeat(46), to: '' });
    expect(seen.filter((words) => words.includes(' to '))).toEqual(['192.168.1.20 to 192.168.1.10']);
  });

  it('is told to stop and waited for', async () => {
    const { hub, children } = supervised((child) => child.ready());
    await hub.start();
    const stopped = hub.stop();
    expect(children[0]?.heard.at(-1)).toEqual({ kind: 'stop' });
    expect(children[0]?.killed).toBe(false);
    children[0]!.exit(0);
    await stopped;
    expect(hub.state()).toMatchObject({ state: 'stopped', code: null });
    expect(children).toHaveLength(1);
  });

  it('makes its first teacher; a crash meanwhile is said', async () => {
    const { hub, children } = supervised((child, index) => {
      stops(child);
      child.ready();
      if (index > 0) return;
      child.on(
        'told',
        (message) => message.kind === 'makeOwner' && child.emit('message', { kind: 'owner', credentials: CREDENTIALS }),
      );
    });
    await expect(hub.makeOwner('Анна', 'Ноутбук')).rejects.toThrow('hub-unreachable');
    await hub.start();
    expect(await hub.makeOwner('Анна', 'Ноутбук')).toEqual(CREDENTIALS);
    children[0]!.exit(1);
    await until(() => hub.port() !== null);
    const owner = hub.makeOwner('Анна', 'Ноутбук');
    children[1]!.exit(1);
    await expect(owner).rejects.toThrow('hub-crashed');
  });

  it('messages that are none are not heard', async () => {
    const { hub } = supervised((child) => {
      stops(child);
      for (const message of [
        null,
        1,
        'ready',
        { kind: 'ready' },
        { kind: 'ready', port: '8010', hubId: HUB, hubName: 'x' },
        { kind: 'x' },
      ]) {
        child.emit('message', message);
      }
      child.ready(8015);
    });
    await hub.start();
    expect(hub.port()).toBe(8015);
  });

  it('is absent until it is made', async () => {
    const { hub, unmake, children } = supervised(() => {});
    unmake();
    expect(hub.state().state).toBe('absent');
    await expect(hub.start()).rejects.toThrow('not-found');
    expect(children).toHaveLength(0);
  });

  it.each([
    [undefined, null, HUB_PORT_DEFAULT],
    [undefined, 8013, 8013],
    ['0', null, 0],
    ['0', 8013, 8013],
    ['9000', 8013, 9000],
    ['9000; rm', 8013, 8013],
    ['70000', null, HUB_PORT_DEFAULT],
  ])('a wanted port %j and a kept one %j give %j', (wanted, kept, port) => {
    expect(firstPort(wanted, kept)).toBe(port);
  });

  it('sees only harmless parts of our environment', () => {
    const env = {
      PATH: '/bin',
      NODE_OPTIONS: '--require evil',
      ELECTRON_RUN_AS_NODE: '1',
      LC_ALL: 'C',
      PARTA_HUB_HOSTS: 'hub.test',
      TOKEN: 'x',
    };
    expect(hubEnv(env)).toEqual({ PATH: '/bin', LC_ALL: 'C', PARTA_HUB_HOSTS: 'hub.test' });
  });
});

describe('a hub whose loop has stopped', () => {
  /** Lets the app's clock beat so often, each beat so much after its time. */
  function clock() {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let at = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => at);
    onTestFinished(() => {
      now.mockRestore();
      vi.useRealTimers();
    });
    return (beats: number, lateMs = 0) => {
      for (let beat = 0; beat < beats; beat += 1) {
        at += BEAT_MS + lateMs;
        vi.advanceTimersByTime(BEAT_MS);
      }
    };
  }
  async function ready() {
    const beat = clock();
    const all = supervised((child) => {
      stops(child);
      child.ready();
    });
    await all.hub.start();
    return { beat, ...all, first: all.children[0]! };
  }

  it('is ended after two minutes of silence and started anew, and the window knows', async () => {
    expect(SILENT_BEATS_MAX * BEAT_MS).toBe(120_000);
    const { beat, hub, children, seen, first } = await ready();
    beat(SILENT_BEATS_MAX - 1);
    expect([first.killed, hub.port()]).toEqual([false, 8010]);
    expect(first.heard.at(-1)).toEqual({ kind: 'beat' });
    beat(1);
    expect([first.killed, hub.port()]).toEqual([true, null]);
    expect(seen).toContain('restarting:hub-crashed');
    await until(() => hub.port() !== null);
    // Its own silence counts, not that of the one before.
    beat(SILENT_BEATS_MAX - 1);
    expect([children.length, children[1]!.killed]).toEqual([2, false]);
  });

  it('is none that answers at last, as one on an old disk does', async () => {
    const { beat, first } = await ready();
    for (let round = 0; round < 3; round += 1) {
      beat(SILENT_BEATS_MAX - 1);
      first.emit('message', { kind: 'alive' });
    }
    expect(first.killed).toBe(false);
  });

  it('is none where the computer slept', async () => {
    const { beat, first } = await ready();
    for (let night = 0; night < 3; night += 1) {
      beat(SILENT_BEATS_MAX - 1);
      beat(1, 8 * 60 * 60_000);
    }
    // Or was so busy that nothing is on time.
    beat(SILENT_BEATS_MAX, 2 * BEAT_MS);
    expect(first.killed).toBe(false);
  });

  it('is ended while it is opened or stopped, too; of a disk that holds it none is started beside it', async () => {
    const beat = clock();
    const { hub, children, seen } = supervised((child, index) => {
      if (index > 0) child.ready();
      // Nothing ends it yet.
      else child.kill = () => (child.killed = true);
    });
    const started = hub.start();
    await until(() => children[0]?.heard.length === 1);
    beat(SILENT_BEATS_MAX);
    expect(children[0]!.killed).toBe(true);
    beat(SILENT_BEATS_MAX);
    expect([children.length, hub.state().state]).toEqual([1, 'restarting']);
    children[0]!.exit(137);
    await started;
    const before = seen.length;
    const stopped = hub.stop();
    beat(SILENT_BEATS_MAX);
    await stopped;
    expect([children.length, children[1]!.killed, ...seen.slice(before)]).toEqual([2, true, 'stopped']);
  });

  it('is none that has gone: its number may be a stranger by now', async () => {
    const { beat, hub, first } = await ready();
    first.exit(1);
    await until(() => hub.port() !== null);
    beat(SILENT_BEATS_MAX);
    expect(first.killed).toBe(false);
  });

  it('hears no SIGTERM', async () => {
    const { beat, hub, first } = await ready();
    const deaf = `process.on('SIGTERM', () => {}); require('fs').writeSync(1, 'x');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`;
    const real = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void real.kill('SIGKILL'));
    await once(real.stdout, 'data');
    first.pid = real.pid;
    real.once('exit', () => first.exit(137));
    beat(SILENT_BEATS_MAX);
    expect((await once(real, 'exit'))[1]).toBe('SIGKILL');
    await until(() => hub.port() !== null);
  });
});
