// The rules of naming, size and first comments (names, comments, errors, texts), as functions over sources, so that the test can
// show each of them refusing something.
import { basename, posix } from 'node:path';
import { firstComment, withoutComments, type SourceFile } from './import-graph.ts';

/** Over this many lines a file needs a reason, "long because …", in its first comment. */
export const LONG_FILE_LINES = 600;
const EMPTY_WORDS = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'manager', 'service', 'barrel'];
const ENTRY_INDEX = /^src\/[a-z]+\/index\.tsx?$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.(ts|tsx|mjs)$/;
const PASCAL = /^[A-Z][A-Za-z0-9]*(\.[a-z]+)*\.tsx$/;

/** Names that say nothing, and names in the wrong case. */
export function nameComplaints(path: string): string[] {
  const words = path.split('/').flatMap((part) => part.split(/[-.]/).map((word) => word.toLowerCase()));
  const empty = EMPTY_WORDS.filter((word) => words.includes(word)).map((word) => `${path}: "${word}" says nothing`);
  const name = basename(path);
  const isStrayIndex = name.startsWith('index.') && path.startsWith('src/') && !ENTRY_INDEX.test(path);
  return [
    ...empty,
    ...(isStrayIndex ? [`${path}: index files are for process entries only`] : []),
    ...(KEBAB.test(name) || PASCAL.test(name) ? [] : [`${path}: neither kebab-case nor a component's PascalCase`]),
  ];
}

export function lengthComplaint({ path, text }: SourceFile): string[] {
  const lines = text.split('\n').length;
  if (lines <= LONG_FILE_LINES || /long because/i.test(firstComment(text))) return [];
  return [`${path}: ${lines} lines and no "long because …" in its first comment`];
}

export function firstCommentComplaint({ path, text }: SourceFile): string[] {
  return firstComment(text) === '' ? [`${path}: does not begin with what it promises`] : [];
}

/** A text on screen belongs to a texts file, where its other language is missed. Russian letters give it away. */
export function textComplaint({ path, text }: SourceFile): string[] {
  if (!path.endsWith('.tsx') || posix.basename(path).includes('text')) return [];
  const found = /[А-Яа-яЁё][^\n]{0,30}/.exec(withoutComments(text));
  return found ? [`${path}: text in a component: ${found[0]}`] : [];
}

/**
 * Words that stand in a texts file and that nothing outside such files asks for. A key counts as asked for where anything bears its
 * name, so a dead one that is called like a living one elsewhere is not found.
 */
export function deadWords(sources: readonly SourceFile[]): string[] {
  const isTexts = ({ path }: SourceFile) => /\/texts\/[\w-]+\.ts$/.test(path);
  const asked = new Set(
    sources
      .filter((source) => !isTexts(source))
      .flatMap(
        ({ text }) =>
          withoutComments(text).match(
            /(?<=\.)[A-Za-z_$][\w$]*|(?<=['"`])[\w-]+(?=['"`])|(?<=[{,]\s*)[A-Za-z_$][\w$]*(?=\s*[,}=:])/g,
          ) ?? [],
      ),
  );
  // A key stands first in its line or its braces, or has a value beside it: a parameter has a type.
  const key = /(?:^\s*|\{\s*|,\s*(?=[\w'-]+: ['"`({]))(?:'([\w-]+)'|([A-Za-z_$][\w$]*)):\s/gm;
  return sources
    .filter(isTexts)
    .flatMap(({ path, text }) =>
      [...withoutComments(text).matchAll(key)].map(([, quoted, plain]) => ({ path, word: quoted ?? plain ?? '' })),
    )
    .filter(({ word }) => !asked.has(word))
    .map(({ path, word }) => `${path}: nobody asks for "${word}"`);
}

/** core is pure: time comes in as an argument. (Date.now and Math.random are refused by lint.) */
export function clockComplaint({ path, text }: SourceFile): string[] {
  return path.startsWith('src/core/') && /new Date\(\s*\)/.test(withoutComments(text))
    ? [`${path}: reads the clock`]
    : [];
}

/** `[S5]`, `[S5, S6]` → rule numbers, for every quotation in a text. */
export function quotedRules(text: string): string[] {
  return [...withoutComments(text).matchAll(/\[(S\d+(?:\s*,\s*S\d+)*)\]/g)].flatMap(([, rules = '']) =>
    rules.split(',').map((rule) => rule.trim()),
  );
}

/** Rules as ARCHITECTURE.md lists them: `- **S1 Order.** …` or `| S1 | …`. */
export function listedRules(markdown: string): string[] {
  const rules = [...markdown.matchAll(/^\s*(?:[-*|]\s*)(?:\*\*)?(S\d+)\b/gm)].map(([, rule = '']) => rule);
  return [...new Set(rules)];
}
