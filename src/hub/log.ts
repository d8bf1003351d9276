/**
 * The hub's own diary: JSON lines of codes, ids, numbers and booleans. Typed so that free text cannot be passed, because what
 * people write, their names and their files' names must not leak through a log file.
 */
import type { ErrorCode } from '../core/errors.ts';
import type { DeviceId, FileId, HubId, LogId, PersonId } from '../core/ids.ts';

export type LogEvent =
  | 'hub-opened'
  | 'hub-closed'
  | 'hub-restored'
  | 'erasures-unread'
  | 'request-failed'
  | 'socket-failed'
  | 'reader-dropped'
  | 'too-many-tries'
  | 'group-failed'
  | 'head-moved'
  | 'schedule-failed'
  | 'upload-stored'
  | 'upload-failed'
  | 'upload-expired'
  | 'file-writer-died'
  | 'content-removed'
  | 'sweep-failed'
  | 'device-revoked'
  | 'page-missing'
  | 'school-failed'
  | 'live-failed'
  | 'wall-failed';

/** What a line may carry. Branded ids only: a plain string does not fit. */
export type LogField = number | boolean | null | ErrorCode | LogId | PersonId | DeviceId | FileId | HubId;

export type Log = (event: LogEvent, fields?: Readonly<Record<string, LogField>>) => void;

/** A logger that hands whole lines to `write`. Never throws: on a full disk it is asked in the middle of telling others of it. */
export const jsonLines =
  (write: (line: string) => void, now: () => number = Date.now): Log =>
  (event, fields = {}) => {
    try {
      write(`${JSON.stringify({ at: new Date(now()).toISOString(), event, ...fields })}\n`);
    } catch {
      // What it is about goes on without it.
    }
  };

export const silent: Log = () => undefined;
