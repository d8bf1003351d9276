/**
 * `bench -- catchup`: a reader who missed 100,000 messages. `bytes-…`: what comes over the wire; `cpu-…`: what the hub spends on
 * making and compressing it; both against the same rows as JSON with gzip 6. zstd is what a browser takes over HTTPS and from its own
 * machine; on plain HTTP it takes gzip, which is printed and has no goal. `whole-…`: from the database to the last byte.
 */
import { request } from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decodeColumns } from '../../src/core/columns.ts';
import { start, type Child } from './child.ts';
import type { CatchupFacts, Cost, Question } from './catchup-hub.ts';
import { measure, ratioAtMost, type Line } from './report.ts';

const MISSED = 100_000;
const CASES = [
  { encoding: 'zstd', of: 'bytes', goal: ratioAtMost(0.8) },
  { encoding: 'zstd', of: 'cpu', goal: ratioAtMost(0.4) },
  { encoding: 'gzip', of: 'bytes', goal: null },
  { encoding: 'gzip', of: 'cpu', goal: null },
  { encoding: 'zstd', of: 'whole', goal: null },
] as const;

function get(url: string, headers: Record<string, string>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function ask(hub: Child, question: Question): Promise<Cost> {
  const heard = hub.hear<Cost>();
  hub.process.send(question);
  return heard;
}

/** Everything that was missed, answer by answer. */
async function catchUp(hub: Child, facts: CatchupFacts, encoding: 'zstd' | 'gzip'): Promise<Cost> {
  const { url, ticket, logId, logKey, head } = facts;
  const before = await ask(hub, 'cpu');
  const bodies: Buffer[] = [];
  const unpack = encoding === 'zstd' ? zstdDecompressSync : gunzipSync;
  let entries = 0;
  for (let after = 0; after < head;) {
    const query = new URLSearchParams({ after: String(after), key: logKey });
    const headers = { Authorization: `Bearer ${ticket}`, 'Accept-Encoding': encoding };
    const body = await get(`${url}/api/logs/${logId}/pages?${query}`, headers);
    bodies.push(body);
    const answer = JSON.parse(unpack(body).toString()) as { ok: boolean; value: { upTo: number; columns: unknown } };
    if (!answer.ok) throw new Error('the hub refused');
    entries += decodeColumns(answer.value.columns)?.length ?? 0;
    after = answer.value.upTo;
  }
  if (entries !== head) throw new Error(`${entries} of ${head} entries came`);
  const after = await ask(hub, 'cpu');
  return { cpuMs: after.cpuMs - before.cpuMs, bytes: bodies.reduce((sum, body) => sum + body.byteLength, 0) };
}

export async function catchup(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const cases = CASES.filter(({ encoding, of }) => wanted.length === 0 || wanted.includes(`${of}-${encoding}`));
  if (cases.length === 0) return [];
  const hub = start('catchup-hub.ts', [String(MISSED)]);
  const facts = await hub.hear<CatchupFacts>();
  const lines: Line[] = [];
  for (const { encoding, of, goal } of cases) {
    const part = ({ bytes, cpuMs }: Cost) => (of === 'bytes' ? bytes : cpuMs);
    const isWire = of !== 'cpu';
    lines.push(
      await measure({
        bench: 'catchup',
        case: `${of}-${encoding}`,
        unit: of === 'bytes' ? 'bytes' : 'ms of CPU',
        runs: of === 'bytes' ? 1 : runs,
        ours: async () => part(await (isWire ? catchUp(hub, facts, encoding) : ask(hub, encoding))),
        peer: of === 'whole' ? null : { name: 'JSON, gzip 6', measure: async () => part(await ask(hub, 'peer')) },
        ...(goal ? { goal } : {}),
      }),
    );
  }
  await hub.end();
  return lines;
}
