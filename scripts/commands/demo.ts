// `npm run demo`: a whole school day by itself, judged from outside; pictures into demo-output/. The last line on stdout is one
// JSON object; exit code 1 where anything was lost, doubled, leaked or not as the story has it. `npm run demo -- --break lose` (double, leak,
// wrong-pupil) puts that fault into the hub's data while it rests and must end with exit code 1, naming it.
// `npm run demo -- --lesson`: one lesson from start to bell instead, with thirty pupils as processes and two at browsers.
import { join } from 'node:path';
import { playLesson } from '../../test/demo/lesson.ts';
import { playStory } from '../../test/demo/story.ts';
import { BREAKS, type Break } from '../../test/demo/tamper.ts';
import { ROOT } from '../suites.ts';

const args = process.argv.slice(2);
const at = args.indexOf('--break');
const wanted = at >= 0 ? args[at + 1] : null;
if (wanted !== null && !BREAKS.includes(wanted as Break)) {
  console.error(`Usage: npm run demo [-- --lesson | --break ${BREAKS.join('|')}]`);
  process.exit(2);
}

const stage = { pictures: join(ROOT, 'demo-output'), tell: (line: string) => console.error(line) };
const result = args.includes('--lesson')
  ? await playLesson(stage)
  : await playStory({ ...stage, breaks: wanted as Break | null });
for (const fault of result.faults) console.error(`✗ ${fault}`);
console.log(JSON.stringify(result));
process.exit(result.ok ? 0 : 1);
