/** A child process that says one thing when it is ready and ends with its parent. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface Child {
  process: ChildProcess;
  /** The next thing that it says. */
  hear<T>(): Promise<T>;
  end(): Promise<void>;
}

export function start(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = process.env): Child {
  const child = fork(join(import.meta.dirname, file), args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const heard: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  child.on('message', (value) => {
    const next = waiting.shift();
    if (next) next(value);
    else heard.push(value);
  });
  return {
    process: child,
    hear: <T>() =>
      new Promise<T>((resolve, reject) => {
        if (heard.length > 0) return resolve(heard.shift() as T);
        const fail = (code: number | null) => reject(new Error(`${file} ended with ${code}`));
        child.once('exit', fail);
        waiting.push((value) => {
          child.off('exit', fail);
          resolve(value as T);
        });
      }),
    end: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}
