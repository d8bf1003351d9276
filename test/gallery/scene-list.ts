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
  /** It is looked at in a window zoomed to 200 % too. */
  isZoomed?: true;
  acts?: readonly ({ press: string } | { click: string | RegExp } | { type: string })[];
}

export const SCENES = {
  'first-run': { on: 'teacher' },
  connect: { on: 'teacher', path: '/connect' },
  'today-busy': { on: 'teacher', isZoomed: true, path: '/' },
  'today-school': { on: 'teacher', path: '/' },
  'today-done': { on: 'teacher', path: '/' },
  'today-offline': { on: 'teacher', path: '/' },
  'new-class': { on: 'teacher', path: '/new-class' },
  chat: { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'chat-empty': { on: 'teacher', path: '/class/:log/chat' },
  'chat-offline': { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'chat-search': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [{ press: 'Control+f' }, { type: 'работы' }],
  },
  'chat-readers': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [{ click: /прочитали 9|read by 9/ }],
  },
  search: { on: 'teacher', isZoomed: true, path: '/search', acts: [{ type: 'сдать' }] },
  'search-nothing': { on: 'teacher', path: '/search', acts: [{ type: 'бегемот' }] },
  'chat-words': { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'chat-media': { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'chat-viewer': { on: 'teacher', path: '/class/:log/chat', acts: [{ click: /стр1\.jpg/ }] },
  'chat-asks': { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'chat-signed': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [{ click: /^(Ознакомлены \d|Confirmed by)/ }],
  },
  'chat-marks-waiting': { on: 'teacher', path: '/class/:log/chat' },
  'composer-poll': { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'composer-mention': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [
      { click: /^(Добавить к сообщению|Add to the message)$/ },
      { press: 'Escape' },
      { press: 'Tab' },
      { type: '@бел' },
    ],
  },
  'composer-formats': {
    on: 'teacher',
    path: '/class/:log/chat',
    acts: [{ click: /^(Добавить к сообщению|Add to the message)$/ }, { press: 'ArrowUp' }, { press: 'Enter' }],
  },
  'chat-scheduled': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [{ click: /отложенных сообщения|scheduled messages/ }],
  },
  channels: { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'channel-direct': { on: 'teacher', path: '/class/:log/chat' },
  'channel-archived': { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'channel-readers': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [{ click: /^\d+ (участник|reader)/ }],
  },
  'channel-new': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [{ click: /^(Новый чат|New chat)$/ }],
  },
  'channel-write': { on: 'teacher', isZoomed: true, path: '/class/:log/chat', acts: [{ press: 'w' }] },
  'channel-refused': { on: 'teacher', isZoomed: true, path: '/class/:log/chat' },
  'channel-menu': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/chat',
    acts: [{ click: /^(Действия с чатом|Chat actions)$/ }],
  },
  'channel-export': {
    on: 'teacher',
    path: '/class/:log/chat',
    acts: [{ click: /^(Действия с чатом|Chat actions)$/ }, { press: 'ArrowDown' }, { press: 'Enter' }],
  },
  school: { on: 'teacher', path: '/school/:log' },
  'school-group': { on: 'teacher', path: '/school/:log', acts: [{ click: /^(Новая группа|New group)$/ }] },
  assignments: { on: 'teacher', path: '/class/:log/assignments' },
  'assignments-empty': { on: 'teacher', path: '/class/:log/assignments' },
  'assignment-new': { on: 'teacher', path: '/class/:log/assignments/new' },
  'assignment-one': { on: 'teacher', path: '/class/:log/assignments/:assignment' },
  'assignment-brought': { on: 'teacher', path: '/class/:log/assignments/:assignment' },
  intake: {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/assignments/:assignment',
    acts: [{ click: /^(Принять работы|Take works in)$/ }, { press: 'ArrowDown' }, { press: 'Enter' }],
  },
  'intake-nothing': {
    on: 'teacher',
    path: '/class/:log/assignments/:assignment',
    acts: [{ click: /^(Принять работы|Take works in)$/ }, { press: 'ArrowDown' }, { press: 'Enter' }],
  },
  'save-works': {
    on: 'teacher',
    isZoomed: true,
    path: '/class/:log/assignments',
    acts: [{ click: /^(Сохранить работы…|Save works…)$/ }],
  },
  savings: { on: 'teacher', path: '/class/:log/assignments' },
  handed: { on: 'teacher', isZoomed: true, path: '/class/:log/assignments' },
  members: { on: 'teacher', isZoomed: true, path: '/class/:log/members' },
  'members-parents': { on: 'teacher', path: '/class/:log/members' },
  'members-empty': { on: 'teacher', path: '/class/:log/members' },
  'members-import': { on: 'teacher', path: '/class/:log/members/import' },
  'review-list': { on: 'teacher', path: '/review' },
  'review-list-done': { on: 'teacher', path: '/review' },
  'review-text': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-pdf': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-photo': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-other': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-brought': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-missing': { on: 'teacher', path: '/review/:log/:assignment' },
  'review-refused': { on: 'teacher', path: '/review/:log/:assignment' },
  lesson: { on: 'teacher', path: '/lesson/:log' },
  'lesson-no-network': { on: 'teacher', path: '/lesson/:log' },
  'lesson-wall': { on: 'teacher', isZoomed: true, path: '/lesson/:log' },
  'lesson-wall-one': { on: 'teacher', path: '/lesson/:log' },
  'lesson-wall-empty': { on: 'teacher', path: '/lesson/:log' },
  'lesson-wall-offline': { on: 'teacher', path: '/lesson/:log' },
  'lesson-wall-full': { on: 'teacher', path: '/lesson/:log', acts: [{ press: 'f' }] },
  'lesson-door-full': { on: 'teacher', path: '/lesson/:log', acts: [{ press: 'f' }] },
  'lesson-seats': { on: 'teacher', isZoomed: true, path: '/lesson/:log' },
  'lesson-arrange': { on: 'teacher', path: '/lesson/:log', acts: [{ click: /^(Рассадить|Seats)$/ }] },
  'lesson-tile': { on: 'teacher', path: '/lesson/:log', acts: [{ click: /Виноградов Тимофей/ }] },
  'lesson-hand-out': { on: 'teacher', isZoomed: true, path: '/lesson/:log', acts: [{ press: 'g' }] },
  'lesson-collect': { on: 'teacher', isZoomed: true, path: '/lesson/:log', acts: [{ press: 'c' }] },
  'lesson-collected': { on: 'teacher', path: '/lesson/:log' },
  'lesson-ending': {
    on: 'teacher',
    isZoomed: true,
    path: '/lesson/:log',
    acts: [{ click: /^(Закончить урок|End the lesson)$/ }],
  },
  'lesson-ended': {
    on: 'teacher',
    path: '/lesson/:log',
    acts: [{ click: /^(Закончить урок|End the lesson)$/ }, { press: 'Enter' }],
  },
  devices: { on: 'teacher', path: '/devices' },
  settings: { on: 'teacher', isZoomed: true, path: '/settings' },
  palette: { on: 'teacher', isZoomed: true, path: '/class/:log/chat', acts: [{ press: 'Control+k' }] },
  shortcuts: { on: 'teacher', path: '/class/:log/chat', acts: [{ press: '?' }] },
  'pupil-join': { on: 'pupil' },
  'pupil-join-wrong': {
    on: 'pupil',
    acts: [{ type: '123456' }, { press: 'Tab' }, { type: 'Белов Илья' }, { press: 'Enter' }],
  },
  'pupil-no-hub': { on: 'pupil' },
  'pupil-waiting': { on: 'pupil' },
  'pupil-waiting-offline': { on: 'pupil' },
  'pupil-declined': { on: 'pupil' },
  'pupil-empty': { on: 'pupil' },
  'pupil-tasks': { on: 'pupil' },
  'pupil-chosen': { on: 'pupil' },
  'pupil-sending': { on: 'pupil' },
  'pupil-lost-file': { on: 'pupil' },
  'pupil-refused': { on: 'pupil' },
  'pupil-handed-in': { on: 'pupil', acts: [{ click: /Упражнение 214/ }] },
  'pupil-returned': { on: 'pupil', acts: [{ click: /Упражнение 214/ }] },
  'pupil-redo': { on: 'pupil' },
  'pupil-chat': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'pupil-offline': { on: 'pupil' },
  'pupil-chat-offline': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'pupil-chats': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }, { click: /^(Все чаты|All chats)/ }] },
  'pupil-chat-asks': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'pupil-chat-asks-offline': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'pupil-chat-shows': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'pupil-chat-viewer': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }, { click: /стр2\.jpg/ }] },
  'pupil-chat-actions': {
    on: 'pupil',
    acts: [
      { click: /^(Чат|Chat)/ },
      { press: 'Shift+Tab' },
      { press: 'Tab' },
      { press: 'Tab' },
      { press: 'Tab' },
      { press: 'Tab' },
      { press: 'Enter' },
    ],
  },
  'pupil-chat-direct': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'pupil-chat-shut': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'pupil-search': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }, { click: /^(Поиск|Search)/ }, { type: 'тетрадь' }] },
  'parent-tasks': { on: 'pupil', acts: [{ click: /Упражнение 214/ }] },
  'parent-chat': { on: 'pupil', acts: [{ click: /^(Чат|Chat)/ }] },
  'parent-childless': { on: 'pupil' },
  'pupil-leave': { on: 'pupil', acts: [{ click: /^(Выйти|Leave)$/ }] },
  'pupil-closed': { on: 'pupil' },
} as const satisfies Record<string, Scene>;

export type SceneName = keyof typeof SCENES;
type SceneOn<Whose> = { [K in SceneName]: (typeof SCENES)[K]['on'] extends Whose ? K : never }[SceneName];
export type TeacherScene = SceneOn<'teacher'>;
export type PupilScene = SceneOn<'pupil'>;

/** A common laptop's window at 200 %: half as many CSS pixels, twice as many dots for each. */
export const ZOOMED = { width: 683, height: 384, scale: 2 } as const;

/** How wide a scene's pictures are, in CSS pixels: a small and a common window, a small phone. */
export const WIDTHS: Readonly<Record<Scene['on'], readonly number[]>> = { teacher: [1024, 1440], pupil: [360] };
