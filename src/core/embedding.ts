/**
 * What the app and the hub inside it say to each other over the utility process's port. The app starts the hub by path and
 * knows nothing else of it; everything a teacher or pupil does goes by HTTP and sockets, as with any hub.
 */
import * as z from 'zod/mini';
import { HubId } from './ids.ts';
import { NAME_MAX } from './limits.ts';
import { Credentials, ErrorCodeSchema } from './wire.ts';

/** The port a hub asks for first; a taken one moves on by one, at most {@link HUB_PORT_TRIES} times, and is then kept. */
export const HUB_PORT_DEFAULT = 8010;
export const HUB_PORT_TRIES = 20;
/** The names that a hub may have on its network, in the order in which they are tried. */
export const LAN_NAMES_MAX = 9;
const LAN_NAME = 'parta';
/** @param at 0 is the plain one: `parta.local`, `parta-2.local`… */
export const lanNameOf = (at: number): string => `${LAN_NAME}${at === 0 ? '' : `-${at + 1}`}.local`;
/** Whether a host is one of these, whoever holds it now. */
export const isLanName = (host: string): boolean =>
  Array.from({ length: LAN_NAMES_MAX }, (_, at) => lanNameOf(at)).includes(host.toLowerCase());

/** How long the app waits for a hub that was told to stop before it ends it. */
export const HUB_STOP_MS = 5_000;

/** Where to look for a free port when all those from `port` on are taken. */
export const portElsewhere = (port: number): number =>
  port + HUB_PORT_TRIES < 60_000 ? port + HUB_PORT_TRIES : 20_000;

export const AppToHub = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('start'),
    dataDir: z.string(),
    /** The port of last time, or the default. */
    port: z.int(),
    /** Where the pupil's page was built to. */
    studentDir: z.string(),
    hubName: z.string().check(z.maxLength(NAME_MAX)),
  }),
  /** Makes a teacher and a first device for the person at this computer; answered by `owner`. */
  z.object({
    kind: z.literal('makeOwner'),
    teacherName: z.string().check(z.maxLength(NAME_MAX)),
    device: z.string().check(z.maxLength(NAME_MAX)),
  }),
  /** Answered by `alive` as soon as the loop turns. */
  z.object({ kind: z.literal('beat') }),
  z.object({ kind: z.literal('stop') }),
]);
export type AppToHub = z.infer<typeof AppToHub>;

export const HubToApp = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), port: z.int(), hubId: HubId, hubName: z.string() }),
  z.object({ kind: z.literal('owner'), credentials: Credentials }),
  z.object({ kind: z.literal('failed'), code: ErrorCodeSchema }),
  z.object({ kind: z.literal('stopped') }),
  z.object({ kind: z.literal('alive') }),
  /** Somebody came from another computer: its address, and ours that was used. */
  z.object({
    kind: z.literal('visitor'),
    from: z.string().check(z.maxLength(45)),
    to: z.string().check(z.maxLength(45)),
  }),
]);
export type HubToApp = z.infer<typeof HubToApp>;
