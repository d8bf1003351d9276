// `npm run check`: types, lint, format, architecture; quick enough to run before every commit.
import { STATIC_SUITES, SUITES, countLine, outcomeLine, runSuites, total } from '../suites.ts';

const outcomes = await runSuites(
  SUITES.filter(({ name }) => STATIC_SUITES.some((one) => one === name)),
  (outcome) => {
    console.log(outcomeLine(outcome));
    if (outcome.failed > 0) console.log(`${outcome.output.trimEnd()}\n`);
  },
);
const sum = total(outcomes);
console.log(countLine(sum));
process.exit(sum.failed > 0 ? 1 : 0);
