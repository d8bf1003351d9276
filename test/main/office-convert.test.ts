/**
 * LibreOffice as main uses it, played by a script: what it is asked, what it may take, how it is ended. The program itself was not
 * there when this was written.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import {
  CONVERTIBLE_BYTES_MAX,
  openOfficeConverter,
  type OfficeConverterOptions,
} from '../../src/main/office-convert.ts';
import { convertedUrl } from '../../src/preload/contract/channels.ts';
import { createAppHandler } from '../../src/main/app-protocol.ts';
import { openLibrary } from '../../src/main/library.ts';
import { bytesOf, heardShell, scratchDir, until } from './scratch.ts';

/** Held names, as an antivirus holds them: only where a test says so. */
vi.mock(import('node:fs/promises'), async (original) => {
  const all = await original();
  return { ...all, rm: vi.fn<typeof all.rm>(all.rm) };
});

const HASH = 'ab'.repeat(32) as Sha256;

/** @param deed what the script does; `$OUT` is where the PDF belongs, `$IN` the document, `$PROFILE` its profile */
async function office(deed: string, options: Partial<OfficeConverterOptions> = {}) {
  const dir = scratchDir();
  const program = join(dir, 'soffice');
  const heard = join(dir, 'heard.txt');
  const script = `#!/bin/sh
printf '%s\\n' "$@" > '${heard}'
env | grep -i proxy >> '${heard}'
for last; do IN="$last"; done
while [ $# -gt 0 ]; do
  case "$1" in --outdir) OUT="$2/document.pdf"; mkdir -p "$2";; -env:UserInstallation=*) PROFILE=$(echo "$1" | sed 's#.*file://##');; esac
  shift
done
${deed}
`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  const source = join(dir, 'source');
  writeFileSync(source, 'an old document');
  const converter = await openOfficeConverter({
    dir,
    source: async (sha256) => (sha256 === HASH ? source : null),
    find: async () => program,
    ...options,
  });
  const working = () => readdirSync(join(dir, 'converting'));
  return { dir, converter, heard: () => readFileSync(heard, 'utf8'), working, source };
}
const MAKE = `printf '%%PDF-1.7 of ' > "$OUT"; cat "$IN" >> "$OUT"`;

test('a document becomes a PDF, kept by its hash, and nothing of the work is left', async () => {
  const { converter, working } = await office(MAKE);
  expect(await converter.state(HASH, 'a.doc')).toBe('possible');
  await converter.convert(HASH, 'a.doc');
  expect(await converter.state(HASH, 'a.doc')).toBe('made');
  expect(readFileSync(converter.path(HASH), 'utf8')).toBe('%PDF-1.7 of an old document');
  expect(working()).toEqual([]);
  await converter.remove(HASH);
  expect(await converter.state(HASH, 'a.doc')).toBe('possible');
});

test('it works on a copy, headless, in a profile of its own without macros and links, with a proxy that leads nowhere', async () => {
  const { converter, heard } = await office(MAKE);
  await converter.convert(HASH, 'Доклад.PPTX');
  const said = heard();
  for (const word of ['--headless', '--norestore', '--convert-to', 'pdf', '/profile', 'document.pptx'])
    expect(said).toContain(word);
  expect(said).toContain('http_proxy=http://127.0.0.1:9');
  expect(said).not.toContain('Доклад');
});

test('the profile says so in words that LibreOffice reads', async () => {
  const { converter, dir } = await office(`${MAKE}; cp "$PROFILE/user/registrymodifications.xcu" "${'$'}{PROFILE%/converting/*}/seen.xcu"`); // prettier-ignore
  await converter.convert(HASH, 'a.doc');
  const profile = readFileSync(join(dir, 'seen.xcu'), 'utf8');
  for (const name of ['MacroSecurityLevel', 'DisableMacrosExecution', 'BlockUntrustedRefererLinks', 'ooInetProxyType'])
    expect(profile).toContain(`oor:name="${name}"`);
});

test('the original stays as it is, whatever the program does to its document', async () => {
  const { converter, source } = await office(`${MAKE}; echo spoiled > "$IN"`);
  await converter.convert(HASH, 'a.rtf');
  expect(readFileSync(source, 'utf8')).toBe('an old document');
});

test('one that never ends is ended with its children, and the next document has its turn', async () => {
  const hangs = `CHILD="$(dirname "$OUT")/../../../child"; if [ -s "$CHILD" ]; then ${MAKE}; else sleep 600 & echo $! > "$CHILD"; wait; fi`;
  // Long enough for a slow machine to have begun.
  const { converter, dir, working } = await office(hangs, { msMax: 3_000 });
  await expect(converter.convert(HASH, 'a.doc')).rejects.toMatchObject({ code: 'not-allowed' });
  const child = Number(readFileSync(join(dir, 'child'), 'utf8'));
  await until(() => !isAlive(child));
  expect(working()).toEqual([]);
  await converter.convert(HASH, 'b.doc');
  expect(await converter.state(HASH, 'b.doc')).toBe('made');
});
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Killed and not yet taken leave of: as good as gone.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('closing ends it with its children, and whatever waits for its turn', async () => {
  const { converter, dir, working } = await office(`sleep 600 & echo $! > "$(dirname "$OUT")/../../../child"; wait`);
  const under = converter.convert(HASH, 'a.doc');
  const waiting = converter.convert('cd'.repeat(32) as Sha256, 'b.doc');
  const outcome = Promise.allSettled([under, waiting]);
  await until(() => existsSync(join(dir, 'child')) && readFileSync(join(dir, 'child'), 'utf8').endsWith('\n'));
  await converter.close();
  expect(await outcome).toMatchObject([{ reason: { code: 'cancelled' } }, { status: 'rejected' }]);
  await until(() => !isAlive(Number(readFileSync(join(dir, 'child'), 'utf8'))));
  expect(working()).toEqual([]);
});

test('a folder of the last run that somebody holds keeps no app from starting', async () => {
  const dir = scratchDir();
  mkdirSync(join(dir, 'converting'));
  vi.mocked(rm).mockRejectedValueOnce(Object.assign(new Error('held'), { code: 'EBUSY' }));
  await openOfficeConverter({ dir, source: async () => null });
  expect(existsSync(join(dir, 'converting'))).toBe(false);
  vi.mocked(rm).mockRejectedValueOnce(Object.assign(new Error('for ever'), { code: 'EIO' }));
  await openOfficeConverter({ dir, source: async () => null });
});

test('one that fills the disk is ended at its bytes', async () => {
  const { converter, dir, working } = await office(`i=0; while [ $i -lt 5000 ]; do head -c 100000 /dev/zero >> "$OUT"; sleep 0.02; i=$((i+1)); done`, { workBytesMax: 1_000_000 }); // prettier-ignore
  let most = 0;
  const watch = setInterval(() => {
    try {
      most = Math.max(most, sizeBelow(join(dir, 'converting')));
    } catch {
      // Not made yet, or just being cleared away.
    }
  }, 20);
  onTestFinished(() => clearInterval(watch));
  await expect(converter.convert(HASH, 'a.doc')).rejects.toMatchObject({ code: 'not-allowed' });
  expect(most).toBeGreaterThan(0);
  expect(working()).toEqual([]);
});
function sizeBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}

test.each([
  ['makes nothing', 'true'],
  ['makes what is no PDF', 'echo "<html>" > "$OUT"'],
  ['fails', 'exit 77'],
])('one that %s has failed, and nothing is kept', async (_, deed) => {
  const { converter, working } = await office(deed);
  await expect(converter.convert(HASH, 'a.doc')).rejects.toMatchObject({ code: 'not-allowed' });
  expect(await converter.state(HASH, 'a.doc')).toBe('possible');
  expect(working()).toEqual([]);
});

test('what is none of its documents, too large, or not here is not given to it', async () => {
  const { converter, source, dir } = await office(MAKE);
  for (const name of ['a.exe', 'a.docx', 'a', 'a.doc.lnk']) {
    expect(await converter.state(HASH, name)).toBe('none');
    await expect(converter.convert(HASH, name)).rejects.toMatchObject({ code: 'not-allowed' });
  }
  await expect(converter.convert('cd'.repeat(32) as Sha256, 'a.doc')).rejects.toMatchObject({ code: 'file-gone' });
  writeFileSync(source, Buffer.alloc(CONVERTIBLE_BYTES_MAX + 1));
  await expect(converter.convert(HASH, 'a.doc')).rejects.toMatchObject({ code: 'too-large' });
  expect(existsSync(join(dir, 'heard.txt'))).toBe(false);
});

test('where there is no LibreOffice, nothing is promised', async () => {
  const { converter } = await office(MAKE, { find: async () => null });
  expect(await converter.state(HASH, 'a.doc')).toBe('none');
  await expect(converter.convert(HASH, 'a.doc')).rejects.toMatchObject({ code: 'not-allowed' });
});

test('asked twice at once, it works once; what was left of a run that was cut off goes at the next start', async () => {
  const { converter, dir } = await office(`${MAKE}; echo x >> "$(dirname "$OUT")/../../../runs"`);
  await Promise.all([converter.convert(HASH, 'a.doc'), converter.convert(HASH, 'a.doc')]);
  expect(readFileSync(join(dir, 'runs'), 'utf8')).toBe('x\n');
  writeFileSync(join(dir, 'converting', 'left'), bytesOf(10));
  await openOfficeConverter({ dir, source: async () => null });
  expect(existsSync(join(dir, 'converting'))).toBe(false);
});

test('kept PDFs stay within their bytes', async () => {
  const { converter, dir } = await office(`printf '%%PDF-' > "$OUT"; head -c 600 /dev/zero >> "$OUT"`, {
    keptBytesMax: 1_500,
    source: async () => join(dir, 'source'),
  });
  for (let n = 0; n < 4; n++) await converter.convert(n.toString(16).padStart(64, 'a') as Sha256, 'a.doc');
  expect(sizeBelow(join(dir, 'converted'))).toBeLessThanOrEqual(1_500);
});

test('the window asks, has it made, and gets a PDF that runs nothing', async () => {
  const { converter, dir } = await office(MAKE);
  const handle = createAppHandler({
    rendererDir: dir,
    library: await openLibrary(dir, heardShell()),
    hubOrigins: () => [],
    isOurOrigin: () => true,
    intake: () => Promise.reject(new Error('not here')),
    exported: () => Promise.reject(new Error('not here')),
    office: converter,
  });
  const ask = async (method: string, name = 'a.doc') =>
    (await handle(new Request(`app://bundle${convertedUrl(HASH, name)}`, { method }))).status;
  expect([await ask('HEAD'), await ask('GET'), await ask('HEAD', 'a.exe'), await ask('POST', 'a.exe')]).toEqual([
    204, 404, 205, 404,
  ]);
  expect([await ask('POST'), await ask('HEAD'), await ask('GET')]).toEqual([204, 200, 200]);
  const answer = await handle(new Request(`app://bundle${convertedUrl(HASH, 'a.doc')}`));
  expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(await answer.text()).toBe('%PDF-1.7 of an old document');
});
