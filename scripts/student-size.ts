// How much script the pupil's page loads until tasks are shown: its entry and all it imports, at once or a moment later,
// but for what is known to be fetched on demand. A new dynamic import therefore counts until it is named here; what really
// crosses the wire is measured by an end-to-end test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** SCREENS: at most 150 KB of gzip script until tasks are shown. */
export const STUDENT_SCRIPT_BUDGET_BYTES = 150_000;

/**
 * Sources (as Vite's manifest names them) that come later: when a pupil hands something in, after the tasks have been drawn
 * (src/student/later.ts), or never, because a page loads one language only, or is no teacher’s.
 */
const ON_DEMAND = [
  /node_modules\/tus-js-client\//,
  /^(chat\/ChatHalf|HandInPart|Closed|Forgotten)\.tsx$/,
  /ui\/error-texts\.ts$/,
  /core\/(decide|reissue)\.ts$/,
  /client\/(search|far-behind|portfolio|wall-watch)\.ts$/,
  /^texts\/en\.ts$/,
];

interface ManifestEntry {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

/** @param manifest as Vite writes it, by source name; @returns the script files loaded until tasks are shown, each once */
export function firstLoadFiles(manifest: Readonly<Record<string, ManifestEntry>>): string[] {
  const seen = new Set<string>();
  const visit = (name: string) => {
    const entry = manifest[name];
    if (!entry || seen.has(name)) return;
    seen.add(name);
    entry.imports?.forEach(visit);
    entry.dynamicImports?.filter((one) => !ON_DEMAND.some((pattern) => pattern.test(one))).forEach(visit);
  };
  for (const [name, entry] of Object.entries(manifest)) if (entry.isEntry) visit(name);
  return [...new Set([...seen].flatMap((name) => manifest[name]?.file ?? []))].filter((file) => file.endsWith('.js'));
}

/** @param outDir the built page, out/student; @returns bytes of gzip (level 9), summed per file as they would be sent */
export function firstLoadGzipBytes(outDir: string): number {
  const manifest = JSON.parse(readFileSync(join(outDir, 'manifest.json'), 'utf8')) as Record<string, ManifestEntry>;
  return firstLoadFiles(manifest).reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(outDir, file)), { level: 9 }).length,
    0,
  );
}
