/**
 * What is said between page and main about portfolios. The page gives lines of logs and learns what is inside; keys, secrets and
 * places on the disk stay in main.
 */
import * as z from 'zod/mini';

import { FILE_NAME_MAX, NAME_MAX } from '../../core/limits.ts';
import { PASSPHRASE_MAX, PASSPHRASE_MIN, PORTFOLIO_FILES_MAX, PortfolioFacts, TakenIn } from '../../core/portfolio.ts';
import { FileRef } from '../../core/wire.ts';

const text = (max: number) => z.string().check(z.maxLength(max));
const count = () => z.int().check(z.nonnegative());
export const JobId = text(64);
export const PairId = text(64);

/** Portfolios that are remembered after they went or came, and that are told of at once. */
export const PORTFOLIO_HISTORY_MAX = 30;
export const PORTFOLIO_JOBS_MAX = 8;

/**
 * Why one could not be made or taken in. `not-portfolio`: another kind of file · `passphrase`: it does not fit · `damaged`: changed or
 * cut short on its way · `newer`: made by a newer Parta · `other`: for another computer, teacher or school · `own`: made on this very
 * computer · `signer`: signed by somebody else than the computer it names · `older`: a later one of the same computer is here already ·
 * `gap`: something before it is missing here · `gone`: the file or its place is not there any more · `no-place`: nothing may be written
 * there · `no-hub`: the first one for a laptop needs the server, which does not answer · `full`: the disk is · `too-large`: more than a portfolio may be · `spoiled`: a file of this
 * computer is not what it was.
 */
export const PORTFOLIO_TROUBLES = [
  'not-portfolio',
  'passphrase',
  'damaged',
  'newer',
  'other',
  'own',
  'signer',
  'older',
  'gap',
  'gone',
  'no-place',
  'no-hub',
  'full',
  'too-large',
  'spoiled',
  'internal',
] as const;
export const PortfolioTrouble = z.enum(PORTFOLIO_TROUBLES);
export type PortfolioTrouble = z.infer<typeof PortfolioTrouble>;

/** What a portfolio says of itself, once it is open. */
export const PortfolioSummary = z.object({
  madeAt: z.number(),
  maker: text(NAME_MAX),
  hubName: text(NAME_MAX),
  facts: PortfolioFacts,
  files: count(),
  bytes: count(),
  missing: count(),
  /** This computer meets the server by it for the first time. */
  isFirst: z.boolean(),
  /** It knows the server already, and never met the computer that this came from: whose it is only the person can say. */
  isUnmet: z.boolean(),
  /** It was taken in before. */
  isAgain: z.boolean(),
});
export type PortfolioSummary = z.infer<typeof PortfolioSummary>;

/**
 * A portfolio under way. Out: `gathering` (the page gives its lines) → `packing` → `done`. In: `locked` (it asks for the password) or
 * `looked` → `taking` → `ready` (whole, and the page's turn) → `done`. Both: `failed`, `stopped`.
 */
export const PortfolioJob = z.object({
  jobId: JobId,
  direction: z.enum(['out', 'in']),
  state: z.enum(['gathering', 'packing', 'locked', 'looked', 'taking', 'ready', 'done', 'failed', 'stopped']),
  trouble: z.nullable(PortfolioTrouble),
  /** The file's name and the folder's that it lies in. */
  name: text(FILE_NAME_MAX),
  place: text(FILE_NAME_MAX),
  serverId: z.nullable(text(64)),
  doneBytes: count(),
  totalBytes: count(),
  /** It opened, or will open, only with a password. */
  needsPassphrase: z.boolean(),
  summary: z.nullable(PortfolioSummary),
  taken: z.nullable(TakenIn),
});
export type PortfolioJob = z.infer<typeof PortfolioJob>;

/** Two computers of one teacher that portfolios go between. */
export const PortfolioPair = z.object({
  pairId: PairId,
  serverId: text(64),
  /** The other computer, as it is called on the hub's list of devices. */
  name: text(NAME_MAX),
  /** It has answered once: from then on no password is asked for. */
  isKnown: z.boolean(),
  /** This computer got its classes from the other one. */
  isHome: z.boolean(),
});
export type PortfolioPair = z.infer<typeof PortfolioPair>;

export const PortfolioPast = z.object({
  at: z.number(),
  direction: z.enum(['out', 'in']),
  name: text(FILE_NAME_MAX),
  /** The other computer. */
  peer: text(NAME_MAX),
  classes: count(),
  files: count(),
  commands: count(),
});
export type PortfolioPast = z.infer<typeof PortfolioPast>;

export const Portfolios = z.object({
  pairs: z.array(PortfolioPair),
  jobs: z.array(PortfolioJob),
  /** Newest first. */
  past: z.array(PortfolioPast).check(z.maxLength(PORTFOLIO_HISTORY_MAX)),
});
export type Portfolios = z.infer<typeof Portfolios>;

/** What goes along: files of the chosen classes, and those that waiting commands need. */
export const PortfolioFile = z.object({ file: FileRef, isUpload: z.boolean() });
export const PortfolioFiles = z.array(PortfolioFile).check(z.maxLength(PORTFOLIO_FILES_MAX));
export type PortfolioFile = z.infer<typeof PortfolioFile>;

const some = () => z.object({ files: count(), bytes: count() });
/** `there`: brought to the other computer before · `missing`: not on this one. */
export const PortfolioWeight = z.object({ inside: some(), there: some(), missing: some() });
export type PortfolioWeight = z.infer<typeof PortfolioWeight>;

/** For whom one is made: a computer that is known, or a new one under a name. A password where it has not answered yet. */
export const PortfolioFor = z.object({
  serverId: text(64),
  pairId: z.nullable(PairId),
  device: text(NAME_MAX),
  passphrase: z.nullable(z.string().check(z.minLength(PASSPHRASE_MIN), z.maxLength(PASSPHRASE_MAX))),
  /** What its file is called, without the ending. */
  title: text(FILE_NAME_MAX),
});
export type PortfolioFor = z.infer<typeof PortfolioFor>;
export { PortfolioFacts, TakenIn };
