/** What files may take of the hub: places, and bytes of a turn. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Downloads, LARGE_PIECE_BYTES, PIECE_BYTES, type DownloadsContext } from '../../src/hub/download.ts';
import { contentPath } from '../../src/hub/files.ts';
import type { FileRow } from '../../src/hub/store.ts';
import { BLOCKS_AT_ONCE_MAX, Room, TURN_BYTES, Turns } from '../../src/hub/turns.ts';
import { Tus, TUS_VERSION, WRITE_BYTES, type Pour, type UploadStore } from '../../src/hub/tus.ts';
import { newFileId } from '../support/person.ts';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('places are given in the order of asking, and one that is given back twice is one', async () => {
  const room = new Room(2);
  const [first, second] = [room.tryEnter(), room.tryEnter()];
  expect(second).not.toBeNull();
  expect(room.tryEnter()).toBeNull();
  const order: string[] = [];
  const third = room.enter().then((leave) => (order.push('third'), leave));
  void room.enter().then(() => order.push('fourth'));
  first!();
  first!();
  (await third)();
  await nextTurn();
  expect(order).toEqual(['third', 'fourth']);
  expect(room.tryEnter()).toBeNull();
  second!();
  expect(room.tryEnter()).not.toBeNull();
});

test('in one turn of the loop no more goes than was said and a piece; everybody comes to it, in the order of asking', async () => {
  const turns = new Turns(1_000);
  const went: number[] = [];
  const perTurn = new Map<number, number>();
  for (let at = 0; at < 10; at++)
    void turns.take(400).then(() => {
      went.push(at);
      perTurn.set(turns.number, (perTurn.get(turns.number) ?? 0) + 1);
    });
  while (went.length < 10) await nextTurn();
  // Two fit, the third is the piece with which the turn ends.
  expect([...perTurn.values()]).toEqual([3, 3, 3, 1]);
  expect(went).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('BLOCKS_AT_ONCE_MAX and TURN_BYTES: what files take of one turn is a few milliseconds of copying', () => {
  expect(BLOCKS_AT_ONCE_MAX * WRITE_BYTES + TURN_BYTES).toBeLessThanOrEqual(12 * 1024 ** 2);
  // One upload alone gathers while its last block is being written.
  expect(BLOCKS_AT_ONCE_MAX).toBeGreaterThanOrEqual(2);
});

const CHUNK_BYTES = 64 * 1024;
const PATCH_HEADERS = {
  'tus-resumable': TUS_VERSION,
  'content-type': 'application/offset+octet-stream',
  'upload-offset': '0',
};

test('of uploads no more than TURN_BYTES and a chunk each are read in one turn, however much the system holds of them', async () => {
  const SENDERS = 4;
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const perTurn = new Map<number, number>();
  /** A body of which everything is here already. */
  class Body extends Readable {
    readonly method = 'PATCH';
    readonly headers = PATCH_HEADERS;
    #left = 3 * WRITE_BYTES;
    constructor() {
      super({ highWaterMark: 1 });
    }
    override _read(): void {
      perTurn.set(turn, (perTurn.get(turn) ?? 0) + CHUNK_BYTES);
      this.#left -= CHUNK_BYTES;
      this.push(Buffer.alloc(CHUNK_BYTES));
      if (this.#left === 0) this.push(null);
    }
  }
  const stored: number[] = [];
  const store = {
    find: async () => ({ offset: 0, sizeBytes: 3 * WRITE_BYTES }),
    write: async (_fileId: unknown, _offset: number, pour: Pour) => {
      let bytes = 0;
      await pour(
        async (block) => void (bytes += block.reduce((sum, chunk) => sum + chunk.byteLength, 0)),
        () => {},
      );
      stored.push(bytes);
      return bytes;
    },
  } as Partial<UploadStore<null>> as UploadStore<null>;
  const tus = new Tus(store, () => {});
  const response = { setHeader() {}, writeHead: () => ({ end() {} }) } as unknown as ServerResponse;
  const send = () => tus.handle(new Body() as Readable as IncomingMessage, response, newFileId(), null);
  await Promise.all(Array.from({ length: SENDERS }, send));
  isOver = true;
  expect(stored).toEqual(Array.from({ length: SENDERS }, () => 3 * WRITE_BYTES));
  // What is a turn here may take the end of one there and the beginning of the next.
  expect(Math.max(...perTurn.values())).toBeLessThanOrEqual(2 * TURN_BYTES + 3 * SENDERS * CHUNK_BYTES);
});

test('what lies read of a body is kept when a newer request ends it', async () => {
  class Asked extends Readable {
    readonly method: string;
    readonly headers = PATCH_HEADERS;
    constructor(method: string) {
      super();
      this.method = method;
    }
    override _read(): void {}
  }
  const look = Promise.withResolvers<void>();
  let stored = 0;
  const store = {
    find: () => look.promise.then(() => ({ offset: stored, sizeBytes: WRITE_BYTES })),
    write: (_fileId: unknown, _offset: number, pour: Pour) =>
      pour(
        async (block) => void (stored += block.reduce((sum, chunk) => sum + chunk.byteLength, 0)),
        () => {},
      ).then(() => stored),
  } as Partial<UploadStore<null>> as UploadStore<null>;
  const tus = new Tus(store, () => {});
  const said = new Map<string, unknown>();
  const response = {
    setHeader: said.set.bind(said),
    writeHead: () => response,
    end: () => response,
  } as unknown as ServerResponse;
  const fileId = newFileId();
  const ask = (asked: Asked) => tus.handle(asked as Readable as IncomingMessage, response, fileId, null);
  const broken = new Asked('PATCH');
  broken.push(Buffer.alloc(CHUNK_BYTES));
  const both = [ask(broken), ask(new Asked('HEAD'))];
  look.resolve();
  await Promise.all(both);
  expect(said.get('Upload-Offset')).toBe(CHUNK_BYTES);
});

describe('a download', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'parta-pieces-'))));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));

  /** A response on paper: the sizes of what it is given, and when it has taken it. */
  class Line extends Writable {
    readonly pieces: number[] = [];
    readonly #takes: (taken: () => void, bytes: number) => void;
    constructor(takes: (taken: () => void, bytes: number) => void) {
      super({ highWaterMark: 1 });
      this.#takes = takes;
    }
    override _write(piece: Uint8Array, _encoding: string, taken: () => void): void {
      this.pieces.push(piece.byteLength);
      this.#takes(taken, piece.byteLength);
    }
    readonly setHeader = () => this;
    readonly writeHead = () => this;
  }
  const downloads = () => new Downloads({ dataDir } as DownloadsContext);
  async function piecesOn(line: Line, sizeBytes: number, from = downloads()): Promise<number[]> {
    const bytes = randomBytes(sizeBytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = contentPath(dataDir, sha256);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, bytes);
    const file = { sha256, sizeBytes, name: 'x', mediaType: 'text/plain' } as FileRow & { sha256: string };
    await from.send({ headers: {}, method: 'GET' } as IncomingMessage, line as unknown as ServerResponse, file);
    return line.pieces;
  }

  test('PIECE_BYTES at once where a line is slow, up to LARGE_PIECE_BYTES where the system takes everything', async () => {
    const size = 4 * LARGE_PIECE_BYTES;
    const slow = await piecesOn(new Line((taken) => setTimeout(taken, 1)), size);
    expect(new Set(slow)).toEqual(new Set([PIECE_BYTES]));
    const fast = await piecesOn(new Line((taken) => taken()), size);
    expect(fast[0]).toBe(PIECE_BYTES);
    expect(Math.max(...fast)).toBe(LARGE_PIECE_BYTES);
    expect(fast.reduce((sum, piece) => sum + piece, 0)).toBe(size);
  });

  test('many on fast lines take turns: of one turn no more than TURN_BYTES and a piece', async () => {
    let turn = 0;
    let isOver = false;
    const count = () => {
      turn += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const perTurn = new Map<number, number>();
    const lines = Array.from(
      { length: 8 },
      () =>
        new Line((taken, bytes) => {
          perTurn.set(turn, (perTurn.get(turn) ?? 0) + bytes);
          taken();
        }),
    );
    const from = downloads();
    await Promise.all(lines.map((line) => piecesOn(line, 3 * LARGE_PIECE_BYTES, from)));
    isOver = true;
    expect(perTurn.size).toBeGreaterThan(1);
    expect(Math.max(...perTurn.values())).toBeLessThanOrEqual(TURN_BYTES + LARGE_PIECE_BYTES);
  });
});
