/**
 * The hub of this computer as a supervised process. Promises: it is started once, known to be ready only when it said so,
 * started again with growing pauses when it ends unasked, ended when it hangs, and told to stop before it is ended. Hides: the process, its
 * messages (core/embedding) and its output. The hub itself promises to end when this app does.
 */
import * as z from 'zod/mini';
import { type AppToHub, HUB_PORT_DEFAULT, HUB_STOP_MS, HubToApp } from '../core/embedding.ts';
import { ERRORS, PartaError, type ErrorCode } from '../core/errors.ts';
import type { HubId } from '../core/ids.ts';
import type { Credentials } from '../core/wire.ts';
import type { HubState } from '../preload/contract.ts';
import type { Log } from './log.ts';

/** Pauses before the 1st, 2nd… restart after a crash; the last one repeats. */
export const RESTART_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A hub that ran this long counts as healthy: the next crash begins with the first pause again. */
export const HEALTHY_MS = 60_000;
/** How often the hub is asked whether its loop turns. */
export const BEAT_MS = 10_000;
/** Beats without a word after which a hub hangs: two minutes, because an old disk may well hold one for ten seconds. */
export const SILENT_BEATS_MAX = 12;
/** How long a call that needs the hub waits for it to become ready. */
export const READY_MS = 30_000;
const OWNER_MS = 10_000;

/** An Electron utility process, as much of it as is used. */
export interface HubChild {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): boolean;
  readonly pid: number | undefined;
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
}

export interface HubProcess {
  /** Resolves when the hub is ready. @throws PartaError the hub's own code, or `hub-crashed` */
  start(): Promise<void>;
  stop(): Promise<void>;
  makeOwner(teacherName: string, device: string): Promise<Credentials>;
  /** Where it listens now; null while it does not. */
  port(): number | null;
  hubId(): HubId | null;
  state(): Pick<HubState, 'state' | 'code' | 'port'>;
}

export interface HubProcessOptions {
  /** Starts the process with {@link hubEnv}. */
  fork(): HubChild;
  dataDir: string;
  studentDir: string;
  /** The name and last port of the hub made here; null: none was made. */
  made(): { hubName: string; port: number | null } | null;
  /** It is ready: the port is kept for ever, because pupils' pages keep their data by address. */
  onReady(port: number, hubName: string): void;
  onChange(): void;
  /** Somebody came to the hub from another computer; `to` is the address of ours that was used. */
  onVisitor?(visitor: { from: string; to: string }): void;
  output(stream: NodeJS.ReadableStream | null): void;
  log: Log;
  /** What the environment asks for, see {@link firstPort}. */
  wantedPort: string | undefined;
  restartMs?: readonly number[];
  healthyMs?: number;
}

export function openHubProcess(options: HubProcessOptions): HubProcess {
  const { log, restartMs = RESTART_MS, healthyMs = HEALTHY_MS } = options;
  let child: HubChild | null = null;
  let phase: 'stopped' | 'starting' | 'ready' | 'restarting' | 'stopping' = 'stopped';
  let code: ErrorCode | null = null;
  let ready: { port: number; hubId: HubId } | null = null;
  let crashes = 0;
  let readySince = 0;
  let restartTimer: NodeJS.Timeout | undefined;
  let waiting: { resolve: () => void; reject: (error: PartaError) => void }[] = [];
  let owner: { resolve: (credentials: Credentials) => void; reject: (error: PartaError) => void } | null = null;
  let stopping: Promise<void> | null = null;

  function enter(next: typeof phase, why: ErrorCode | null = null): void {
    phase = next;
    code = why;
    if (next !== 'ready') ready = null;
    options.onChange();
  }
  function settle(error: PartaError | null): void {
    const all = waiting;
    waiting = [];
    for (const { resolve, reject } of all) if (error) reject(error); else resolve(); // prettier-ignore
  }
  const say = (to: HubChild, message: AppToHub) => to.postMessage(message);

  function launch(): void {
    const made = options.made();
    if (!made) return;
    log.write('hub-starting');
    let started: HubChild;
    try {
      started = options.fork();
    } catch (error) {
      log.failure('hub-failed', error);
      crashed(null);
      return;
    }
    child = started;
    options.output(started.stdout);
    options.output(started.stderr);
    started.on('message', (message) => {
      if (child === started) heard(message, made.hubName);
    });
    started.on('exit', (exitCode) => {
      log.write('hub-exit', { exitCode, wanted: phase === 'stopping' });
      if (child === started) gone();
    });
    watch(started);
    say(started, {
      kind: 'start',
      dataDir: options.dataDir,
      port: firstPort(options.wantedPort, made.port),
      studentDir: options.studentDir,
      hubName: made.hubName,
    });
    enter(crashes > 0 ? 'restarting' : 'starting', crashes > 0 ? 'hub-crashed' : null);
  }

  /**
   * Ends a hub whose loop turns no more. Anything that it says is a sign of life. One that its disk holds goes when the disk lets
   * go: none is started beside it.
   */
  function watch(started: HubChild): void {
    let silentBeats = 0;
    let lastAt = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      // Late ourselves: the computer slept, or has no time for anybody.
      const isLate = now - lastAt > 2 * BEAT_MS;
      lastAt = now;
      silentBeats = isLate ? 0 : silentBeats + 1;
      say(started, { kind: 'beat' });
      if (silentBeats < SILENT_BEATS_MAX) return;
      clearInterval(timer);
      log.write('hub-silent');
      if (child === started && phase !== 'stopping') enter('restarting', 'hub-crashed');
      endNow(started);
    }, BEAT_MS);
    started.on('message', () => (silentBeats = 0));
    started.on('exit', () => clearInterval(timer));
  }

  function heard(message: unknown, hubName: string): void {
    const parsed = z.safeParse(HubToApp, message);
    if (!parsed.success) return;
    switch (parsed.data.kind) {
      case 'ready':
        ready = { port: parsed.data.port, hubId: parsed.data.hubId };
        readySince = Date.now();
        log.write('hub-ready', { port: parsed.data.port, hubId: parsed.data.hubId, pid: child?.pid ?? null });
        options.onReady(parsed.data.port, parsed.data.hubName || hubName);
        enter('ready');
        settle(null);
        return;
      case 'owner':
        owner?.resolve(parsed.data.credentials);
        owner = null;
        return;
      case 'failed':
        failed(parsed.data.code);
        return;
      case 'visitor':
        options.onVisitor?.({ from: parsed.data.from, to: parsed.data.to });
        return;
      case 'stopped':
      case 'alive':
        return;
    }
  }

  /** The hub says why it cannot go on. What trying again cannot mend is not tried again. */
  function failed(why: ErrorCode): void {
    log.write('hub-failed', { code: why });
    if (owner) {
      owner.reject(new PartaError(why));
      owner = null;
      if (phase === 'ready') return;
    }
    const lost = child;
    child = null;
    lost?.kill();
    if (ERRORS[why].retry === 'later') return crashed(why);
    enter('stopped', why);
    settle(new PartaError(why));
  }

  function gone(): void {
    child = null;
    owner?.reject(new PartaError('hub-crashed'));
    owner = null;
    if (phase !== 'stopping') crashed('hub-crashed');
  }

  function crashed(why: ErrorCode | null): void {
    if (phase === 'ready' && Date.now() - readySince >= healthyMs) crashes = 0;
    const pauseMs = restartMs[Math.min(crashes, restartMs.length - 1)] ?? 0;
    crashes += 1;
    enter('restarting', why ?? 'hub-crashed');
    clearTimeout(restartTimer);
    restartTimer = setTimeout(launch, pauseMs);
  }

  return {
    async start() {
      await stopping;
      if (phase === 'ready') return;
      if (!options.made()) throw new PartaError('not-found');
      const result = new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
      const timer = setTimeout(() => settle(new PartaError(code ?? 'hub-crashed')), READY_MS);
      if (phase === 'stopped' || phase === 'restarting') {
        // Asked by a person: now, not after the pause.
        clearTimeout(restartTimer);
        if (!child) launch();
      }
      await result.finally(() => clearTimeout(timer));
    },
    stop() {
      stopping ??= (async () => {
        clearTimeout(restartTimer);
        crashes = 0;
        const last = child;
        if (last) {
          phase = 'stopping';
          await new Promise<void>((resolve) => {
            const timer = setTimeout(() => last.kill(), HUB_STOP_MS);
            last.on('exit', () => {
              clearTimeout(timer);
              resolve();
            });
            say(last, { kind: 'stop' });
          });
        }
        child = null;
        enter('stopped');
        settle(new PartaError('hub-unreachable'));
        stopping = null;
      })();
      return stopping;
    },
    async makeOwner(teacherName, device) {
      const running = child;
      if (!running || !ready) throw new PartaError('hub-unreachable');
      if (owner) throw new PartaError('busy');
      let timer: NodeJS.Timeout | undefined;
      const credentials = new Promise<Credentials>((resolve, reject) => {
        owner = { resolve, reject };
        timer = setTimeout(() => {
          owner = null;
          reject(new PartaError('busy'));
        }, OWNER_MS);
      });
      say(running, { kind: 'makeOwner', teacherName, device });
      return credentials.finally(() => clearTimeout(timer));
    },
    port: () => ready?.port ?? null,
    hubId: () => ready?.hubId ?? null,
    state: () => ({
      state: options.made() === null ? 'absent' : phase === 'stopping' ? 'stopped' : phase,
      code,
      port: ready?.port ?? null,
    }),
  };
}

/** As by a power cut: a loop that does not turn hears no SIGTERM, which is what `kill` sends. */
function endNow(hub: HubChild): void {
  try {
    if (hub.pid === undefined) hub.kill();
    else process.kill(hub.pid, 'SIGKILL');
  } catch {
    // It has just gone by itself.
  }
}

/** The port a hub asks for: one that the environment names, else that of last time, else the default; 0 is any free one. */
export function firstPort(wanted: string | undefined, kept: number | null): number {
  const named = wanted !== undefined && /^\d{1,5}$/.test(wanted) ? Number(wanted) : null;
  if (named !== null && named > 0 && named < 65_536) return named;
  return kept ?? (named === 0 ? 0 : HUB_PORT_DEFAULT);
}

/** What the hub may see of our environment: nothing that changes how a Node process runs (`NODE_OPTIONS`…), no secrets. */
export function hubEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const passed =
    /^(PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|TMPDIR|TEMP|TMP|SystemRoot|windir|USERPROFILE|APPDATA|LOCALAPPDATA|PARTA_HUB_HOSTS|PARTA_HUB_ORIGINS)$/i;
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => passed.test(entry[0]) && entry[1] !== undefined),
  );
}
