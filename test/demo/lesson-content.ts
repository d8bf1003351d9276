/** What pupils of a lesson hand in: bytes that follow from a name, so that a process is told a line and its judge knows them too. */
import { createHash } from 'node:crypto';

export interface Made {
  fileId: string;
  name: string;
  seed: string;
  sizeBytes: number;
}

/** Everybody's bytes differ, and no part of them is like another. */
export function contentOf({ seed, sizeBytes }: Pick<Made, 'seed' | 'sizeBytes'>): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < sizeBytes; at += 64) parts.push(createHash('sha512').update(`${seed} ${at}`).digest());
  return Buffer.concat(parts).subarray(0, sizeBytes);
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
