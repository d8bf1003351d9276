/** The pupils of a lesson that are processes: starts them, gives each its orders, kills one when asked, and knows what is true of it. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Device, LessonAnswers, LessonOrder } from './lesson-pupil.ts';

type Order<K extends keyof LessonAnswers> = Omit<Extract<LessonOrder, { do: K }>, 'do'>;

export class LessonPupil {
  /** The line of the list. */
  readonly name: string;
  readonly index: number;
  /** The address as this computer reaches it. */
  address: string;
  memberId = '';
  device: Device | null = null;
  readonly #waiting = new Map<number, (answer: { ok: boolean; answer: never; error?: string }) => void>();
  #child: ChildProcess | null = null;
  #asked = 0;

  constructor(name: string, index: number, address: string) {
    this.name = name;
    this.index = index;
    this.address = address;
  }

  /** Resolves when the process takes orders. */
  start(): Promise<unknown> {
    const child = fork(join(import.meta.dirname, 'lesson-pupil.ts'), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'],
    });
    this.#child = child;
    child.on('message', ({ number, ...answer }: { number: number; ok: boolean; answer: never }) => {
      this.#waiting.get(number)?.(answer);
      this.#waiting.delete(number);
    });
    child.on('exit', (code, signal) => {
      for (const [number, answer] of this.#waiting)
        if (number > 0) answer({ ok: false, answer: {} as never, error: `its process ended: ${code ?? signal}` });
      this.#waiting.clear();
    });
    return new Promise((resolve) => this.#waiting.set(0, resolve));
  }

  async tell<K extends keyof LessonAnswers>(what: K, order: Order<K>): Promise<LessonAnswers[K]> {
    const number = (this.#asked += 1);
    const answered = new Promise<{ ok: boolean; answer: never; error?: string }>((resolve) =>
      this.#waiting.set(number, resolve),
    );
    this.#child?.send({ number, order: { do: what, ...order } });
    const { ok, answer, error } = await answered;
    if (!ok) throw new Error(`${this.name}, ${what}: ${error}`);
    return answer;
  }

  /** The computer is switched off. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    this.#child = null;
  }

  end(): void {
    if (this.#child?.connected) this.#child.disconnect();
  }
}
