// Promises: no process started here outlives the host, however the host dies (SIGKILL included).
// Hides: one shell process that holds the read end of a pipe; when the host is gone the pipe ends and the rest is killed, by
// groups: a Chromium killed while it starts leaves a graphics process behind that does not notice.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

// Signals of a terminal (Ctrl+C) reach the whole foreground group; the reaper is out of it and must outlast the host.
const SCRIPT = `
trap '' INT TERM HUP
list=' '
while read -r sign pid; do
  case $sign in
    +) list="$list$pid " ;;
    -) list="\${list%% $pid *} \${list#* $pid }" ;;
  esac
done
for pid in $list; do kill -s KILL -- -$pid 2>/dev/null; done
`;

let reaper: ChildProcess | undefined;
let isEnding = false;
const tied = new Set<ChildProcess>();

function tell(line: string): void {
  if (!reaper) {
    reaper = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    reaper.unref();
    reaper.stdin?.on('error', () => {});
    (reaper.stdin as unknown as { unref(): void }).unref();
  }
  if (reaper.stdin?.writable) reaper.stdin.write(`${line}\n`);
}

/** Ties the life of the child and its group to the host's. Call at once after spawn() with `detached`. */
export function tieToHost(child: ChildProcess): void {
  if (child.pid === undefined) return;
  // Whoever still starts something now is too late: nobody would end it.
  if (isEnding) return void child.kill('SIGKILL');
  const { pid } = child;
  tell(`+ ${pid}`);
  tied.add(child);
  child.once('exit', () => {
    tied.delete(child);
    tell(`- ${pid}`); // the number may be given to a stranger from now on
  });
}

/** Ends everything that is still tied, while the host is there to collect it. */
export async function endAll(): Promise<void> {
  isEnding = true;
  if (!reaper) return;
  const ending = [reaper, ...tied];
  for (const child of ending) child.ref(); // else Node finds nothing left to wait for
  const ended = Promise.all(ending.map((child) => once(child, 'exit')));
  reaper.stdin?.end();
  await ended;
}
