/**
 * The disk of uploads as the event loop sees it: every call goes to a thread (file-writer.ts) that hashes, writes and syncs.
 *
 * Promises: calls about one upload are done in the order in which they were made. A thread that dies takes nothing with it that was
 * answered: what waits is refused with `busy`, the next call starts another thread, and hashes are read again from the disk. It is
 * started by the first upload, so that a hub that takes none does not pay for it. Hides: the thread, the handing over of memory.
 */
import { Worker } from 'node:worker_threads';
import { PartaError } from '../core/errors.ts';
import type { FileCall, FileWriter, FromFileWriter, ToFileWriter } from './file-writer.ts';

/** From source the writer is TypeScript beside this file; in the bundle it is JavaScript beside the bundle. */
const writerUrl = () => new URL(`./file-writer${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

export const startFileWriter = (): Worker =>
  new Worker(writerUrl(), { workerData: { writesFiles: true }, execArgv: [], name: 'file-writer' });

interface Waiting {
  resolve(value: unknown): void;
  reject(error: PartaError): void;
}

export class FileDisk {
  readonly #start: () => Worker;
  readonly #died: () => void;
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #isEnding = false;
  #idle: (() => void)[] = [];

  /** @param died told of a thread that is gone unasked; @param start tests bring threads whose death they decide */
  constructor(died: () => void, start: () => Worker = startFileWriter) {
    this.#died = died;
    this.#start = start;
  }

  readonly open = (id: string, path: string, bytes: number) =>
    this.#call<void>({ name: 'open', args: [id, path, bytes] });
  readonly close = (id: string) => this.#call<number>({ name: 'close', args: [id] });
  readonly digest = (id: string, path: string, bytes: number) =>
    this.#call<string>({ name: 'digest', args: [id, path, bytes] });
  readonly place = (from: string, to: string) => this.#call<void>({ name: 'place', args: [from, to] });
  /** Of an upload that will not go on. */
  readonly forget = (id: string) =>
    this.#worker ? this.#call<void>({ name: 'forget', args: [id] }) : Promise.resolve();

  /** Appends to an upload that is open. The chunks are gone for who hands them over. */
  write(id: string, chunks: readonly Uint8Array[]): Promise<void> {
    const own = chunks.map(ownMemory);
    return this.#call<void>(
      { name: 'write', args: [id, own] },
      own.map(({ buffer }) => buffer),
    );
  }

  /** Waits for what is under way and ends the thread; under a disk that never answers as long as ending.ts lets it. */
  async end(): Promise<void> {
    this.#isEnding = true;
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await this.#worker?.terminate();
  }

  #call<T extends Awaited<ReturnType<FileWriter[FileCall['name']]>>>(call: FileCall, memory: ArrayBuffer[] = []) {
    if (this.#isEnding) return Promise.reject(new PartaError('busy'));
    return new Promise<T>((resolve, reject) => {
      const number = (this.#number += 1);
      try {
        (this.#worker ??= this.#begin()).postMessage({ number, ...call } satisfies ToFileWriter, memory);
      } catch (cause) {
        return reject(new PartaError('busy', { cause }));
      }
      this.#waiting.set(number, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  #begin(): Worker {
    const worker = this.#start();
    worker.on('message', (answer: FromFileWriter) => {
      const waiting = this.#waiting.get(answer.number);
      this.#waiting.delete(answer.number);
      if (answer.ok) waiting?.resolve(answer.value);
      else waiting?.reject(new PartaError(answer.code));
      this.#lookIfIdle();
    });
    // Its end follows.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#worker = null;
      if (!this.#isEnding || this.#waiting.size > 0) this.#died();
      for (const { reject } of this.#waiting.values()) reject(new PartaError('busy'));
      this.#waiting.clear();
      this.#lookIfIdle();
    });
    return worker;
  }

  #lookIfIdle(): void {
    if (this.#waiting.size === 0) for (const idle of this.#idle.splice(0)) idle();
  }
}

/** A chunk's memory is handed over, not copied, where it is nobody else's. */
const ownMemory = (chunk: Uint8Array): Uint8Array<ArrayBuffer> =>
  chunk.buffer instanceof ArrayBuffer && chunk.byteLength === chunk.buffer.byteLength
    ? (chunk as Uint8Array<ArrayBuffer>)
    : new Uint8Array(chunk);
