/**
 * What is said between page and main about works that are taken in from a folder, files or an archive, and about files that the
 * system opened the app with. The page learns names, sizes and times, and an id for each file; where they lie stays in main.
 */
import * as z from 'zod/mini';
import { FILE_NAME_MAX } from '../../core/limits.ts';

/** Files of one taking in; folders and archive entries that are looked at on the way; folders within each other. */
export const INTAKE_FILES_MAX = 5_000;
export const INTAKE_SEEN_MAX = 20_000;
export const INTAKE_DEPTH_MAX = 12;
/** Bytes of all of them together. */
export const INTAKE_BYTES_MAX = 8 * 1024 ** 3;
/** Paths that may be chosen, dropped or opened at once. */
export const INTAKE_PATHS_MAX = 1_000;
/** What was left out and is told by name; more are counted. */
export const LEFT_OUT_NAMED_MAX = 200;
const PATH_TOLD_MAX = 1_000;

const text = (max: number) => z.string().check(z.maxLength(max));
const name = () => text(FILE_NAME_MAX);
const bytes = () => z.int().check(z.nonnegative());
export const IntakeId = text(64);

export const IntakeFile = z.object({
  id: text(64),
  /** From the outermost in: the chosen folder or archive first; none for a file that was chosen itself. */
  folders: z.array(name()).check(z.maxLength(INTAKE_DEPTH_MAX + 1)),
  name: name(),
  sizeBytes: bytes(),
  /** Unix ms. */
  modifiedAt: z.nullable(z.number()),
});
export type IntakeFile = z.infer<typeof IntakeFile>;

/**
 * `junk`: made by a system or a program, no work · `link`: it leads somewhere else · `deep`, `many`, `large`: beyond what is taken
 * at once · `empty` · `unreadable`: the disk or the archive does not give it · `locked`: under a password · `packed`: in a way that
 * is not understood · `swollen`: a little that would become very much · `unsafe`: its path leads out of the archive.
 */
export const LEFT_OUT_WHYS = [
  'junk',
  'link',
  'deep',
  'many',
  'large',
  'empty',
  'unreadable',
  'locked',
  'packed',
  'swollen',
  'unsafe',
] as const;
export const LeftOutWhy = z.enum(LEFT_OUT_WHYS);
export type LeftOutWhy = z.infer<typeof LeftOutWhy>;

export const Intake = z.object({
  intakeId: IntakeId,
  /** What was chosen, in words: a folder's or an archive's name; '' for several. */
  title: name(),
  files: z.array(IntakeFile).check(z.maxLength(INTAKE_FILES_MAX)),
  leftOut: z.array(z.object({ path: text(PATH_TOLD_MAX), why: LeftOutWhy })).check(z.maxLength(LEFT_OUT_NAMED_MAX)),
  leftOutCount: bytes(),
});
export type Intake = z.infer<typeof Intake>;

/** Files that the system gave the app to open: `parta FILE…`, «Открыть с помощью». They wait until somebody says where to. */
export const Handed = z.object({
  handedId: text(64),
  files: z
    .array(z.object({ name: name(), sizeBytes: bytes(), isFolder: z.boolean() }))
    .check(z.maxLength(INTAKE_PATHS_MAX)),
});
export type Handed = z.infer<typeof Handed>;
