// `npm run dev`: the app with its page reloaded as it is edited (electron-vite dev), in Electron or the stand-in.
import { join } from 'node:path';
import { openDisplay } from '../display.ts';
import { foreground } from '../setup/foreground.mjs';
import { readChoice, shellExecutable, shellLine } from '../setup/shell.mjs';
import { ROOT } from '../suites.ts';

const choice = readChoice(ROOT) ?? { shell: 'stand-in' as const, why: 'nothing else was chosen' };
const display = await openDisplay();
console.error(shellLine(choice));
// Chromium refuses its own sandbox to root.
const asRoot = choice.shell === 'electron' && process.getuid?.() === 0 ? ['--noSandbox'] : [];
process.exitCode = await foreground(
  process.execPath,
  [join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js'), 'dev', ...asRoot, ...process.argv.slice(2)],
  {
    cwd: ROOT,
    env: { ...process.env, DISPLAY: display.name, ELECTRON_EXEC_PATH: shellExecutable(ROOT, choice.shell) },
  },
);
await display.stop();
