// `npm run hub -- --data DIR --port N`: the class server alone, as a school's server runs it, in the foreground.
import { join } from 'node:path';
import { foreground } from '../setup/foreground.mjs';
import { ROOT } from '../suites.ts';

process.exitCode = await foreground(process.execPath, [join(ROOT, 'src/hub/standalone.ts'), ...process.argv.slice(2)]);
