// Reads which file imports what, from the sources as they stand, and holds that against scripts/fence.ts.
// Hides how imports are found in text (TypeScript 7 has no compiler API for it): statements begin a line, because Prettier
// formats every file, and comments are taken out first.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { DOORS, WALLS, type Wall } from '../../scripts/fence.ts';

export interface Import {
  readonly specifier: string;
  /** `static` links of values make cycles; types and `import()` do not. */
  readonly kind: 'static' | 'type' | 'dynamic';
  readonly names: readonly string[];
}

export interface SourceFile {
  /** From the project's root, with forward slashes: `src/core/wire.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?([^;'"]*?)\s*from\s*['"]([^'"]+)['"]/gm;
const SIDE_EFFECT = /^import\s+['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
const REQUIRE = /\brequire\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Every TypeScript source below a folder, except what `skip` names. */
export function readSources(root: string, folder: string, skip: readonly string[] = []): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !skip.some((start) => path.startsWith(start)))
    .filter((path) => statSync(join(root, path)).isFile())
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

export function parseSource(path: string, text: string): SourceFile {
  const code = withoutComments(text);
  const imports: Import[] = [];
  for (const [, type, clause = '', specifier = ''] of code.matchAll(STATEMENT)) {
    const names = [...clause.matchAll(/[\w$]+(?=\s*(?:,|\}|$| as ))/g)].map(([name]) => name);
    imports.push({ specifier, kind: type ? 'type' : 'static', names });
  }
  for (const [, specifier = ''] of code.matchAll(SIDE_EFFECT)) imports.push({ specifier, kind: 'static', names: [] });
  for (const [, specifier = ''] of code.matchAll(DYNAMIC)) imports.push({ specifier, kind: 'dynamic', names: [] });
  for (const [, specifier = ''] of code.matchAll(REQUIRE)) imports.push({ specifier, kind: 'static', names: [] });
  return { path, text, imports };
}

/** Comments become nothing; a `//` inside a string on the same line stays. */
export function withoutComments(text: string): string {
  return text.replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1');
}

/** The comment a file begins with; empty where it begins with code. */
export function firstComment(text: string): string {
  return /^(?:#![^\n]*\n)?\s*((?:\/\/[^\n]*\n\s*)+|\/\*[\s\S]*?\*\/)/.exec(text)?.[1] ?? '';
}

/** Where a relative import leads: a path from the project's root. */
export function resolveImport(fromPath: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(fromPath), specifier));
}

const covers = (pattern: string, path: string) => (pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern);

/** The wall a file stands behind. @param path relative to src/ */
export function wallOf(path: string): Wall | undefined {
  return Object.values(WALLS).find((wall) => wall.files.some((pattern) => covers(pattern, path)));
}

/** What the dependency table and the doors say against these files; empty when nothing. Files outside src/ are not judged. */
export function fenceViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    if (!file.path.startsWith('src/')) return [];
    const own = file.path.slice('src/'.length);
    const wall = wallOf(own);
    if (!wall) return [`${file.path}: belongs to no room`];
    return file.imports.flatMap((one) => {
      const complaint = one.specifier.startsWith('.')
        ? roomComplaint(file.path, wall, one)
        : packageComplaint(own, wall, one);
      return complaint ? [`${file.path}: "${one.specifier}" ${complaint}`] : [];
    });
  });
}

function roomComplaint(path: string, wall: Wall, { specifier, kind }: Import): string | undefined {
  if (!/\.\w+(\?\w+(&\w+)*)?$/.test(specifier)) return 'names no file ending';
  const target = resolveImport(path, specifier);
  if (!target.startsWith('src/')) return 'leads out of src/';
  const inside = target.slice('src/'.length);
  if (wall.files.some((pattern) => covers(pattern, inside))) return undefined;
  if (wall.rooms.some((pattern) => covers(pattern, inside))) return undefined;
  if (wall.typesOf?.some((pattern) => covers(pattern, inside)))
    return kind === 'type' ? undefined : 'may give types only';
  return 'is another room';
}

function packageComplaint(own: string, wall: Wall, { specifier, names }: Import): string | undefined {
  const isListed = wall.packages.some((name) =>
    name.endsWith('*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name,
  );
  if (!isListed) return 'is no package of this room';
  const door = DOORS.find(
    ({ library, names: closed, files }) =>
      library === specifier && !files.includes(own) && (!closed || closed.some((name) => names.includes(name))),
  );
  return door ? `goes only through ${door.files.join(', ')}` : undefined;
}

/** Cycles of value imports, each as the files in order; empty when there is none. */
export function cycles(files: readonly SourceFile[]): string[] {
  const links = new Map(
    files.map(({ path, imports }) => [
      path,
      imports
        .filter(({ kind, specifier }) => kind === 'static' && specifier.startsWith('.'))
        .map(({ specifier }) => resolveImport(path, specifier)),
    ]),
  );
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      found.add([...trail.slice(start), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of links.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of links.keys()) visit(path, []);
  return [...found];
}
