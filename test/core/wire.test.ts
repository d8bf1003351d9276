import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ERROR_CODES } from '../../src/core/errors.ts';
import * as limits from '../../src/core/limits.ts';
import * as wire from '../../src/core/wire.ts';
import { nextFileId, nextId, PaperClass } from '../support/paper-class.ts';

/** Every schema of the protocol; a new one belongs here. */
const SCHEMAS = {
  Command: wire.Command, ...wire.CHANGE_BODIES, Entry: wire.Entry, Page: wire.Page, CommandResult: wire.CommandResult,
  Handshake: wire.Handshake, FollowRequest: wire.FollowRequest, Following: wire.Following, PullRequest: wire.PullRequest,
  SubmitRequest: wire.SubmitRequest, SubmitResult: wire.SubmitResult, Ended: wire.Ended, PushedPage: wire.PushedPage, ReadMark: wire.ReadMark, TypingMark: wire.TypingMark,
  Reads: wire.Reads, Typing: wire.Typing, Presence: wire.Presence,
  LessonMark: wire.LessonMark, WallWish: wire.WallWish, Helped: wire.Helped, Wall: wire.Wall, HubFacts: wire.HubFacts,
  JoinRequest: wire.JoinRequest, DeviceRequest: wire.DeviceRequest, Credentials: wire.Credentials,
  SessionRequest: wire.SessionRequest, Session: wire.Session, Me: wire.Me, JoinCode: wire.JoinCode,
  DeviceCode: wire.DeviceCode, Devices: wire.Devices, LessonEnded: wire.LessonEnded, Present: wire.Present,
  UploadMetadata: wire.UploadMetadata,
} as const; // prettier-ignore

/**
 * The protocol's fingerprint. If this fails you changed the wire: what an older side sends must still parse; add a sample,
 * write the version's history in wire.ts and raise PROTOCOL_VERSION where an older side cannot follow. Then pin it anew.
 */
const PINNED = { version: 2, hash: '003f3ee9839f82f7' };

test('the protocol is the one that its version names', () => {
  const shapes = Object.entries(SCHEMAS).map(([name, schema]) => [
    name,
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  ]);
  const hash = createHash('sha256').update(JSON.stringify(shapes)).digest('hex').slice(0, 16);
  expect({ version: wire.PROTOCOL_VERSION, hash }).toEqual(PINNED);
  expect(wire.PROTOCOL_FLOOR).toBeLessThanOrEqual(wire.PROTOCOL_VERSION);
});

/** Samples of what each version brought or changed; a file is never edited once its version has shipped. */
const samplesOf = (version: number) =>
  JSON.parse(readFileSync(new URL(`./samples/wire-${version}.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown[]
  >;

test('one sample of every message ever shipped parses for ever', () => {
  const versions = Array.from({ length: wire.PROTOCOL_VERSION }, (_, at) => samplesOf(at + 1));
  const names = new Set(versions.flatMap((samples) => Object.keys(samples)));
  expect([...names].sort()).toEqual(Object.keys(SCHEMAS).sort());
  for (const [name, list] of versions.flatMap((samples) => Object.entries(samples))) {
    expect(list.length, name).toBeGreaterThan(0);
    for (const sample of list) {
      const parsed = z.safeParse(SCHEMAS[name as keyof typeof SCHEMAS], sample);
      expect(parsed.success, `${name}: ${JSON.stringify(sample)}`).toBe(true);
    }
  }
  const kinds = versions.flatMap((samples) => (samples['Command'] as { kind: string }[]).map(({ kind }) => kind));
  expect(new Set(kinds).size).toBe(wire.Command.def.options.length);
});

test('[S12] an entry of a kind from the future is an entry; its change is unknown here', () => {
  const entry = {
    seq: 1,
    at: 1,
    id: nextId<string>(),
    kind: 'choirStarted',
    label: 'all',
    by: null,
    about: null,
    body: { question: '?' },
  };
  expect(wire.Entry.safeParse(entry).success).toBe(true);
  expect(wire.changeIn(wire.Entry.parse(entry))).toBeNull();
});

test('a code from a newer hub is not an error of the answer', () => {
  const parsed = wire.answer(wire.Nothing).parse({ ok: false, code: 'quantum-flux' });
  expect(parsed).toEqual({ ok: false, code: 'internal' });
  for (const code of ERROR_CODES)
    expect(wire.answer(wire.Nothing).parse({ ok: false, code })).toEqual({ ok: false, code });
});

describe('every limit of the wire holds: the limit passes, one more is refused', () => {
  const paper = new PaperClass().begin();
  const command = (kind: string, body: object) => wire.Command.safeParse({ id: nextId(), kind, body }).success;
  const message = { channelId: paper.channelId, text: '', fileIds: [], replyTo: null };
  const content = {
    title: 't',
    text: '',
    dueAt: null,
    scale: { kind: 'five' },
    assignees: 'all',
    fileIds: [],
    seriesId: null,
  };
  const review = { assignmentId: nextId(), memberId: nextId(), attempt: 1, mark: null, comment: '', seen: null };
  const flow = { fileId: nextFileId(), doneBytes: 0, sizeBytes: 1 };
  const tile = { memberId: nextId(), isHere: true, wantsHelpSince: null, activeAt: null, down: [], up: [] };
  const many = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
  const x = (count: number) => 'x'.repeat(count);
  const cases: [keyof typeof limits, (size: number) => boolean][] = [
    ['MESSAGE_TEXT_MAX', (n) => command('postMessage', { ...message, text: x(n) })],
    ['NAME_MAX', (n) => command('listMember', { memberId: nextId(), name: x(n) })],
    ['TITLE_MAX', (n) => command('assign', { ...content, title: x(n) })],
    ['ASSIGNMENT_TEXT_MAX', (n) => command('assign', { ...content, text: x(n) })],
    ['NOTE_MAX', (n) => command('handIn', { assignmentId: nextId(), fileIds: [], note: x(n) })],
    ['COMMENT_MAX', (n) => command('review', { ...review, comment: x(n) })],
    ['FILES_PER_COMMAND_MAX', (n) => command('postMessage', { ...message, fileIds: many(n, nextFileId) })],
    ['ASSIGNEES_MAX', (n) => command('assign', { ...content, assignees: many(n, nextId) })],
    ['CHILDREN_MAX', (n) => command('setChildren', { memberId: nextId(), childIds: many(n, nextId) })],
    ['MENTIONS_MAX', (n) => command('postMessage', { ...message, mentions: many(n, nextId) })],
    [
      'POLL_OPTIONS_MAX',
      (n) => command('postMessage', { ...message, poll: { options: many(n, () => 'x'), isMultiple: false } }),
    ],
    [
      'POLL_OPTION_MAX',
      (n) => command('postMessage', { ...message, poll: { options: ['x', x(n)], isMultiple: false } }),
    ],
    [
      'READS_MAX',
      (n) => {
        const read = { channelId: paper.channelId, memberId: paper.teacherMember, seq: 1 };
        return wire.Reads.safeParse({ logId: paper.channelId, reads: many(n, () => read) }).success;
      },
    ],
    [
      'TOGETHER_MAX',
      (n) => command('handIn', { assignmentId: nextId(), fileIds: [], note: '', together: many(n, nextId) }),
    ],
    ['WALL_DOWN_MAX', (n) => wire.WallTile.safeParse({ ...tile, down: many(n, () => flow) }).success],
    ['WALL_UP_MAX', (n) => wire.WallTile.safeParse({ ...tile, up: many(n, () => flow) }).success],
    [
      'WALL_TILES_MAX',
      (n) => wire.Wall.safeParse({ logId: nextId(), now: 1, isWhole: true, tiles: many(n, () => tile) }).success,
    ],
    ['POINTS_MAX', (n) => command('assign', { ...content, scale: { kind: 'points', max: n } })],
    [
      'COMMANDS_PER_SUBMIT_MAX',
      (n) => wire.SubmitRequest.safeParse({ logId: nextId(), commands: many(n, () => 0) }).success,
    ],
    [
      'PAGE_ENTRIES_MAX',
      (n) => wire.PullRequest.safeParse({ logId: nextId(), logKey: 'k', after: 0, limit: n }).success,
    ],
    [
      'FILE_NAME_MAX',
      (n) =>
        wire.FileRef.safeParse({
          fileId: nextFileId(),
          name: x(n),
          sizeBytes: 1,
          sha256: 'a'.repeat(64),
          mediaType: '',
        }).success,
    ],
  ];
  test.each(cases)('%s', (name, accepts) => {
    expect(accepts(limits[name])).toBe(true);
    expect(accepts(limits[name] + 1)).toBe(false);
  });
});

test('a poll has at least two options', () => {
  const body = { channelId: nextId(), text: '?', fileIds: [], replyTo: null };
  const asks = (options: string[]) =>
    wire.Command.safeParse({
      id: nextId(),
      kind: 'postMessage',
      body: { ...body, poll: { options, isMultiple: true } },
    }).success;
  expect(limits.POLL_OPTIONS_MIN).toBe(2);
  expect(asks(['да', 'нет'])).toBe(true);
  expect(asks(['да'])).toBe(false);
});

test('wrong shapes are refused without an exception', () => {
  for (const odd of [
    null,
    5,
    'x',
    [],
    {},
    { id: 'x' },
    JSON.parse('{"__proto__":{"kind":"assign"}}'),
    { id: nextId(), kind: 'constructor', body: {} },
  ]) {
    expect(wire.Command.safeParse(odd).success).toBe(false);
    expect(wire.Page.safeParse(odd).success).toBe(false);
  }
});
