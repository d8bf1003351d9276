import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { childOutput, LOG_BYTES_MAX, openLog } from '../../src/main/log.ts';
import { scratchDir, until } from './scratch.ts';

describe('the log', () => {
  it('holds numbers, booleans, ids and codes; free text does not compile', () => {
    const path = join(scratchDir(), 'logs', 'app.jsonl');
    const log = openLog(path);
    log.write('hub-ready', { port: 8010, isFirst: true, code: 'port-taken' });
    // @ts-expect-error a name of a person is no field of the log
    log.write('hub-ready', { name: 'Иванов Иван' });
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '')).toMatchObject({
      event: 'hub-ready',
      port: 8010,
    });
  });

  it('of an error only where it happened, not its words', () => {
    const path = join(scratchDir(), 'app.jsonl');
    openLog(path).failure(
      'uncaught',
      Object.assign(new Error("ENOENT: open '/home/Иванов/работа.pdf'"), { code: 'ENOENT' }),
    );
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/Иванов|работа/);
    expect(JSON.parse(text)).toMatchObject({ event: 'uncaught', code: 'internal', errno: 'ENOENT', kind: 'Error' });
  });

  it(`turns over at ${LOG_BYTES_MAX} bytes, and never throws`, () => {
    const path = join(scratchDir(), 'app.jsonl');
    writeFileSync(path, Buffer.alloc(LOG_BYTES_MAX - 10, '\n'));
    openLog(path).write('app-start', { pid: 1 });
    expect(existsSync(`${path}.1`)).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ event: 'app-start', pid: 1 });
    expect(() => openLog(join(path, 'not-a-folder', 'app.jsonl')).write('app-start')).not.toThrow();
  });

  it('keeps what a child process prints, within the same limit', async () => {
    const path = join(scratchDir(), 'hub.log');
    const stream = new PassThrough();
    childOutput(path)(stream);
    stream.write('{"event":"ready"}\n');
    stream.end(Buffer.alloc(LOG_BYTES_MAX));
    await until(() => stream.readableEnded && existsSync(path) && statSync(path).size > 0);
    expect(readFileSync(path, 'utf8')).toBe('{"event":"ready"}\n');
  });
});
