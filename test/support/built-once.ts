/**
 * Pages that several files of tests need, built once a run by the first of them. Vitest calls the default export of this file before
 * a run (see vitest.config.ts); files ask for their page by {@link builtOnce}. Files of a suite with windows run one after another.
 */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    builtPages: string;
  }
}

/** A folder for the pages, for as long as the run lasts. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'parta-pages-'));
  project.provide('builtPages', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** @param build fills the folder; one that fails leaves nothing, the next file tries again @returns the folder of the built page */
export async function builtOnce(page: string, build: (outDir: string) => Promise<unknown>): Promise<string> {
  const built = join(inject('builtPages'), page);
  if (existsSync(built)) return built;
  const unfinished = `${built}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await build(unfinished);
  renameSync(unfinished, built);
  return built;
}
