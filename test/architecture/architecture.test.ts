// The fence, held and proved: the real sources obey the dependency table, the doors and the house rules, and sources that do
// not (fixtures/) are refused by this checker, by lint and by the compiler, each where it says so in its first line.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CARD, DOORS, WALLS } from '../../scripts/fence.ts';
import {
  clockComplaint,
  deadWords,
  firstCommentComplaint,
  lengthComplaint,
  listedRules,
  nameComplaints,
  quotedRules,
  textComplaint,
  LONG_FILE_LINES,
} from './house-rules.ts';
import { cycles, fenceViolations, parseSource, readSources, withoutComments } from './import-graph.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(import.meta.dirname, 'fixtures');
const GENERATED = ['test/architecture/fixtures/', 'test/electron/dist/'];

const production = readSources(ROOT, 'src');
const everything = [
  ...production,
  ...readSources(ROOT, 'scripts'),
  ...readSources(ROOT, 'test', GENERATED),
  ...readdirSync(ROOT)
    .filter((name) => name.endsWith('.config.ts'))
    .map((name) => parseSource(name, readFileSync(join(ROOT, name), 'utf8'))),
];

describe('the sources obey', () => {
  test('the dependency table and the doors', () => {
    expect(fenceViolations(production)).toEqual([]);
  });

  test('no cycle of value imports', () => {
    expect(cycles(production)).toEqual([]);
  });

  test('every room of the table has sources, and no folder within a room bears a room’s name', () => {
    for (const [room, wall] of Object.entries(WALLS)) {
      const own = production.filter(({ path }) => wall.files.some((start) => path.startsWith(`src/${start}`)));
      expect(own.length, `${room} is empty`).toBeGreaterThan(0);
    }
    const rooms = readdirSync(join(ROOT, 'src'));
    const doubled = production.filter(({ path }) =>
      path
        .split('/')
        .slice(2, -1)
        .some((folder) => rooms.includes(folder)),
    );
    expect(doubled.map(({ path }) => path)).toEqual([]);
  });

  test('every door exists and is used', () => {
    for (const { library, files } of DOORS) {
      for (const path of files) {
        const file = production.find((one) => one.path === `src/${path}`);
        expect(file, `src/${path} is named as a door for ${library}`).toBeDefined();
      }
      const users = production.filter(({ imports }) => imports.some(({ specifier }) => specifier === library));
      expect(users.length, `nothing imports ${library}`).toBeGreaterThan(0);
    }
  });

  test('names say something', () => {
    expect(everything.flatMap(({ path }) => nameComplaints(path))).toEqual([]);
  });

  test('long files give a reason', () => {
    expect(everything.flatMap(lengthComplaint)).toEqual([]);
  });

  test('files begin with what they promise', () => {
    expect(production.flatMap(firstCommentComplaint)).toEqual([]);
  });

  test('no text on screen in a component', () => {
    expect(production.flatMap(textComplaint)).toEqual([]);
  });

  test('no word is kept that nobody says', () => {
    expect(deadWords(production)).toEqual([]);
  });

  test('core reads no clock', () => {
    expect(production.flatMap(clockComplaint)).toEqual([]);
  });

  test('all nine packages of the design card are imported', () => {
    const specifiers = everything.flatMap(({ imports }) => imports.map(({ specifier }) => specifier));
    const unused = Object.entries(CARD).filter(([, pattern]) => !specifiers.some((one) => pattern.test(one)));
    expect(unused.map(([name]) => name)).toEqual([]);
    expect(Object.keys(CARD)).toHaveLength(9);
  });
});

describe('the rules of state', () => {
  const architecturePath = join(ROOT, 'ARCHITECTURE.md');
  const issued = Array.from({ length: 20 }, (_, index) => `S${index + 1}`);
  const rules = existsSync(architecturePath) ? listedRules(readFileSync(architecturePath, 'utf8')) : issued;
  const quotes = everything
    .filter(({ path }) => /\.(test|contract)\.tsx?$/.test(path) && !path.startsWith('test/architecture/'))
    .flatMap(({ path, text }) => quotedRules(text).map((rule) => ({ path, rule })));

  test('ARCHITECTURE.md lists all of them', () => {
    expect(rules).toEqual(expect.arrayContaining(issued));
  });

  test('each is quoted by a test', () => {
    const untested = rules.filter((rule) => !quotes.some((quote) => quote.rule === rule));
    expect(untested).toEqual([]);
  });

  test('no test quotes an unknown one', () => {
    expect(quotes.filter(({ rule }) => !rules.includes(rule))).toEqual([]);
  });
});

describe('the fence can fail', () => {
  type Guard = 'graph' | 'lint' | 'types';
  interface Fixture {
    readonly path: string;
    readonly refusedBy: readonly Guard[];
  }
  const sources = readSources(FIXTURES, 'src');
  const fixtures = sources.map(({ path, text }): Fixture => {
    const verdict = /^\/\/ (Allowed|Refused by ([a-z, ]+)):/.exec(text);
    if (!verdict) throw new Error(`${path} does not begin with "// Allowed:" or "// Refused by …:"`);
    return { path, refusedBy: (verdict[2]?.split(', ') ?? []) as Guard[] };
  });
  const refusals = new Map<Guard, string[]>();
  let yard = '';

  beforeAll(() => {
    // The real configurations, in a project that holds nothing but the fixtures.
    yard = mkdtempSync(join(tmpdir(), 'parta-fence-'));
    cpSync(join(FIXTURES, 'src'), join(yard, 'src'), { recursive: true });
    cpSync(join(ROOT, 'oxlint.config.ts'), join(yard, 'oxlint.config.ts'));
    cpSync(join(ROOT, 'scripts/fence.ts'), join(yard, 'scripts/fence.ts'));
    symlinkSync(join(ROOT, 'node_modules'), join(yard, 'node_modules'));
    const projects = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /tsconfig[\w.]*\.json$/.test(name))
      .map((name) => `src/${name.replaceAll('\\', '/')}`);
    for (const path of ['tsconfig.base.json', ...projects]) {
      // Built into a folder of its own: the real cache lies behind the link.
      const text = readFileSync(join(ROOT, path), 'utf8').replaceAll('node_modules/.cache/tsc', '.cache/tsc');
      writeFileSync(join(yard, path), text);
    }

    const run = (args: readonly string[]) =>
      spawnSync(process.execPath, args, { cwd: yard, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } }).stdout;
    const filesIn = (output: string, pattern: RegExp) => [...output.matchAll(pattern)].map(([, path = '']) => path);
    const lint = run([join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--format=unix', 'src']);
    const types = run([join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', '--pretty', 'false', ...projects]);
    refusals.set('lint', filesIn(lint, /^(src\/[^:]+):\d+:\d+:/gm));
    refusals.set('types', filesIn(types, /^(src\/[^(]+)\(\d+,\d+\): error/gm));
    refusals.set(
      'graph',
      fenceViolations(sources).map((violation) => violation.slice(0, violation.indexOf(':'))),
    );
  });
  afterAll(() => rmSync(yard, { recursive: true, force: true }));

  test.each(fixtures)('$path', ({ path, refusedBy }) => {
    const refusing = (['graph', 'lint', 'types'] as const).filter((guard) => refusals.get(guard)?.includes(path));
    expect(refusing).toEqual(['graph', 'lint', 'types'].filter((guard) => refusedBy.includes(guard as Guard)));
  });

  test('every room and every door has a fixture that is refused', () => {
    const refused = new Set(fixtures.filter(({ refusedBy }) => refusedBy.length > 0).map(({ path }) => path));
    for (const [room, wall] of Object.entries(WALLS)) {
      const own = [...refused].filter((path) => wall.files.some((start) => path.startsWith(`src/${start}`)));
      expect(own.length, room).toBeGreaterThan(0);
    }
    for (const { library } of DOORS) {
      const tried = sources.filter(
        ({ path, imports }) => refused.has(path) && imports.some(({ specifier }) => specifier === library),
      );
      expect(tried.length, library).toBeGreaterThan(0);
    }
  });
});

describe('the house rules can fail', () => {
  const file = (path: string, text: string) => parseSource(path, text);

  test('a cycle is found, a cycle of types is none', () => {
    const a = "import { b } from './b.ts';";
    expect(cycles([file('src/core/a.ts', a), file('src/core/b.ts', "export { a } from './a.ts';")])).toHaveLength(1);
    const typed = "import type { A } from './a.ts';";
    expect(cycles([file('src/core/a.ts', a), file('src/core/b.ts', typed)])).toEqual([]);
  });

  test.each([
    'src/core/utils.ts',
    'src/hub/log-manager.ts',
    'src/ui/common/x.ts',
    'src/core/x/index.ts',
    'src/ui/fooBar.ts',
  ])('the name %s is refused', (path) => expect(nameComplaints(path)).toHaveLength(1));

  test.each(['src/main/index.ts', 'src/renderer/ChatPane.tsx', 'src/hub/store-sqlite.ts', 'test/hub/store.test.ts'])(
    'the name %s is good',
    (path) => expect(nameComplaints(path)).toEqual([]),
  );

  test('a long file needs a reason', () => {
    const lines = '\n'.repeat(LONG_FILE_LINES);
    expect(lengthComplaint(file('src/a.ts', `// What it is.\n${lines}`))).toHaveLength(1);
    expect(lengthComplaint(file('src/a.ts', `// What it is; long because of a table.\n${lines}`))).toEqual([]);
  });

  test('a missing first comment, a text in a component and a clock in core are found', () => {
    expect(firstCommentComplaint(file('src/a.ts', 'export {};'))).toHaveLength(1);
    expect(textComplaint(file('src/ui/A.tsx', 'export const a = <b>Класс</b>;'))).toHaveLength(1);
    expect(textComplaint(file('src/ui/A.tsx', '// Класс\nexport const a = <b />;'))).toEqual([]);
    expect(clockComplaint(file('src/core/a.ts', 'export const a = () => new Date();'))).toHaveLength(1);
  });

  test('a word that nobody says is found, in a line of its own or among others', () => {
    const texts = file(
      'src/ui/texts/ru.ts',
      "export const ru = {\n  a: {\n    title: 'А',\n    'not-here': 'Б',\n    of: (n: number, total: number) => `${n}`,\n    kinds: { one: 'В', two: 'Г' },\n  },\n};",
    );
    const code = (text: string) => file('src/ui/A.tsx', text);
    expect(deadWords([texts, code("t.a.title + t.a['not-here'] + t.a.of(1) + t.a.kinds.one + t.a.kinds.two")])).toEqual(
      [],
    );
    const { length } = deadWords([texts, code('const { of } = t.a; // t.a.title')]);
    expect(length).toBe(5);
    expect(deadWords([texts, code('t.a.title + t.a.of(1) + t.a.kinds.one')])).toEqual([
      'src/ui/texts/ru.ts: nobody asks for "not-here"',
      'src/ui/texts/ru.ts: nobody asks for "two"',
    ]);
  });

  test('rules are found in test names and in lists', () => {
    expect(quotedRules("test('[S5] gap'); test(`[S6, S7] one`); // [S9]")).toEqual(['S5', 'S6', 'S7']);
    expect(listedRules('- **S1 Order.** `seq`\n| S2 | Append |\nsee S3')).toEqual(['S1', 'S2']);
  });

  test('comments are no code, strings are', () => {
    expect(withoutComments("const a = 'http://x'; // import x from 'y'")).toBe("const a = 'http://x'; ");
  });
});
