/** What is said between page and main about saving works into a folder or an archive. The page names nothing on a disk: main does. */
import * as z from 'zod/mini';
import { FILE_NAME_MAX, NOTE_MAX } from '../../core/limits.ts';
import { ErrorCodeSchema, FileRef } from '../../core/wire.ts';
import { SAVE_KINDS } from './channels.ts';

/** Folders within each other. */
export const SAVE_DEPTH_MAX = 4;

const text = (max: number) => z.string().check(z.maxLength(max));
const name = () => text(1_000);
const count = () => z.int().check(z.nonnegative());
export const SaveId = text(64);

export const SaveItem = z.object({
  /** From the outermost in, as people call them; equal names with different keys stay apart. */
  folders: z.array(z.object({ key: text(100), name: name() })).check(z.maxLength(SAVE_DEPTH_MAX)),
  name: name(),
  /** A file of a hub, or words that stood in a work by themselves. */
  what: z.union([z.object({ file: FileRef }), z.object({ text: text(NOTE_MAX) })]),
  /** The time that the saved file gets, Unix ms. */
  at: z.nullable(z.number()),
});
export type SaveItem = z.infer<typeof SaveItem>;

export const SaveKind = z.enum(SAVE_KINDS);
export type SaveKind = z.infer<typeof SaveKind>;

/** A saving, under way or over. */
export const Saving = z.object({
  saveId: SaveId,
  kind: SaveKind,
  /** As the person asked for it. */
  title: name(),
  /** The folder that was chosen, or the archive's name: its last part. */
  target: text(FILE_NAME_MAX),
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  code: z.nullable(ErrorCodeSchema),
  total: count(),
  done: count(),
  /** Of `done`: there already, with the same bytes, and files that could not be had. */
  same: count(),
  missing: count(),
});
export type Saving = z.infer<typeof Saving>;
