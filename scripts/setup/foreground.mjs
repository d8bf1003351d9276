// Child processes of the commands: one that takes over the terminal, and one whose output is kept to be shown on failure.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program in the foreground, hands signals on to it and outlives it. Ctrl+C in a terminal reaches the program twice,
 * by itself and from here: programs take the second as the first.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 128 + signal number where a signal ended it
 */
export function foreground(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: 'inherit' });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => void child.kill(signal);
    for (const signal of FORWARDED) process.on(signal, forward);
    const stopForwarding = () => FORWARDED.forEach((signal) => process.off(signal, forward));
    child.on('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/**
 * Runs a program to its end and keeps what it prints.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onOutput?: (chunk: string) => void }} [options]
 *   past `timeoutMs` the program and all it started are killed and the code is 124
 * @returns {Promise<{ code: number, output: string }>} stdout and stderr in the order they came
 */
export function captured(file, args, { timeoutMs, onOutput, ...options } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that whatever it started can be ended with it.
    const ownGroup = process.platform !== 'win32';
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: ownGroup });
    let output = '';
    let timedOut = false;
    /** @param {NodeJS.Signals} signal */
    const killAll = (signal) => {
      try {
        if (ownGroup && child.pid) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // Already gone.
      }
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            killAll('SIGKILL');
          }, timeoutMs);
    /** @param {NodeJS.Signals} signal */
    const onSignal = (signal) => {
      killAll(signal);
      process.exit(128 + constants.signals[signal]);
    };
    for (const signal of FORWARDED) process.on(signal, onSignal);
    const finish = () => {
      clearTimeout(timer);
      for (const signal of FORWARDED) process.off(signal, onSignal);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
        output += chunk;
        onOutput?.(chunk);
      });
    }
    child.on('error', (error) => {
      finish();
      reject(error);
    });
    child.on('close', (code, signal) => {
      finish();
      if (timedOut) resolve({ code: 124, output: `${output}\nended: took longer than ${(timeoutMs ?? 0) / 1000} s\n` });
      else resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), output });
    });
  });
}
