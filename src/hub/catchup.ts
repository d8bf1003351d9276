/**
 * A reader who is far behind: thousands of rows in one HTTP answer, in columns, compressed. Rights and identity as in `pull`.
 *
 * Promises: an answer is one contiguous page of bounded size; the event loop is not held up while it is made (rows are read a
 * slice at a time, compression runs beside); a device has one answer under way and a rate, {@link CATCHUPS_AT_ONCE} are made at
 * once, the rest wait their turn; what slow readers have not taken yet is bounded. Who is too many is told to come later. Hides: which compression
 * a browser takes (zstd over HTTPS and loopback only, else gzip), slices, slots.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import { mayRead, readerOf, type Member } from '../core/classroom.ts';
import { COLUMN_ROWS_MAX, encodeColumns, type ColumnRow } from '../core/columns.ts';
import { PartaError } from '../core/errors.ts';
import type { DeviceId, LogId } from '../core/ids.ts';
import type { LogKey } from '../core/wire.ts';
import type { ClassLog } from './class-log.ts';
import type { ClassLogs } from './class-logs.ts';
import type { Signed } from './people.ts';
import { Bucket, type Rate } from './rate.ts';

/** Rows looked at for one answer; a reader who may see few of them gets his cursor moved on. */
export const CATCHUP_ROWS_MAX = COLUMN_ROWS_MAX;
/** An answer closes at this many bytes of bodies before compression; one row may be larger, and then stands alone. */
export const CATCHUP_BYTES_MAX = 4 * 1024 ** 2;
export const CATCHUPS_AT_ONCE = 2;
export const CATCHUPS_WAITING_MAX = 64;
/** Answers on their way to slow readers; with more nobody else is begun with. */
export const LEAVING_BYTES_MAX = 64 * 1024 ** 2;
export const CATCHUP_RATE: Rate = { burst: 30, perSecond: 5 };
/** Devices whose rate is remembered; the oldest go first. */
const DEVICES_REMEMBERED_MAX = 2_000;
/** Rows read before others get their turn of the event loop. */
const SLICE_ROWS = 1_024;
const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 1;

/** What the compressor hands over at once: each time costs a turn of a thread. */
const CHUNK_BYTES = 1024 ** 2;

const compressors = {
  zstd: (text: string) =>
    promisify(zstdCompress)(text, {
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
    }),
  gzip: (text: string) => promisify(gzip)(text, { chunkSize: CHUNK_BYTES, level: GZIP_LEVEL }),
};
export type Encoding = keyof typeof compressors | 'identity';

/** As much of `Accept-Encoding` is read; no browser says more. */
export const ENCODINGS_CHARS_MAX = 200;

/** The best that a client takes. */
export function encodingFor(acceptEncoding: string | undefined): Encoding {
  const said = (acceptEncoding ?? '').slice(0, ENCODINGS_CHARS_MAX).toLowerCase();
  const offers = said.split(',').map((offer) => offer.split(';').map((part) => part.trim()));
  const takes = (name: string) => offers.some(([offered, q]) => offered === name && !/^q=0(\.0*)?$/.test(q ?? ''));
  return takes('zstd') ? 'zstd' : takes('gzip') ? 'gzip' : 'identity';
}

/** JSON text for the wire. */
export const compress = async (text: string, encoding: Encoding): Promise<Buffer> =>
  encoding === 'identity' ? Buffer.from(text) : compressors[encoding](text);

export interface CatchupContext {
  logs: ClassLogs;
  now: () => number;
  logKeyOf(member: Member): LogKey;
  rate?: Rate;
}

export class Catchup {
  readonly #context: CatchupContext;
  readonly #rates = new Map<DeviceId, Bucket>();
  readonly #asking = new Set<DeviceId>();
  #running = 0;
  #leavingBytes = 0;
  #waiting: (() => void)[] = [];

  constructor(context: CatchupContext) {
    this.#context = context;
  }

  /** Answers with the JSON of a FarPage (core/columns.ts). */
  async send(request: IncomingMessage, response: ServerResponse, signed: Signed, logId: LogId): Promise<void> {
    const { after, key } = asked(request.url);
    const waitMs = this.#rateOf(signed.deviceId).take(1, this.#context.now());
    if (waitMs === null || this.#asking.has(signed.deviceId)) throw new PartaError('too-many');
    if (this.#waiting.length >= CATCHUPS_WAITING_MAX || this.#leavingBytes > LEAVING_BYTES_MAX)
      throw new PartaError('busy');
    this.#asking.add(signed.deviceId);
    try {
      await this.#takeSlot(waitMs);
      const encoding = encodingFor(request.headers['accept-encoding']);
      let body: Buffer;
      try {
        body = await compress(`{"ok":true,"value":${await this.#page(logId, signed, key, after)}}`, encoding);
      } finally {
        this.#running -= 1;
        this.#waiting.shift()?.();
      }
      await this.#write(response, body, encoding);
    } finally {
      this.#asking.delete(signed.deviceId);
    }
  }

  async #page(logId: LogId, { personId }: Signed, key: string, after: number): Promise<string> {
    const log = await this.#context.logs.get(logId);
    const member = log && readerOf(log.state, personId);
    if (!log || !member) throw new PartaError('not-a-member');
    if (key !== this.#context.logKeyOf(member) || after > log.head) throw new PartaError('wrong-key');
    const { head } = log;
    const { rows, upTo } = await visibleRows(log, member.memberId, key, after, head, this.#context);
    const facts = JSON.stringify({ logId, logKey: key, after, upTo, head });
    return `${facts.slice(0, -1)},"columns":${encodeColumns(rows)}}`;
  }

  async #write(response: ServerResponse, body: Buffer, encoding: Encoding): Promise<void> {
    // Who asked may be gone by now, and his connection will not say so again.
    if (response.destroyed) return;
    response.appendHeader('Vary', 'Accept-Encoding');
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Length': body.byteLength,
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    });
    this.#leavingBytes += body.byteLength;
    try {
      response.end(body);
      // `close` comes after `finish`, and instead of it.
      await once(response, 'close');
    } finally {
      this.#leavingBytes -= body.byteLength;
    }
  }

  async #takeSlot(waitMs: number): Promise<void> {
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    while (this.#running >= CATCHUPS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }

  #rateOf(deviceId: DeviceId): Bucket {
    const known = this.#rates.get(deviceId);
    if (known) return known;
    const bucket = new Bucket(this.#context.rate ?? CATCHUP_RATE, this.#context.now());
    this.#rates.set(deviceId, bucket);
    for (const oldest of this.#rates.keys()) {
      if (this.#rates.size <= DEVICES_REMEMBERED_MAX) break;
      this.#rates.delete(oldest);
    }
    return bucket;
  }
}

/** What of `(after, upTo]` the reader may see, within the limits of one answer. */
async function visibleRows(
  log: ClassLog,
  memberId: Member['memberId'],
  key: string,
  after: number,
  head: number,
  { logKeyOf }: CatchupContext,
): Promise<{ rows: ColumnRow[]; upTo: number }> {
  const rows: ColumnRow[] = [];
  let upTo = after;
  let bytes = 0;
  while (upTo < head && upTo - after < CATCHUP_ROWS_MAX) {
    const slice = await log.read(upTo, Math.min(head, after + CATCHUP_ROWS_MAX), SLICE_ROWS);
    // Rights are looked at anew after every wait: he may have been taken out meanwhile.
    const { state } = log;
    const reader = state.members[memberId];
    if (!reader || reader.state !== 'confirmed') throw new PartaError('not-a-member');
    if (logKeyOf(reader) !== key) throw new PartaError('wrong-key');
    for (const row of slice) {
      if (mayRead(state, row.label, reader)) {
        const size = row.body === null ? 0 : Buffer.byteLength(row.body);
        if (rows.length > 0 && bytes + size > CATCHUP_BYTES_MAX) return { rows, upTo };
        bytes += size;
        rows.push(row);
      }
      upTo = row.seq;
    }
    if (slice.length === 0) break;
    await new Promise(setImmediate);
  }
  return { rows, upTo };
}

/** What is asked for in the query; `bad-request` where that is nothing. */
function asked(url: string | undefined): { after: number; key: string } {
  const query = new URL(url ?? '', 'http://hub').searchParams;
  const after = query.get('after') ?? '';
  const key = query.get('key');
  if (!/^\d{1,15}$/.test(after) || key === null) throw new PartaError('bad-request');
  return { after: Number(after), key };
}
