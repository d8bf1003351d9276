// Promises: the facts about this run that every part needs, set once by the host. Hides: nothing; it is a noticeboard.
import type { Chromium } from './chromium.ts';
import type { DebugEndpoint } from './endpoint.ts';

export const running = {
  /** The folder of the app's package.json, and that file's content. */
  appDir: '',
  manifest: {} as { name?: string; productName?: string; version?: string; main?: string },
  /** Chromium switches from the command line and from app.commandLine. */
  switches: new Map<string, string>(),
  /** Until Chromium is up there is none; windows cannot be made before. */
  chromium: undefined as Chromium | undefined,
  /** Where Playwright connects, if it asked. */
  endpoint: undefined as DebugEndpoint | undefined,
};

/** Chromium, or the error an app gets that is too early. */
export function chromium(what: string): Chromium {
  if (!running.chromium) throw new Error(`Cannot create ${what} before app is ready`);
  return running.chromium;
}
