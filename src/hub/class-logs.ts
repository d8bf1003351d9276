/**
 * The running logs of a hub: loaded when asked for, unloaded when nobody has used them for a while.
 * Promises: at most one ClassLog per log at a time, since two would decide against each other's news.
 */
import type { Who } from '../core/classroom.ts';
import type { LogId } from '../core/ids.ts';
import type { Command, CommandResult } from '../core/wire.ts';
import { ClassLog, type ClassLogContext } from './class-log.ts';

/** A log that nobody has used for so long leaves memory. */
export const LOG_IDLE_MS = 10 * 60_000;

export class ClassLogs {
  readonly #context: ClassLogContext;
  readonly #running = new Map<LogId, { loading: Promise<ClassLog>; usedAt: number }>();

  constructor(context: ClassLogContext) {
    this.#context = context;
  }

  /** The log, or null where there is none. */
  async get(logId: LogId): Promise<ClassLog | null> {
    const running = this.#running.get(logId);
    if (running) {
      running.usedAt = this.#context.now();
      const log = await running.loading;
      return log.head > 0 ? log : null;
    }
    return (await this.#context.store.head(logId)) ? this.#load(logId) : null;
  }

  /** Gives commands to a log; a teacher's `createClass` makes it, the hub's `createSchool` the school's. Strangers get the same answer whether it exists or not. */
  async submit(logId: LogId, commands: readonly Command[], who: Who): Promise<CommandResult[]> {
    const makes = (kind: Command['kind']) => commands.some((command) => command.kind === kind);
    const mayMake = who.kind === 'hub' ? makes('createSchool') : who.hubRole === 'teacher' && makes('createClass');
    const log = mayMake ? await this.#load(logId) : await this.get(logId);
    if (log) return log.submit(commands, who);
    return commands.map(({ id, kind }) => ({
      id,
      ok: false,
      code: kind === 'createClass' ? ('not-allowed' as const) : ('not-a-member' as const),
    }));
  }

  /** Lets go of logs that are idle, quiet and not wanted. */
  async unloadIdle(isWanted: (logId: LogId) => boolean): Promise<void> {
    for (const [logId, { loading, usedAt }] of this.#running) {
      if (isWanted(logId) || this.#context.now() - usedAt < LOG_IDLE_MS) continue;
      const log = await loading;
      await log.quiet();
      // Somebody may have come while the snapshot was written.
      if (log.isQuiet && this.#running.get(logId)?.usedAt === usedAt) this.#running.delete(logId);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map(async ({ loading }) => (await loading).quiet()));
    this.#running.clear();
  }

  #load(logId: LogId): Promise<ClassLog> {
    const running = this.#running.get(logId);
    if (running) return running.loading;
    const log = new ClassLog(logId, this.#context);
    const loading = log.load().then(() => log);
    this.#running.set(logId, { loading, usedAt: this.#context.now() });
    loading.catch(() => this.#running.delete(logId));
    return loading;
  }
}
