/** The portfolio in the gallery: the screen, making one, opening one, and all that can be wrong with one. */
import type { LogId } from '../../../src/core/ids.ts';
import { PORTFOLIO_TROUBLES } from '../../../src/preload/contract/portfolio.ts';
import type { PortfolioJob, PortfolioPair, PortfolioPast, PortfolioSummary } from '../../../src/preload/contract.ts';
import { NOW, school, shown, type Staged } from './stage.ts';

const GIGA = 1024 ** 3;
const HOUR = 3_600_000;

export const LAPTOP: PortfolioPair = {
  pairId: 'pair-1',
  serverId: '',
  name: 'Ноутбук дома',
  isKnown: true,
  isHome: false,
};

// Not before they are asked for: the stage's own time is told by a file that needs this one.
export const summary = (): PortfolioSummary => ({
  madeAt: NOW - 2 * HOUR,
  maker: 'Кабинет 12',
  hubName: 'Школа № 1',
  facts: {
    classes: ['7А', '8В', 'Проектная мастерская, 10 класс'].map((title, n) => ({ logId: String(n) as LogId, title })),
    works: 57,
    commands: 0,
    leftBehind: 0,
  },
  files: 143,
  bytes: 1.2 * GIGA,
  missing: 3,
  isFirst: true,
  isUnmet: false,
  isAgain: false,
});
/** What comes home from a laptop. */
const home = (): PortfolioSummary => ({
  ...summary(),
  maker: 'Ноутбук дома',
  facts: { classes: [], works: 0, commands: 41, leftBehind: 2 },
  files: 2,
  bytes: 2_400_000,
  missing: 0,
  isFirst: false,
  isAgain: true,
});

let jobs = 0;
export function job(part: Partial<PortfolioJob>): PortfolioJob {
  jobs += 1;
  return {
    jobId: `job-${jobs}`,
    direction: 'in',
    state: 'looked',
    trouble: null,
    name: 'Портфель – Ноутбук дома – 2026-11-12.parta',
    place: 'KINGSTON',
    serverId: null,
    doneBytes: 0,
    totalBytes: 1.2 * GIGA,
    needsPassphrase: false,
    summary: null,
    taken: null,
    ...part,
  };
}
export const TAKEN = { entries: 384, confirmed: 0, commands: 41, known: 3, refused: 1, older: 1 };

const past = (): PortfolioPast[] => [
  { at: NOW - HOUR, direction: 'in', name: 'Портфель с отметками – 2026-11-12.parta', peer: 'Ноутбук дома', classes: 0, files: 2, commands: 41 }, // prettier-ignore
  { at: NOW - 26 * HOUR, direction: 'out', name: 'Портфель – Ноутбук дома – 2026-11-11.parta', peer: 'Ноутбук дома', classes: 3, files: 143, commands: 0 }, // prettier-ignore
];

function stage(part: { pairs?: PortfolioPair[]; jobs?: PortfolioJob[]; past?: PortfolioPast[] } = {}): Staged {
  const staged = shown(school());
  const { serverId } = staged.desktop.servers[0]!;
  const { pairs = [], jobs: all = [], past: before = [] } = part;
  staged.desktop.portfolios = { pairs: pairs.map((pair) => ({ ...pair, serverId })), jobs: all, past: before };
  staged.desktop.weight = {
    inside: { files: 143, bytes: 1.2 * GIGA },
    there: { files: pairs.length > 0 ? 58 : 0, bytes: 0.4 * GIGA },
    missing: { files: 3, bytes: 9_000_000 },
  };
  return staged;
}

export const PORTFOLIO_SCENES = {
  'portfolio-empty': () => stage(),
  portfolio: () =>
    stage({
      pairs: [LAPTOP],
      past: past(),
      jobs: [
        job({ direction: 'out', state: 'failed', trouble: 'full' }),
        job({ direction: 'out', state: 'done', doneBytes: 1.2 * GIGA }),
        job({ direction: 'out', state: 'packing', doneBytes: 0.4 * GIGA }),
      ],
    }),
  'portfolio-pack': () => stage(),
  'portfolio-pack-own-password': () => stage(),
  'portfolio-pack-known': () => stage({ pairs: [{ ...LAPTOP, pairId: 'pair-2', name: 'Ноутбук на даче', isKnown: false }, LAPTOP] }), // prettier-ignore
  'portfolio-pack-home': () => stage({ pairs: [{ ...LAPTOP, name: 'Кабинет 12', isHome: true }] }),
  'portfolio-locked': () => stage({ jobs: [job({ state: 'locked', needsPassphrase: true })] }),
  'portfolio-wrong-password': () => stage({ jobs: [job({ state: 'locked', needsPassphrase: true, trouble: 'passphrase' })] }), // prettier-ignore
  'portfolio-looked': () => stage({ jobs: [job({ summary: summary(), needsPassphrase: true })] }),
  'portfolio-looked-home': () => stage({ jobs: [job({ summary: home() })] }),
  'portfolio-looked-unmet': () => stage({ jobs: [job({ summary: { ...home(), isUnmet: true, isAgain: false } })] }),
  'portfolio-taking': () => stage({ jobs: [job({ state: 'taking', summary: summary(), doneBytes: 0.7 * GIGA })] }),
  'portfolio-done': () => stage({ jobs: [job({ state: 'done', summary: home(), taken: TAKEN })] }),
  'portfolio-failed': () => stage({ jobs: [job({ state: 'failed', trouble: 'damaged' })] }),
  'portfolio-troubles': () => stage({ jobs: PORTFOLIO_TROUBLES.map((trouble) => job({ direction: 'out', state: 'failed', trouble })) }), // prettier-ignore
  'first-run-portfolio': () => {
    const staged = stage({ jobs: [job({ state: 'locked', needsPassphrase: true })] });
    staged.desktop.servers = [];
    return staged;
  },
};
