/**
 * The hub on a school's server: `node src/hub/standalone.ts --data DIR [--port N] [--name NAME] [--teacher NAME]
 * [--student DIR] [--restore FILE] [--backup FILE] [--remove-teacher NAME]`.
 * Prints addresses and, until the first teacher's app has signed in, a one-time code for it. SIGTERM and Ctrl+C close well.
 * `--backup` copies the database of a hub that is not running and ends; `--restore` starts from such a copy. `--remove-teacher` shuts out
 * who has left the school or lost a laptop, on a hub that is not running, and ends.
 */
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { codeOf } from '../core/errors.ts';
import { closeInTime, endNow } from './ending.ts';
import { openHub, type HubOptions } from './hub.ts';
import { jsonLines } from './log.ts';

const USAGE =
  'usage: hub --data DIR [--port N] [--name NAME] [--teacher NAME] [--student DIR] [--restore FILE] [--backup FILE] [--remove-teacher NAME]\n';
const STUDENT_DIR = fileURLToPath(new URL('../../out/student', import.meta.url));

const say = (line: string) => process.stdout.write(`${line}\n`);

function addresses(port: number): string[] {
  const found = Object.values(networkInterfaces())
    .flat()
    .filter((entry) => entry && entry.family === 'IPv4' && !entry.internal);
  return [...found.map((entry) => `http://${entry?.address}:${port}`), `http://localhost:${port}`];
}

function readOptions() {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      data: text,
      port: text,
      name: text,
      teacher: text,
      student: text,
      restore: text,
      backup: text,
      'remove-teacher': text,
    },
  });
  const port = values.port === undefined ? null : Number(values.port);
  if (!values.data || (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535)))
    throw new Error(USAGE);
  return { ...values, data: values.data, port };
}

async function run(): Promise<void> {
  const { data, port, name, teacher, student, restore, backup, 'remove-teacher': leaver } = readOptions();
  const options: HubOptions = {
    dataDir: data,
    port: backup || leaver ? 0 : port,
    hubName: name ?? 'Parta',
    studentDir: student ?? STUDENT_DIR,
    log: jsonLines((line) => process.stderr.write(line)),
    onBroken: endNow,
    ...(restore ? { restoreFrom: restore } : {}),
  };
  const hub = await openHub(options);
  if (backup || leaver) {
    try {
      if (backup) await hub.backup(backup);
      if (leaver) await hub.removeTeacher(leaver);
    } finally {
      await hub.close();
    }
    return;
  }
  say(`Parta hub "${hub.hubName}" is open:`);
  for (const address of addresses(hub.port)) say(`  ${address}`);
  const code = await hub.firstTeacherCode(teacher ?? 'Учитель');
  if (code)
    say(`Code for the first teacher's app, good until ${new Date(code.expiresAt).toLocaleTimeString()}: ${code.code}`);
  say('ready');
  const close = () => void closeInTime(() => hub.close()).then(() => process.exit(0));
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
}

run().catch((error: unknown) => {
  const usage = error instanceof Error && error.message === USAGE;
  const code = codeOf(error);
  const why = code === 'not-found' ? 'Nobody of this name teaches here' : `The hub could not start: ${code}`;
  process.stderr.write(usage ? USAGE : `${why}\n`);
  process.exitCode = 1;
});
