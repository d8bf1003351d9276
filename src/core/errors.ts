/**
 * The closed list of what can go wrong between a person and Parta. A code says when trying again makes sense and who can
 * help; the words for each code are in src/ui/texts, in every language, or it does not compile.
 */
export type Retry = 'never' | 'later' | 'after-sign-in' | 'after-update';
export type Help = 'you' | 'hub' | 'network' | 'app';

export const ERRORS = {
  // Rules of a class: given by decide, carried by a refusal.
  'not-a-member': { retry: 'never', help: 'hub' },
  'not-allowed': { retry: 'never', help: 'you' },
  'class-exists': { retry: 'never', help: 'you' },
  'no-such-class': { retry: 'never', help: 'you' },
  'no-such-channel': { retry: 'never', help: 'you' },
  'no-such-message': { retry: 'never', help: 'you' },
  'channel-exists': { retry: 'never', help: 'app' },
  'channel-closed': { retry: 'never', help: 'hub' },
  'poll-closed': { retry: 'never', help: 'you' },
  'no-such-assignment': { retry: 'never', help: 'you' },
  'no-such-member': { retry: 'never', help: 'you' },
  'no-such-request': { retry: 'never', help: 'you' },
  'member-exists': { retry: 'never', help: 'you' },
  'member-not-listed': { retry: 'never', help: 'you' },
  'class-full': { retry: 'never', help: 'you' },
  'limit-reached': { retry: 'never', help: 'you' },
  'too-many-attempts': { retry: 'never', help: 'hub' },
  'last-teacher': { retry: 'never', help: 'you' },
  'bad-name': { retry: 'never', help: 'you' },
  empty: { retry: 'never', help: 'you' },
  'file-missing': { retry: 'later', help: 'app' },
  'file-not-yours': { retry: 'never', help: 'you' },
  'bad-mark': { retry: 'never', help: 'you' },
  stale: { retry: 'never', help: 'you' },
  'nothing-to-return': { retry: 'never', help: 'you' },
  'already-returned': { retry: 'never', help: 'you' },
  'collect-closed': { retry: 'never', help: 'hub' },
  'partner-has-work': { retry: 'never', help: 'you' },
  'not-assigned': { retry: 'never', help: 'you' },
  'not-due': { retry: 'later', help: 'hub' },
  'id-reused': { retry: 'never', help: 'app' },
  // The wire.
  'bad-request': { retry: 'never', help: 'app' },
  'too-large': { retry: 'never', help: 'you' },
  'too-many': { retry: 'later', help: 'you' },
  'unknown-protocol': { retry: 'after-update', help: 'app' },
  'wrong-key': { retry: 'later', help: 'app' },
  'not-found': { retry: 'never', help: 'you' },
  internal: { retry: 'later', help: 'app' },
  busy: { retry: 'later', help: 'hub' },
  'disk-full': { retry: 'later', help: 'hub' },
  'hub-unreachable': { retry: 'later', help: 'network' },
  'not-a-hub': { retry: 'later', help: 'network' },
  'other-hub': { retry: 'never', help: 'hub' },
  // Signing in.
  'wrong-code': { retry: 'never', help: 'you' },
  'code-expired': { retry: 'never', help: 'hub' },
  'too-many-tries': { retry: 'later', help: 'hub' },
  'signed-out': { retry: 'after-sign-in', help: 'hub' },
  'lesson-ended': { retry: 'after-sign-in', help: 'hub' },
  waiting: { retry: 'later', help: 'hub' },
  // Files on the way.
  'hash-mismatch': { retry: 'later', help: 'app' },
  'file-changed': { retry: 'never', help: 'you' },
  'file-gone': { retry: 'never', help: 'you' },
  'file-damaged': { retry: 'later', help: 'app' },
  'disk-full-here': { retry: 'later', help: 'you' },
  cancelled: { retry: 'never', help: 'you' },
  // Lists of a class.
  'list-unreadable': { retry: 'never', help: 'you' },
  'list-empty': { retry: 'never', help: 'you' },
  // The app itself.
  'port-taken': { retry: 'later', help: 'you' },
  'hub-crashed': { retry: 'later', help: 'app' },
  'storage-damaged': { retry: 'never', help: 'app' },
} as const satisfies Record<string, { retry: Retry; help: Help }>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** Whether text is one of ours: codes from a newer hub are shown as `internal`. */
export const isErrorCode = (text: unknown): text is ErrorCode =>
  typeof text === 'string' && Object.hasOwn(ERRORS, text);

/** An error that carries its code across a wall; `message` is the code, never a sentence with data in it. */
export class PartaError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, options?: ErrorOptions) {
    super(code, options);
    this.name = 'PartaError';
    this.code = code;
  }
}

/** The code of anything that was thrown. */
export const codeOf = (error: unknown): ErrorCode => (error instanceof PartaError ? error.code : 'internal');
