// A process that packs a portfolio with one file of a given size and takes it out again; tells the most memory that its heap and
// buffers took meanwhile.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedFile } from '../../src/core/portfolio.ts';
import { lookInto, newIdentity, recipientOf, unpackPortfolio, writePortfolio } from '../../src/main/portfolio-file.ts';

const [dir = '', size = '0'] = process.argv.slice(2);
const sizeBytes = Number(size);
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const identity = await newIdentity();
const recipient = await recipientOf(identity);

const path = join(dir, 'film');
const hash = createHash('sha256');
const film = await open(path, 'w');
const block = Buffer.alloc(1_000_000, 7);
for (let at = 0; at < sizeBytes; at += block.length) {
  hash.update(block);
  await film.write(block);
}
await film.close();
const sha256 = hash.digest('hex');
const contentPath = join(dir, 'content.ndjson');
await writeFile(contentPath, '{}\n');
mkdirSync(join(dir, 'stick'));

let peakBytes = 0;
const look = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  peakBytes = Math.max(peakBytes, heapUsed + arrayBuffers);
};
const timer = setInterval(look, 5);
const progress = { signal: new AbortController().signal, onBytes: look };
const id = '01890000-0000-7000-8000-000000000001';
const file = { fileId: '0'.repeat(32), name: 'film', sizeBytes, sha256, mediaType: '', isUpload: false };
const packed = await writePortfolio(
  {
    folder: join(dir, 'stick'),
    title: 'x',
    lock: { recipient },
    signingKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    says: {
      format: 'parta-portfolio',
      version: 1,
      pairId: id,
      number: 1,
      taken: [],
      madeAt: 1,
      maker: 'x',
      hubId: id as never,
      hubName: 'x',
      personId: id as never,
      key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      recipient,
      introduction: null,
      facts: { classes: [], works: 0, commands: 0, leftBehind: 0 },
    },
    contentPath,
    files: [{ file: file as unknown as Omit<ListedFile, 'isInside'>, path }],
  },
  progress,
);
rmSync(path);
const key = { identities: [identity] };
const { manifestHash } = await lookInto(packed.path, key, progress);
let came = 0;
const host = { listed: async () => [], came: async () => void (came += 1) };
await unpackPortfolio({ path: packed.path, key, manifestHash, dir: join(dir, 'out') }, host, progress);
clearInterval(timer);
if (came !== 1) throw new Error('the file did not come out');
process.send?.(peakBytes, () => process.exit());
