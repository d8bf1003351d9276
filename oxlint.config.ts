// Lint rules. The import rules are derived from scripts/fence.ts, one override per room and one per door file.
// What oxlint taught: one gitignore-like `group` per file set, because a `!` pattern that matches ends the whole rule; the
// last pattern that matches wins; rules with `regex` must stand before the group.
import { defineConfig, type OxlintConfig, type OxlintOverride } from 'oxlint';
import { DOORS, NODE_GLOBALS, SECURE_CONTEXT_ONLY, WALLS, type Wall } from './scripts/fence.ts';

const TOP_FOLDERS = ['core', 'hub', 'client', 'ui', 'renderer', 'student', 'preload', 'main'];
/** Signs, keys and the name that are the same in every language; all other text on screen comes from the texts files. */
const SIGNS = [
  ...'·•—–-+×/:,.;()%№…→←↑↓?!*⌘',
  'Ctrl',
  'Ctrl K',
  'Ctrl+K',
  'Shift',
  'Alt',
  'Enter',
  'Esc',
  'Tab',
  'Parta',
];
const globOf = (path: string) => (path.endsWith('/') ? `src/${path}**/*.{ts,tsx}` : `src/${path}`);
const below = (path: string) => (path.endsWith('/') ? `${path}**` : path);

type Rules = NonNullable<OxlintOverride['rules']>;

/** The pattern list of a wall: forbid all, allow relative paths and listed packages, forbid other rooms, allow the listed ones. */
function importRule(wall: Wall, ownFile?: string): NonNullable<Rules['no-restricted-imports']> {
  const own = new Set(wall.files.map((path) => path.split('/')[0]));
  const closed = DOORS.filter((door) => !door.names && !(ownFile && door.files.includes(ownFile))).map(
    (d) => d.library,
  );
  const namesClosed = DOORS.filter((door) => door.names && !(ownFile && door.files.includes(ownFile)));
  const group = [
    '**',
    '!./**',
    '!../**',
    // A star ends at a slash: both `node:fs` and `node:fs/promises` are meant.
    ...wall.packages
      .filter((name) => !closed.includes(name))
      .flatMap((name) => (name.endsWith('*') ? [`!${name}`, `!${name}/**`] : [`!${name}`])),
    ...closed.filter((library) => library.startsWith('node:')),
    ...TOP_FOLDERS.filter((folder) => !own.has(folder)).map((folder) => `../**/${folder}/**`),
    ...(wall.files[0]?.startsWith('preload/') ? ['./index.ts'] : []),
    ...[...wall.rooms, ...(wall.typesOf ?? [])].map((path) => `!../**/${below(path)}`),
    '../**/test/**',
    '../**/scripts/**',
  ];
  const typesOnly = (wall.typesOf ?? []).map((path) => ({
    regex: `^(\\.\\./)+${path.replaceAll('.', '\\.')}`,
    allowTypeImports: true,
    message: 'Only types may come from here.',
  }));
  return [
    'error',
    {
      paths: namesClosed.map((door) => ({
        name: door.library,
        importNames: [...(door.names ?? [])],
        message: `Only ${door.files.join(', ')} may import this.`,
      })),
      patterns: [...typesOnly, { group, message: 'Not in this room: see scripts/fence.ts.' }],
    },
  ];
}

function environmentRules(wall: Wall): Rules {
  const isPage = wall.environment === 'browser' || wall.environment === 'page';
  const properties = [
    ...(wall.plainHttp ? SECURE_CONTEXT_ONLY.map((entry) => ({ ...entry, message: 'Absent on plain HTTP.' })) : []),
    ...(wall.environment === 'pure'
      ? [
          { object: 'Math', property: 'random', message: 'core is pure: chance comes in as an argument.' },
          { object: 'Date', property: 'now', message: 'core is pure: time comes in as an argument.' },
        ]
      : []),
  ];
  return {
    ...(isPage ? { 'no-restricted-globals': ['error', ...NODE_GLOBALS] } : {}),
    ...(wall.environment === 'page' ? { 'react/jsx-no-literals': ['error', { allowedStrings: SIGNS }] } : {}),
    ...(properties.length ? { 'no-restricted-properties': ['error', ...properties] } : {}),
  };
}

const wallOverrides = Object.values(WALLS).map((wall) => ({
  files: wall.files.map(globOf),
  rules: { 'no-restricted-imports': importRule(wall), ...environmentRules(wall) },
}));

const doorFiles = [...new Set(DOORS.flatMap((door) => door.files))];
const doorOverrides = doorFiles.flatMap((file) => {
  const wall = Object.values(WALLS).find((w) => w.files.some((path) => file.startsWith(path)));
  return wall ? [{ files: [globOf(file)], rules: { 'no-restricted-imports': importRule(wall, file) } }] : [];
});

const config: OxlintConfig = defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'react', 'jsx-a11y', 'promise', 'vitest', 'node'],
  categories: { correctness: 'error' },
  env: { builtin: true, es2024: true },
  options: { denyWarnings: true },
  ignorePatterns: ['node_modules', 'out', '*-output', 'test/**/fixtures/**'],
  rules: {
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'no-else-return': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/ban-ts-comment': 'error',
    'react/rules-of-hooks': 'error',
    'react/exhaustive-deps': 'error',
    'import/no-self-import': 'error',
    'import/no-duplicates': 'error',
    'promise/no-return-wrap': 'error',
    // Takes zod's `z.catch(schema, value)` for a promise.
    'promise/valid-params': 'off',
    // Names are cleaned of control characters, so expressions do name them.
    'no-control-regex': 'off',
    // Vitest takes a message as a second argument and a value as a title; copies of arrays are made on purpose.
    'vitest/valid-expect': 'off',
    'vitest/valid-title': 'off',
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'assert*', '*.expect*'] }],
    'vitest/no-conditional-expect': 'off',
    'import/namespace': ['error', { allowComputed: true }],
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    'unicorn/no-useless-spread': 'off',
    'typescript/no-this-alias': 'off',
    'promise/no-callback-in-promise': 'off',
    // Takes an icon chosen from a table for a component made anew.
    'react/static-components': 'off',
    // Demands of React's compiler, which is not used here.
    'react/refs': 'off',
    'react/set-state-in-effect': 'off',
    'react/preserve-manual-memoization': 'off',
    // Roles on other elements are how ARIA's patterns (listbox, group of toggles) are built; native ones do not fit there.
    'jsx-a11y/prefer-tag-over-role': 'off',
    // A list row that takes focus and keys, a pane that takes dropped files: judged by axe in real pages instead.
    'jsx-a11y/no-noninteractive-tabindex': 'off',
    'jsx-a11y/no-noninteractive-element-interactions': 'off',
    // Does not know Vite's `?worker` imports.
    'import/default': 'off',
  },
  overrides: [{ files: ['src/**/*.{ts,tsx}'], rules: { 'no-console': 'error' } }, ...wallOverrides, ...doorOverrides],
});

export default config;
