/**
 * What is said between page and main about files kept on this computer. The page knows which class refers to which file; main
 * knows what is here, and decides what is fetched and what may go.
 */
import * as z from 'zod/mini';
import { FileId, LogId, Sha256 } from '../../core/ids.ts';
import { FILE_NAME_MAX, TITLE_MAX } from '../../core/limits.ts';

const ServerId = z.string().check(z.maxLength(64));
const count = () => z.int().check(z.nonnegative());

/** A class or the school's log. */
export const KeptClass = z.object({
  serverId: ServerId,
  logId: LogId,
  title: z.string().check(z.maxLength(TITLE_MAX)),
  /** Kept whole, whatever the quota. */
  isPinned: z.boolean(),
  /** All that the class refers to, and the part of it that is here. */
  files: count(),
  bytes: count(),
  hereFiles: count(),
  hereBytes: count(),
  /** When the oldest file of it came here, Unix ms; null where none is here. */
  since: z.nullable(z.number()),
  /** What freeing the class would take off the disk now. */
  freeableFiles: count(),
  freeableBytes: count(),
});
export type KeptClass = z.infer<typeof KeptClass>;

/** A file whose bytes were found to be others than they were. */
export const DamagedFile = z.object({
  sha256: Sha256,
  /** '' where nobody knows. */
  name: z.string().check(z.maxLength(FILE_NAME_MAX)),
  title: z.string().check(z.maxLength(TITLE_MAX)),
  /** `fetching`: its server is asked for it again. `lost`: nobody has it. */
  state: z.enum(['fetching', 'lost']),
});
export type DamagedFile = z.infer<typeof DamagedFile>;

export const Storage = z.object({
  hereFiles: count(),
  hereBytes: count(),
  freeDiskBytes: z.number(),
  classes: z.array(KeptClass),
  /** Files that no class refers to and nothing unsent needs: they never go by themselves. */
  loose: z.object({ files: count(), bytes: count() }),
  /** Files that are not here because there was no room within the quota, or because somebody freed them. */
  away: count(),
  /** Something was not kept for want of room. */
  isFull: z.boolean(),
  damaged: z.array(DamagedFile),
  /** The check of all files against their hashes, while it runs. */
  check: z.nullable(z.object({ doneFiles: count(), files: count() })),
  /** When all files had been checked last, Unix ms. */
  checkedAt: z.nullable(z.number()),
});
export type Storage = z.infer<typeof Storage>;

export const Freed = z.object({ files: count(), bytes: count() });
export type Freed = z.infer<typeof Freed>;

/** What unsent work may name: a file on a hub, or bytes. */
export const HeldId = z.union([FileId, Sha256]);
export type HeldId = z.infer<typeof HeldId>;
