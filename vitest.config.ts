// The test suites, one Vitest project each, so that every suite can be run, counted and timed alone: `npm test -- hub`.
// Hides: which folders belong to a suite and how patient it is. Suites that open windows run file after file (two windows
// on two cores would only wait for each other).
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Only what fails waits to the end of these; what succeeds may have to wait long on a small machine at work.
const UNIT_TIMEOUT_MS = 90_000;
const WINDOW_TIMEOUT_MS = 120_000;
const POLL_TIMEOUT_MS = 60_000;
const CONVERGENCE_TIMEOUT_MS = 10 * 60_000;
const CONVERGENCE = 'test/client/convergence.test.ts';

const patience = (timeoutMs: number) => ({ testTimeout: timeoutMs, hookTimeout: timeoutMs });

export default defineConfig({
  plugins: [react()],
  test: {
    environment: 'node',
    reporters: ['default'],
    // The outcome must not depend on who ran before: nothing is remembered between files.
    isolate: true,
    restoreMocks: true,
    unstubEnvs: true,
    expect: { poll: { timeout: POLL_TIMEOUT_MS } },
    projects: [
      ...['core', 'hub', 'main', 'commands'].map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.{ts,tsx}`], ...patience(UNIT_TIMEOUT_MS) },
      })),
      {
        extends: true,
        test: {
          name: 'client',
          include: ['test/client/**/*.test.{ts,tsx}'],
          exclude: [CONVERGENCE],
          ...patience(UNIT_TIMEOUT_MS),
        },
      },
      {
        extends: true,
        test: { name: 'convergence', include: [CONVERGENCE], ...patience(CONVERGENCE_TIMEOUT_MS) },
      },
      {
        extends: true,
        test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'], ...patience(WINDOW_TIMEOUT_MS) },
      },
      ...[
        { name: 'ui', folders: '{ui,renderer,student}' },
        { name: 'stand-in', folders: 'electron' },
        { name: 'gallery', folders: 'gallery' },
        { name: 'e2e', folders: 'e2e' },
      ].map(({ name, folders }) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${folders}/**/*.test.{ts,tsx}`],
          globalSetup: 'test/support/built-once.ts',
          fileParallelism: false,
          // Only the gallery's tests ask for it; its two pages are one for each core.
          maxConcurrency: 2,
          ...patience(WINDOW_TIMEOUT_MS),
        },
      })),
    ],
  },
});
