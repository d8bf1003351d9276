/**
 * Branded ids and how they are made. Ids are made by whoever acts first (the client makes command ids), so this file is
 * pure: time and randomness come in as arguments.
 */
import * as z from 'zod/mini';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HEX_32 = /^[0-9a-f]{32}$/;
const HEX_64 = /^[0-9a-f]{64}$/;

const uuid = () => z.string().check(z.regex(UUID));

/** A class's or the school's log. */
export const LogId = uuid().brand<'LogId'>();
export type LogId = z.infer<typeof LogId>;
/** A command and the change that follows from it; also the id of what the command makes (message, assignment). */
export const CommandId = uuid().brand<'CommandId'>();
export type CommandId = z.infer<typeof CommandId>;
export const MemberId = uuid().brand<'MemberId'>();
export type MemberId = z.infer<typeof MemberId>;
export const ChannelId = uuid().brand<'ChannelId'>();
export type ChannelId = z.infer<typeof ChannelId>;
/** Somebody known to one hub: a teacher, or one sign-in of a pupil. A member may have several. */
export const PersonId = uuid().brand<'PersonId'>();
export type PersonId = z.infer<typeof PersonId>;
export const DeviceId = uuid().brand<'DeviceId'>();
export type DeviceId = z.infer<typeof DeviceId>;
export const HubId = uuid().brand<'HubId'>();
export type HubId = z.infer<typeof HubId>;
/** A file on the hub: exactly 32 hex digits, which is also its tus upload id. Never a secret, never a capability. */
export const FileId = z.string().check(z.regex(HEX_32)).brand<'FileId'>();
export type FileId = z.infer<typeof FileId>;
/** What a {@link FileId} or a {@link Sha256} looks like. */
export const FILE_OR_HASH = /^[0-9a-f]{32}(?:[0-9a-f]{32})?$/;
/** SHA-256 of a file's bytes, 64 hex digits. */
export const Sha256 = z.string().check(z.regex(HEX_64)).brand<'Sha256'>();
export type Sha256 = z.infer<typeof Sha256>;

/** Random bytes that {@link uuidV7} and {@link fileIdOf} need. */
export const ID_RANDOM_BYTES = 16;

const hex = (bytes: Iterable<number>) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const dashed = (digits: string) =>
  [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-');

/**
 * A UUID version 7 (RFC 9562, 5.7): 48 bits of Unix time, then randomness. The time makes ids readable in order by people;
 * nothing in Parta orders by it (S1).
 * @param atMs Unix time in milliseconds
 * @param random at least 16 random bytes
 */
export function uuidV7(atMs: number, random: Uint8Array): string {
  const bytes = random.slice(0, ID_RANDOM_BYTES);
  let rest = Math.max(0, Math.floor(atMs));
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return dashed(hex(bytes));
}

/** A new file id from 16 random bytes. */
export const fileIdOf = (random: Uint8Array): FileId => hex(random.slice(0, ID_RANDOM_BYTES)) as FileId;

/**
 * The id of the command that the hub gives when a schedule falls due (S20). It follows from the schedule's id alone, so that
 * a hub that crashed between two attempts makes the same command again and S3 keeps it single. Version 8 of RFC 9562
 * ("custom") marks it; clients make version 7 only.
 */
export function dueIdOf(scheduleId: CommandId): CommandId {
  const digits = scheduleId.replaceAll('-', '');
  return dashed(`${digits.slice(0, 12)}8${digits.slice(13)}`) as CommandId;
}

/** Whether an id is of those that only the hub gives: {@link dueIdOf}, {@link togetherIdOf}. */
export const isHubsId = (id: CommandId): boolean => id[14] === '8';

/** The id of the command by which the hub hands a work in for one who did it together with another (S20); as {@link dueIdOf}. */
export const togetherIdOf = (handInId: CommandId, memberId: MemberId): CommandId =>
  directIdOf(handInId as string as MemberId, memberId) as string as CommandId;

/** The log of the school itself: people, staff, one-to-one chats. It follows from the hub's id, so every side knows it. */
export const schoolLogIdOf = (hubId: HubId): LogId => dueIdOf(hubId as string as CommandId) as string as LogId;

/**
 * The channel in which two members talk alone. It follows from the two, in either order, so that both may begin it offline and
 * meet in the same one.
 */
export function directIdOf(one: MemberId, other: MemberId): ChannelId {
  const [a, b] = [one.replaceAll('-', ''), other.replaceAll('-', '')];
  const digits = Array.from(a, (digit, at) => (parseInt(digit, 16) ^ parseInt(b[at] ?? '0', 16)).toString(16)).join('');
  const variant = '89ab'[parseInt(digits[16] ?? '0', 16) & 3];
  return dashed(`${digits.slice(0, 12)}8${digits.slice(13, 16)}${variant}${digits.slice(17)}`) as ChannelId;
}

/** A key for things that exist once per assignment and member: submissions and reviews. */
export type WorkKey = `${CommandId}/${MemberId}`;
export const workKey = (assignmentId: CommandId, memberId: MemberId): WorkKey => `${assignmentId}/${memberId}`;
