// Promises: no process started here outlives the host, however the host dies (SIGKILL included).
// Hides: one shell process that holds the read end of a pipe; when the host is gone the pipe ends and the rest is killed.
import { spawn, type ChildProcess } from 'node:child_process';

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
for pid in $list; do kill -KILL $pid 2>/dev/null; done
`;

let reaper: ChildProcess | undefined;

function tell(line: string): void {
  if (!reaper) {
    reaper = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    reaper.unref();
    reaper.stdin?.on('error', () => {});
    (reaper.stdin as unknown as { unref(): void }).unref();
  }
  reaper.stdin?.write(`${line}\n`);
}

/** Ties the child's life to the host's. Call at once after spawn(). */
export function tieToHost(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const { pid } = child;
  tell(`+ ${pid}`);
  child.once('exit', () => tell(`- ${pid}`)); // the number may be given to a stranger from now on
}
