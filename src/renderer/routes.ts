/**
 * Every place of the window as a path of its own router (kept after `#`, so that back and forward work and the place can be
 * remembered in settings). `routes` writes paths, `PATTERNS` reads them; no other file spells one.
 */
import type { ChannelId, CommandId, LogId, MemberId } from '../core/ids.ts';

export const CLASS_TABS = ['chat', 'assignments', 'members', 'files'] as const;
export type ClassTab = (typeof CLASS_TABS)[number];

export const PATTERNS = {
  today: '/',
  newClass: '/new-class',
  welcome: '/welcome/:logId',
  newAssignment: '/class/:logId/assignments/new',
  editAssignment: '/class/:logId/assignments/:assignmentId/edit',
  assignment: '/class/:logId/assignments/:assignmentId',
  /** `seq`: a message to go to. */
  chat: '/class/:logId/chat/:channelId?/:seq?',
  school: '/school/:logId/:channelId?/:seq?',
  /** `text`: what to look for. */
  search: '/search/:text?',
  classTab: '/class/:logId/:tab',
  importRoster: '/class/:logId/members/import',
  reviewList: '/review',
  review: '/review/:logId/:assignmentId/:memberId?',
  lesson: '/lesson/:logId?',
  devices: '/devices',
  settings: '/settings',
  connect: '/connect',
  portfolio: '/portfolio',
  /** `code`: what to check. */
  checkCode: '/check-code/:code?',
} as const;

const tail = (...parts: (string | number | undefined)[]) =>
  parts
    .filter((part) => part !== undefined)
    .map((part) => `/${part}`)
    .join('');

export const routes = {
  today: () => '/',
  newClass: () => '/new-class',
  welcome: (logId: LogId) => `/welcome/${logId}`,
  connect: () => '/connect',
  classTab: (logId: LogId, tab: ClassTab) => `/class/${logId}/${tab}`,
  /**
   * A chat of a class: one of its channels, or a talk with one of its people; without a channel the one that was open last.
   * @param seq a message to go to
   */
  chat: (logId: LogId, channelId?: ChannelId, seq?: number) => `/class/${logId}/chat${tail(channelId, seq)}`,
  /** The same in the school's log. */
  school: (logId: LogId, channelId?: ChannelId, seq?: number) => `/school/${logId}${tail(channelId, seq)}`,
  /** The search in all messages; without a text as it was left. */
  search: (text?: string) => `/search${tail(text ? encodeURIComponent(text) : undefined)}`,
  importRoster: (logId: LogId) => `/class/${logId}/members/import`,
  newAssignment: (logId: LogId) => `/class/${logId}/assignments/new`,
  assignment: (logId: LogId, assignmentId: CommandId) => `/class/${logId}/assignments/${assignmentId}`,
  editAssignment: (logId: LogId, assignmentId: CommandId) => `/class/${logId}/assignments/${assignmentId}/edit`,
  reviewList: () => '/review',
  review: (logId: LogId, assignmentId: CommandId, memberId?: MemberId) =>
    `/review/${logId}/${assignmentId}${memberId ? `/${memberId}` : ''}`,
  lesson: (logId?: LogId) => (logId ? `/lesson/${logId}` : '/lesson'),
  /** @param code as it was read, to be checked at once */
  checkCode: (code?: string) => `/check-code${tail(code)}`,
  portfolio: () => '/portfolio',
  devices: () => '/devices',
  settings: () => '/settings',
} as const;
