/**
 * Ours and the peer of `catchup`, in one process on one database: a hub with a class of so many messages, and the same rows, read
 * before, as columns or as JSON with gzip 6. Argument: how many. Answers {@link Question}s.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { LogId } from '../../src/core/ids.ts';
import { openSqliteStore } from '../../src/hub/store-sqlite.ts';
import { encodeColumns } from '../../src/core/columns.ts';
import { CATCHUP_ROWS_MAX, compress } from '../../src/hub/catchup.ts';
import type { Row, Store } from '../../src/hub/store.ts';
import { startClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { lengthen } from '../support/long-log.ts';
import { Person } from '../support/person.ts';
import { seeded } from '../support/virtual-time.ts';

export interface CatchupFacts {
  url: string;
  ticket: string;
  logId: LogId;
  logKey: string;
  head: number;
}
/** `cpu`: what this process has used so far. Else the rows, as the hub makes an answer of them or as the peer would. */
export type Question = 'cpu' | 'zstd' | 'gzip' | 'peer';
export interface Cost {
  cpuMs: number;
  bytes: number;
}

const CHUNK_BYTES = 1024 ** 2;
const GZIP_LEVEL = 6;
const WORDS_MIN = 4;
const WORDS_MORE = 28;
/** Where people's words are taken from, as often as they stand there. */
const TEXTS = ['../../src/renderer/texts/ru.ts', '../../src/student/texts/ru.ts', '../../README.md'];

const count = Number(process.argv[2]);
const sources = await Promise.all(TEXTS.map((file) => readFile(join(import.meta.dirname, file), 'utf8')));
const words = sources.join('\n').match(/[а-яё]+[,.!?]?/gi) ?? [];
const random = seeded(7);
const textOf = () => {
  const length = WORDS_MIN + Math.floor(random() * WORDS_MORE);
  return Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' ');
};

const dataDir = mkdtempSync(join(tmpdir(), 'parta-bench-catchup-'));
const room = await startClass([], { dataDir });
const { logId, channelId, teacherId: by, owner } = room;
await room.stop({ keep: true });
await lengthen({ dataDir, logId, channelId, by, count, textOf });

let store: Store | null = null;
const hub = await startHub({ dataDir }, async (options) => (store = await openSqliteStore(options)));
const teacher = new Person(hub.url, owner);
await teacher.connect();
const { logKey, head } = await teacher.emit<{ logKey: string; head: number }>('follow', {
  logId,
  logKey: null,
  cursor: 0,
});
teacher.close();

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const answers: Row[][] = [];
for (let after = 0; after < head; after += CATCHUP_ROWS_MAX)
  answers.push(await store!.read(logId, after, head, CATCHUP_ROWS_MAX));

function asJson(rows: readonly Row[]): Promise<Buffer> {
  const entries = rows.map(({ body, ...header }) => `${JSON.stringify(header).slice(0, -1)},"body":${body}}`);
  return promisify(gzip)(`[${entries.join()}]`, { chunkSize: CHUNK_BYTES, level: GZIP_LEVEL });
}

async function cost(make: (rows: readonly Row[]) => Promise<Buffer>): Promise<Cost> {
  const before = cpuMs();
  let bytes = 0;
  for (const rows of answers) bytes += (await make(rows)).byteLength;
  return { cpuMs: cpuMs() - before, bytes };
}

process.on('message', (question: Question) => {
  if (question === 'cpu') process.send?.({ cpuMs: cpuMs(), bytes: 0 } satisfies Cost);
  else
    void cost(question === 'peer' ? asJson : (rows) => compress(encodeColumns(rows), question)).then((it) =>
      process.send?.(it),
    );
});
process.send?.({ url: hub.url, ticket: teacher.session!.ticket, logId, logKey, head } satisfies CatchupFacts);
process.on('disconnect', () => {
  void hub.stop().then(() => {
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  });
});
