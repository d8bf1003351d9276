/**
 * Every screen × state that Parta shows, as one typed list: it drives both the test and `npm run gallery`. A scene that is named
 * here and not staged (page/stage.ts) does not compile; a picture that is missing fails.
 */
export interface Scene {
  /** Whose page it is on. */
  on: 'teacher' | 'pupil';
  /** Path of the teacher's own router; pupils' pages have none. `:log`, `:assignment` stand for the stage's own. */
  path?: string;
  /** What the person does before the picture, in order: keys to press, or a visible name to click. */
  acts?: readonly ({ press: string } | { click: string | RegExp } | { type: string })[];
}

export const SCENES = {
  'first-run': { on: 'teacher' },
  connect: { on: 'teacher', path: '/connect' },
  'today-busy': { on: 'teacher', path: '/' },
  'today-done': { on: 'teacher', path: '/' },
  'today-offline': { on: 'teacher', path: '/' },
  'new-class': { on: 'teacher', path: '/new-class' },
  chat: { on: 'teacher', path: '/class/:log/chat' },
  'chat-empty': { on: 'teacher', path: '/class/:log/chat' },
  'chat-offline': { on: 'teacher', path: '/class/:log/chat' },
  assignments: { on: 'teacher', path: '/class/:log/assignments' },
  'assignments-empty': { on: 'teacher', path: '/class/:log/assignments' },
  'assignment-new': { on: 'teacher', path: '/class/:log/assignments/new' },
  'assignment-one': { on: 'teacher', path: '/class/:log/assignments/:assignment' },
  members: { on: 'teacher', path: '/class/:log/members' },
  'members-empty': { on: 'teacher', path: '/class/:log/members' },
  'members-import': { on: 'teacher', path: '/class/:log/members/import' },
  'review-list': { on: 'teacher', path: '/review' },
  'review-list-done': { on: 'teacher', path: '/review' },
  'review-text': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-pdf': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-photo': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-other': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-missing': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-refused': { on: 'teacher', path: '/review/:log/:assignment' },
  lesson: { on: 'teacher', path: '/lesson/:log' },
  'lesson-no-network': { on: 'teacher', path: '/lesson/:log' },
  devices: { on: 'teacher', path: '/devices' },
  settings: { on: 'teacher', path: '/settings' },
  palette: { on: 'teacher', path: '/class/:log/chat', acts: [{ press: 'Control+k' }] },
  shortcuts: { on: 'teacher', path: '/class/:log/chat', acts: [{ press: '?' }] },
} as const satisfies Record<string, Scene>;

export type SceneName = keyof typeof SCENES;
