/**
 * What falls due in a class is done by the hub, by the hub's clock (S20): a command whose id derives from the schedule's id, so
 * that a hub that crashed between two tries gives the same command again and S3 keeps it single.
 * What is refused is tried again, later and later, and keeps nothing else from being done. Hides: the one timer. The store keeps
 * each log's next time, so idle logs stay unloaded until then.
 */
import { dueCommands } from '../core/classroom.ts';
import type { CommandId, LogId } from '../core/ids.ts';
import { codeOf } from '../core/errors.ts';
import type { ClassLog } from './class-log.ts';
import type { ClassLogs } from './class-logs.ts';
import type { Log } from './log.ts';
import type { Store } from './store.ts';

/** The clock may be set while we wait: nothing is slept through longer than this. */
export const SCHEDULE_LOOK_MS = 5_000;
/** Due commands that are given to a log at once: thousands would fill its lane, and then none would be done. */
export const DUE_AT_ONCE_MAX = 256;
/** A refused one is tried again after this, then after twice as long each time. */
export const REFUSED_WAIT_MS = 1_000;
export const REFUSED_WAIT_MAX_MS = 60 * 60_000;

export interface ScheduleContext {
  store: Store;
  logs: ClassLogs;
  log: Log;
  now: () => number;
}

/** When something that was refused is tried again, and how long that wait is. */
interface Refused {
  triesAt: number;
  waitMs: number;
}

export class Schedule {
  readonly #context: ScheduleContext;
  readonly #due = new Map<LogId, number>();
  readonly #refused = new Map<LogId, Map<CommandId, Refused>>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #isClosed = false;

  constructor(context: ScheduleContext) {
    this.#context = context;
  }

  async open(): Promise<void> {
    for (const { logId, dueAt } of await this.#context.store.logsWithDue()) this.#due.set(logId, dueAt);
    await this.look();
  }

  /** Called with every committed group. */
  note(logId: LogId, dueAt: number | null): void {
    if (dueAt === null) this.#due.delete(logId);
    else this.#due.set(logId, dueAt);
    this.#wind();
  }

  /** Does what is due by now. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
      this.#wind();
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { logs, now } = this.#context;
    for (const [logId, dueAt] of this.#due) {
      if (dueAt > now() || this.#isClosed) continue;
      try {
        const log = await logs.get(logId);
        if (log) await this.#giveDue(logId, log);
        // What was refused or has gone must not keep the timer busy: the state says what is left.
        const times = log ? dueCommands(log.state).map(({ at, command }) => this.#triesAt(logId, command.id, at)) : [];
        if (times.length === 0) this.#due.delete(logId);
        else this.#due.set(logId, Math.max(Math.min(...times), now() + 1_000));
      } catch (error) {
        this.#context.log('schedule-failed', { logId, code: codeOf(error) });
        this.#due.set(logId, now() + SCHEDULE_LOOK_MS);
      }
    }
  }

  /** When this is to be tried: at its time, or later if it was refused (and the clock was not set back since). */
  #triesAt(logId: LogId, id: CommandId, at: number): number {
    const refused = this.#refused.get(logId)?.get(id);
    return refused && refused.triesAt - refused.waitMs <= this.#context.now() ? Math.max(at, refused.triesAt) : at;
  }

  async #giveDue(logId: LogId, log: ClassLog): Promise<void> {
    const { logs, now } = this.#context;
    const before = this.#refused.get(logId);
    const all = dueCommands(log.state);
    const due = all.filter(({ at, command }) => this.#triesAt(logId, command.id, at) <= now());
    const refused = new Map(all.flatMap(({ command: { id } }) => (before?.has(id) ? [[id, before.get(id)!]] : [])));
    for (let from = 0; from < due.length; from += DUE_AT_ONCE_MAX) {
      const commands = due.slice(from, from + DUE_AT_ONCE_MAX).map(({ command }) => command);
      const results = await logs.submit(logId, commands, { kind: 'hub' });
      // Done before a restore and erased since, it is answered as known and stays due (S16): no better than refused.
      const stillDue = new Set(dueCommands(log.state).map(({ command }) => command.id));
      for (const { id, ok } of results) {
        const waitMs = Math.min((refused.get(id)?.waitMs ?? REFUSED_WAIT_MS / 2) * 2, REFUSED_WAIT_MAX_MS);
        if (ok && !stillDue.has(id)) refused.delete(id);
        else refused.set(id, { triesAt: now() + waitMs, waitMs });
      }
    }
    if (refused.size > 0) this.#refused.set(logId, refused);
    else this.#refused.delete(logId);
  }

  #wind(): void {
    if (this.#isClosed) return;
    if (this.#timer) clearTimeout(this.#timer);
    const first = Math.min(...this.#due.values());
    if (!Number.isFinite(first)) return;
    const waitMs = Math.min(SCHEDULE_LOOK_MS, Math.max(0, first - this.#context.now()));
    this.#timer = setTimeout(() => void this.look(), waitMs);
    this.#timer.unref();
  }
}
