/** The pupils that are processes: starts them a few at a time, tells all of them the next act, collects what they saw. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { PupilOrder, PupilReport } from './pupil-process.ts';

export interface PupilPlan {
  title: string;
  /** The line of the list. */
  name: string;
  /** What the pupil types. */
  typed: string;
  index: number;
  code: string;
  address: string;
}
/** What one pupil saw in all, for the checker. */
export interface Seen extends PupilReport {
  plan: PupilPlan;
}
export interface WorkFile {
  name: string;
  mediaType: string;
  bytes: Buffer;
}

const AT_ONCE = 8;

interface Running {
  plan: PupilPlan;
  keeps: boolean;
  process: ChildProcess | null;
  report: PupilReport;
}

export class PupilRunner {
  private readonly pupils: Running[] = [];

  /** @param keeps "this is my computer" */
  add(plan: PupilPlan, keeps: boolean): void {
    this.pupils.push({ plan, keeps, process: null, report: {} });
  }

  private async tell(pupil: Running, order: Pick<PupilOrder, 'do'> & Partial<PupilOrder>): Promise<void> {
    pupil.process ??= fork(join(import.meta.dirname, 'pupil-process.ts'), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const child = pupil.process;
    const full = { address: pupil.plan.address, name: pupil.plan.typed, keeps: pupil.keeps, ...order };
    const answer = await new Promise<{ ok: boolean; report: PupilReport; error?: string }>((resolve, reject) => {
      child.once('message', (message) => resolve(message as never));
      child.once('exit', (code) => reject(new Error(`a pupil's process ended with ${code}`)));
      child.send(full);
    });
    child.removeAllListeners('exit');
    if (!answer.ok) throw new Error(`pupil ${pupil.plan.index}, ${order.do}: ${answer.error}`);
    Object.assign(pupil.report, answer.report);
  }

  private async each(
    pupils: readonly Running[],
    order: (pupil: Running) => Pick<PupilOrder, 'do'> & Partial<PupilOrder>,
    atOnce = AT_ONCE,
  ): Promise<void> {
    const left = [...pupils];
    const worker = async () => {
      for (let next = left.shift(); next; next = left.shift()) await this.tell(next, order(next));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  join(): Promise<void> {
    return this.each(this.pupils, ({ plan }) => ({ do: 'join', code: plan.code }));
  }

  work(task: string, fileOf: (index: number) => WorkFile): Promise<void> {
    return this.each(this.pupils, ({ plan }) => {
      const { name, mediaType, bytes } = fileOf(plan.index);
      return {
        do: 'work',
        assignmentTitle: task,
        file: { name, mediaType, base64: bytes.toString('base64') },
        note: `Работа ${plan.index}`,
        message: `Сдано, ${plan.index}`,
      };
    });
  }

  /** Those on shared computers hear that the lesson is over. */
  leave(): Promise<void> {
    return this.each(
      this.pupils.filter((pupil) => !pupil.keeps),
      () => ({ do: 'leave' }),
    );
  }

  /** Who was cleared knocks again; the others sign in with what they kept. */
  comeBack(codes: Record<string, string>): Promise<void> {
    return this.each(this.pupils, ({ plan, keeps }) =>
      keeps ? { do: 'return' } : { do: 'return', code: codes[plan.title]! },
    );
  }

  /** Everybody waits for his mark at the same time. */
  see(): Promise<void> {
    return this.each(this.pupils, () => ({ do: 'see' }), this.pupils.length);
  }

  shared(): PupilPlan[] {
    return this.pupils.filter((pupil) => !pupil.keeps).map((pupil) => pupil.plan);
  }

  seenWhileWaiting(): string[] {
    return this.pupils.flatMap(({ plan, report }) =>
      (report.seenWhileWaiting ?? []).map((what) => `pupil ${plan.index} saw ${what} before he was let in`),
    );
  }

  reports(): Seen[] {
    return this.pupils.map(({ plan, report }) => ({ plan, ...report }));
  }

  async end(): Promise<void> {
    for (const { process } of this.pupils) if (process?.connected) process.disconnect();
  }
}
