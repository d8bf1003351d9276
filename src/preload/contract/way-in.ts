/**
 * What the self-check of the way in found: one verdict with what its text needs. Pure; a part of the desktop's contract.
 */
import * as z from 'zod/mini';

const text = (max: number) => z.string().check(z.maxLength(max));

/**
 * The most probable trouble. `well`: nothing found in the way. `unknown`: it cannot be told from this computer alone; the
 * teacher is asked what another computer shows.
 */
export const VERDICTS = [
  'well',
  'unknown',
  'no-link',
  'port-taken',
  'two-adapters',
  'firewall',
  'other-subnet',
  'isolated',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What the teacher saw when the address was opened on another computer; its own address, where it was told. */
export const WayInReport = z.object({ opened: z.boolean(), peer: z.nullable(text(45)) });
export type WayInReport = z.infer<typeof WayInReport>;

export const WayIn = z.object({
  verdict: z.enum(VERDICTS),
  /** False: the likeliest, not proven. */
  isSure: z.boolean(),
  /** What it rests on, where one verdict has several. */
  detail: z.nullable(z.enum(['reached', 'report', 'self-made', 'moved', 'none-free', 'no-peer', 'others-come'])),
  platform: text(20),
  port: z.nullable(z.int()),
  /** The port that was asked for and taken, and the program that holds it, where the system tells. */
  takenPort: z.nullable(z.int()),
  takenBy: z.nullable(text(100)),
  /** As `192.168.1.0/24`: the networks this computer is in. */
  subnets: z.array(text(50)),
  /** The other computer's address as the teacher told it, or the last who came in. */
  peer: z.nullable(text(45)),
  /** Adapters with neither cable nor radio, by the system's names. */
  downAdapters: z.array(text(100)),
});
export type WayIn = z.infer<typeof WayIn>;
