/**
 * What falls due in a class is done by the hub, by the hub's clock (S20): a command whose id derives from the schedule's id, so
 * that a hub that crashed between two tries gives the same command again and S3 keeps it single.
 * Hides: the one timer. The store keeps each log's next time, so idle logs stay unloaded until then.
 */
import { dueCommands } from '../core/classroom.ts';
import type { LogId } from '../core/ids.ts';
import { codeOf } from '../core/errors.ts';
import type { ClassLogs } from './class-logs.ts';
import type { Log } from './log.ts';
import type { Store } from './store.ts';

/** The clock may be set while we wait: nothing is slept through longer than this. */
export const SCHEDULE_LOOK_MS = 5_000;

export interface ScheduleContext {
  store: Store;
  logs: ClassLogs;
  log: Log;
  now: () => number;
}

export class Schedule {
  readonly #context: ScheduleContext;
  readonly #due = new Map<LogId, number>();
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
        const due = log ? dueCommands(log.state).filter(({ at }) => at <= now()) : [];
        const commands = due.map(({ command }) => command);
        if (commands.length > 0) await logs.submit(logId, commands, { kind: 'hub' });
        // What was refused or has gone must not keep the timer busy: the state says what is left.
        const left = log?.nextDueAt ?? null;
        if (left === null) this.#due.delete(logId);
        else this.#due.set(logId, Math.max(left, now() + 1_000));
      } catch (error) {
        this.#context.log('schedule-failed', { logId, code: codeOf(error) });
        this.#due.set(logId, now() + SCHEDULE_LOOK_MS);
      }
    }
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
