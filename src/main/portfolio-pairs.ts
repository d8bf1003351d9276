/**
 * The other computers of this teacher that portfolios go to and come from, and the keys by which each knows the other. Promises: what
 * only this computer may know is kept as device secrets are; a number is given to one portfolio only; what the other one is known to
 * have is never more than what it says that it took in. Hides: keys, their sealing, the record of what went along.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Sha256 } from '../core/ids.ts';
import { Introduction, PORTFOLIO_TAKEN_MAX, type Manifest } from '../core/portfolio.ts';
import type { Credentials } from '../core/wire.ts';
import type { Auth } from './auth.ts';
import { newIdentity, recipientOf } from './portfolio-file.ts';
import type { Pair, StoredFile } from './settings.ts';

/** What only this computer may know of a pair. `introduction`: for the other one, until it has answered. */
const PairSecrets = z.object({
  signingKey: z.string(),
  identity: z.string(),
  introduction: z.nullable(Introduction),
});
export type PairSecrets = z.infer<typeof PairSecrets>;

/** Which files went along with which number; the last one counts. */
const Sent = z.record(Sha256, z.int());

export interface Pairs {
  all(): Pair[];
  find(pairId: string | null): Pair | undefined;
  /** @throws PartaError `signed-out` where this computer or account cannot open them any more */
  secretsOf(pair: Pair): PairSecrets;
  /** Keys of all pairs that can still be opened: one that cannot keeps no other from it. */
  identities(): string[];
  /** A new pair, for a laptop that has been signed in: keys for both sides, for the other has no way to send its own first. */
  make(serverId: string, device: string, credentials: Credentials, url: string): Promise<Pair>;
  /** The other side of an introduction. */
  meet(manifest: Manifest, serverId: string): Pair;
  /** The next number is used up, whatever comes of it. */
  number(pairId: string): number;
  /** The other one's portfolio is in: it has its keys, and says what it has of ours. */
  answered(pairId: string, manifest: Manifest): void;
  noteSent(pairId: string, hashes: readonly Sha256[], number: number): Promise<void>;
  /** Files that the other computer is known to have had. */
  thereOf(pairId: string | null): Promise<ReadonlySet<Sha256>>;
  dropServer(serverId: string): void;
}

export interface PairsOptions {
  /** A folder for what went along. */
  root: string;
  stored: StoredFile<'portfolios'>;
  auth: Pick<Auth, 'sealText' | 'unsealText'>;
}

export function openPairs({ root, stored, auth }: PairsOptions): Pairs {
  const all = () => stored.read('pairs');
  const find = (pairId: string | null) => all().find((pair) => pair.pairId === pairId);
  const keep = (pair: Pair): Pair => {
    stored.write({ pairs: [...all().filter(({ pairId }) => pairId !== pair.pairId), pair] });
    return pair;
  };
  const secretsOf = (pair: Pair): PairSecrets => z.parse(PairSecrets, JSON.parse(auth.unsealText(pair)));
  const sealed = (secrets: PairSecrets) => auth.sealText(JSON.stringify(secrets));
  const fresh = { made: 0, taken: [], answered: [] };

  const sentPath = (pairId: string) => join(root, `${pairId}.json`);
  async function sentTo(pairId: string): Promise<Record<Sha256, number>> {
    const text = await readFile(sentPath(pairId), 'utf8').catch(() => '{}');
    const found = z.safeParse(Sent, parsed(text));
    return found.success ? found.data : {};
  }

  return {
    all,
    find,
    secretsOf,
    identities: () =>
      all().flatMap((pair) => {
        try {
          return [secretsOf(pair).identity];
        } catch {
          return [];
        }
      }),
    async make(serverId, device, credentials, url) {
      const [own, other] = [newKeys(), newKeys()];
      const [identity, otherIdentity] = [await newIdentity(), await newIdentity()];
      const introduction: Introduction = {
        credentials,
        url,
        signingKey: other.signingKey,
        identity: otherIdentity,
        device,
      };
      return keep({
        pairId: randomUUID(),
        serverId,
        name: device,
        isKnown: false,
        isHome: false,
        ...sealed({ signingKey: own.signingKey, identity, introduction }),
        ownKey: own.key,
        peerKey: other.key,
        peerRecipient: await recipientOf(otherIdentity),
        ...fresh,
      });
    },
    meet(manifest, serverId) {
      const { signingKey, identity } = manifest.introduction!;
      return keep({
        pairId: manifest.pairId,
        serverId,
        name: manifest.maker,
        isKnown: true,
        isHome: true,
        ...sealed({ signingKey, identity, introduction: null }),
        ownKey: publicOf(signingKey),
        peerKey: manifest.key,
        peerRecipient: manifest.recipient,
        ...fresh,
      });
    },
    number(pairId) {
      const pair = find(pairId)!;
      return keep({ ...pair, made: pair.made + 1 }).made;
    },
    answered(pairId, manifest) {
      const pair = find(pairId)!;
      const secrets = secretsOf(pair);
      keep({
        ...pair,
        // What introduced it is needed no more.
        ...(secrets.introduction ? sealed({ ...secrets, introduction: null }) : {}),
        isKnown: true,
        taken: [...new Set([...pair.taken, manifest.number])].slice(-PORTFOLIO_TAKEN_MAX),
        answered: [...new Set([...pair.answered, ...manifest.taken])].slice(-PORTFOLIO_TAKEN_MAX),
      });
    },
    async noteSent(pairId, hashes, number) {
      const sent = await sentTo(pairId);
      for (const sha256 of hashes) sent[sha256] = number;
      await writeFile(`${sentPath(pairId)}.new`, JSON.stringify(sent), { mode: 0o600 });
      await rename(`${sentPath(pairId)}.new`, sentPath(pairId));
    },
    async thereOf(pairId) {
      const pair = find(pairId);
      if (!pair) return new Set();
      const taken = new Set(pair.answered);
      const sent = Object.entries(await sentTo(pair.pairId));
      return new Set(sent.filter(([, number]) => taken.has(number)).map(([sha256]) => sha256 as Sha256));
    },
    dropServer(serverId) {
      const gone = all().filter((pair) => pair.serverId === serverId);
      for (const { pairId } of gone) void rm(sentPath(pairId), { force: true }).catch(() => {});
      if (gone.length > 0) stored.write({ pairs: all().filter((pair) => pair.serverId !== serverId) });
    },
  };
}

function newKeys(): { signingKey: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    signingKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

function publicOf(signingKey: string): string {
  const key = createPrivateKey({ key: Buffer.from(signingKey, 'base64'), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
