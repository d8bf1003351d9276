/**
 * The words of a portfolio («портфель»): one file that carries classes to a laptop which no network joins, and what was done there
 * back. Promises: pages are the wire's own ({@link Page}), commands the wire's own under their own ids, so that whoever takes them in
 * needs no other rules than those of the log (S3, S5, S9). Everything is parsed before any of it is used; every list is bounded.
 */
import * as z from 'zod/mini';
import { ChannelId, CommandId, HubId, LogId, MemberId, PersonId, Sha256 } from './ids.ts';
import { FILE_BYTES_MAX, NAME_MAX, TITLE_MAX } from './limits.ts';
import { Command, Credentials, ErrorCodeSchema, FileRef, LogKey, Me, Page, Role } from './wire.ts';

/** Grows when an older program would take something wrong out of it. */
export const PORTFOLIO_VERSION = 1;
export const PORTFOLIO_EXTENSION = '.parta';

/** Logs, files and waiting commands that one portfolio may hold. */
export const PORTFOLIO_LOGS_MAX = 200;
export const PORTFOLIO_FILES_MAX = 50_000;
export const PORTFOLIO_COMMANDS_MAX = 20_000;
/** Numbers of portfolios taken in that a computer remembers of another. */
export const PORTFOLIO_TAKEN_MAX = 500;
/** Bytes of what it says of itself, of one line of what it holds, of all these lines, of its list of files. */
export const MANIFEST_BYTES_MAX = 256 * 1024;
export const LINE_BYTES_MAX = 16 * 1024 ** 2;
export const CONTENT_BYTES_MAX = 1024 ** 3;
export const FILE_LIST_BYTES_MAX = 64 * 1024 ** 2;
/** Letters of a password that a person thinks up, and digits of one that is made here. */
export const PASSPHRASE_MIN = 12;
export const PASSPHRASE_MAX = 200;
export const PASSPHRASE_DIGITS = 16;

const text = (max: number) => z.string().check(z.maxLength(max));
const count = () => z.int().check(z.nonnegative());

/** What is inside, as it is told before anything is taken out. */
export const PortfolioFacts = z.object({
  classes: z.array(z.object({ logId: LogId, title: text(TITLE_MAX) })).check(z.maxLength(PORTFOLIO_LOGS_MAX)),
  /** Works handed in, in these classes. */
  works: count(),
  /** Commands that are not confirmed yet, and those that had to stay because their files are still being read. */
  commands: count(),
  leftBehind: count(),
});
export type PortfolioFacts = z.infer<typeof PortfolioFacts>;

/** Bytes of one part of the file as they stand in it. */
const Part = z.object({ sha256: Sha256, sizeBytes: count() });

/** What a laptop gets with its first portfolio: who it is to the hub, and the keys by which the two know each other from then on. */
export const Introduction = z.object({
  credentials: Credentials,
  /** Where the hub was when this was packed. */
  url: text(300),
  /** The laptop's own Ed25519 key (PKCS#8, base64) and age identity. */
  signingKey: text(400),
  identity: text(400),
  /** What this device is called on the hub's list. */
  device: text(NAME_MAX),
});
export type Introduction = z.infer<typeof Introduction>;

/** The first thing in a portfolio; its maker's signature of these very bytes is the second. */
export const Manifest = z.object({
  format: z.literal('parta-portfolio'),
  version: z.literal(PORTFOLIO_VERSION),
  /** The two computers between which it goes. */
  pairId: text(64),
  /** 1, 2, 3… per pair and maker; `taken`: those of the other side that the maker has taken in, as far as it remembers. */
  number: z.int().check(z.positive()),
  taken: z.array(z.int()).check(z.maxLength(PORTFOLIO_TAKEN_MAX)),
  /** By the maker's clock, shown only. */
  madeAt: z.number(),
  maker: text(NAME_MAX),
  hubId: HubId,
  hubName: text(NAME_MAX),
  personId: PersonId,
  /** The maker's Ed25519 key (SPKI, base64) and age recipient. */
  key: text(200),
  recipient: text(200),
  introduction: z.nullable(Introduction),
  facts: PortfolioFacts,
  content: Part,
  list: Part,
  /** Files whose bytes are inside, and those that the maker has not. */
  files: count(),
  bytes: count(),
  missing: count(),
});
export type Manifest = z.infer<typeof Manifest>;
/** Only so much of a manifest is the same in every version. */
export const AnyManifest = z.object({ format: z.literal('parta-portfolio'), version: z.int() });

/** One line of the list of files. */
export const ListedFile = z.object({
  ...FileRef.shape,
  sizeBytes: count().check(z.maximum(FILE_BYTES_MAX)),
  /** Its bytes are inside. */
  isInside: z.boolean(),
  /** The hub has not got it yet: who takes it in sends it under the same id. */
  isUpload: z.boolean(),
});
export type ListedFile = z.infer<typeof ListedFile>;

/** Where the maker stood in a log, before its pages: they lead from `after` to `upTo` without a gap. */
export const PackedLog = z.object({
  logId: LogId,
  logKey: LogKey,
  after: count(),
  upTo: count(),
  memberId: MemberId,
  role: Role,
  readUpTo: z.record(ChannelId, count()),
});
export type PackedLog = z.infer<typeof PackedLog>;

/** A command that waits, oldest first per log. `files`: those that the hub told of before. */
export const PackedCommand = z.object({
  logId: LogId,
  command: Command,
  writtenAt: z.number(),
  files: z.array(FileRef).check(z.maxLength(100)),
});
export type PackedCommand = z.infer<typeof PackedCommand>;

/**
 * A line of the content: who the person is, a log and its pages, what waits, and what the hub refused of it. Each has one field, so
 * that a kind of a newer version is no other kind by accident. A code of a newer hub is `internal`, as on the wire.
 */
export const PortfolioLine = z.union([
  z.object({ me: Me }),
  z.object({ log: PackedLog }),
  z.object({ page: Page }),
  z.object({ command: PackedCommand }),
  z.object({ refused: z.object({ logId: LogId, id: CommandId, code: z.catch(ErrorCodeSchema, 'internal') }) }),
]);
export type PortfolioLine = z.infer<typeof PortfolioLine>;

/** What every version calls a command: its kind and body may be a newer one's (S12). */
const AnyCommand = z.object({ id: CommandId, kind: text(64), body: z.record(z.string(), z.unknown()) });
const AnyPackedCommand = z.object({ ...PackedCommand.shape, command: AnyCommand });
const LINE_KINDS = ['me', 'log', 'page', 'command', 'refused'];

/**
 * Whether what is no {@link PortfolioLine} here is one for a newer version: a line of a kind, or a command of a kind or shape, that is
 * not known yet. Its bytes are right, so nothing is damaged.
 */
export function isOfNewer(line: unknown): boolean {
  if (typeof line !== 'object' || line === null) return false;
  const [kind, ...more] = Object.keys(line);
  if (kind === undefined || more.length > 0) return false;
  return !LINE_KINDS.includes(kind) || z.safeParse(z.object({ command: AnyPackedCommand }), line).success;
}

/** What came of taking one in. */
export const TakenIn = z.object({
  /** Rows of logs that were not here before, and commands that left the outbox with them. */
  entries: count(),
  confirmed: count(),
  /** Commands that wait here from now on; those that were here or in the log already; refused ones that are known now. */
  commands: count(),
  known: count(),
  refused: count(),
  /** Logs of which something newer was here. */
  older: count(),
});
export type TakenIn = z.infer<typeof TakenIn>;

/** Sixteen digits in fours, as on a bank card. */
export const shownPassphrase = (digits: string): string => digits.replace(/(\d{4})(?=\d)/g, '$1 ');

/** What was meant by what was typed: a password of digits may be written in groups; letters are what they look like. */
export function passphraseMeant(typed: string): string {
  const plain = typed.normalize('NFKC').trim();
  const digits = plain.replace(/[\s-]/g, '');
  return /^\d+$/.test(digits) ? digits : plain;
}
