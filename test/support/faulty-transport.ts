/**
 * A network between clients and a {@link LocalHub} that fails on purpose, by a seed and in virtual time: words are delayed (and
 * so overtake each other), dropped without a trace, delivered twice; connections are cut. Counts what it did. The client's
 * promises of transport.ts hold: a question without an answer fails in time, a closed wire tells once and then nothing.
 */
import { codeOf, PartaError } from '../../src/core/errors.ts';
import type { LogId, PersonId } from '../../src/core/ids.ts';
import type { LogKey, Page } from '../../src/core/wire.ts';
import type { FarQuestion } from '../../src/client/far-behind.ts';
import { CALL_TIMEOUT_MS, type Fetch } from '../../src/client/hub-api.ts';
import {
  REQUEST_TIMEOUT_MS,
  type Connect,
  type LiveWire,
  type Transport,
  type WireNews,
} from '../../src/client/transport.ts';
import type { LocalHub } from './local-hub.ts';
import { seenBy1 } from './version-1.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Chances per word that crosses the network; `latencyMs` is what an ordinary word takes at most. */
export interface Weather {
  cut: number;
  delay: number;
  drop: number;
  duplicate: number;
  latencyMs: number;
  delayMs: number;
}
export const CALM: Weather = { cut: 0, delay: 0, drop: 0, duplicate: 0, latencyMs: 20, delayMs: 0 };
export const STORM: Weather = { cut: 0.01, delay: 0.08, drop: 0.03, duplicate: 0.05, latencyMs: 60, delayMs: 8_000 };

/** `farBehind`: answers over HTTP to who was far behind. */
export type FaultCounts = Record<'cut' | 'delay' | 'drop' | 'duplicate' | 'farBehind', number>;

export interface NetworkOptions {
  hub: LocalHub;
  time: VirtualTime;
  random: () => number;
  trace?: (line: string) => void;
}

export class FaultyNetwork {
  weather: Weather = CALM;
  readonly counts: FaultCounts = { cut: 0, delay: 0, drop: 0, duplicate: 0, farBehind: 0 };
  readonly #options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  #happens(fault: 'cut' | 'delay' | 'drop' | 'duplicate'): boolean {
    if (this.#options.random() >= this.weather[fault]) return false;
    this.counts[fault] += 1;
    return true;
  }

  /** Carries a word across: now and then late, twice, or never. */
  #carry(what: string, deliver: () => void, cut: () => void) {
    const { random, time, trace } = this.#options;
    if (this.#happens('cut')) {
      trace?.(`cut at ${what}`);
      return cut();
    }
    if (this.#happens('drop')) return trace?.(`drop ${what}`);
    const copies = this.#happens('duplicate') ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const late = this.#happens('delay') ? random() * this.weather.delayMs : 0;
      time.after(1 + random() * this.weather.latencyMs + late, deliver);
    }
  }

  /**
   * @param isAlive whether the client's program still runs: a dead one hears nothing
   * @param protocol which version of the words it understands
   */
  connectFor(personId: PersonId, isAlive: () => boolean, protocol: () => 1 | 2 = () => 2): Connect {
    const { hub, time, trace } = this.#options;
    return async (_address, news: WireNews) => {
      await time.wait(1 + this.#options.random() * this.weather.latencyMs);
      if (!hub.isUp || !isAlive()) throw new PartaError('hub-unreachable');
      let isOpen = true;
      const read = (page: Page) => (protocol() === 1 ? seenBy1(page) : page);
      const open = new Set<(code: 'hub-unreachable') => void>();
      const close = (tell: boolean) => {
        if (!isOpen) return;
        isOpen = false;
        wire.close();
        for (const fail of [...open]) fail('hub-unreachable');
        if (tell && isAlive()) news.closed('hub-unreachable');
      };
      const hears = (what: string, say: () => void) =>
        this.#carry(
          what,
          () => isOpen && isAlive() && say(),
          () => close(true),
        );
      const wire = hub.connect(personId, {
        page: (page) => hears(`page (${page.after}, ${page.upTo}]`, () => news.page(structuredClone(read(page)))),
        logs: () => hears('logs', () => news.logs()),
        closed: () => close(true),
      });

      /** A question and its answer, each on its own way; the hub may be asked twice, the client hears one answer. */
      const ask = <T>(what: string, question: () => Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          const settle = (done: () => void) => {
            stop();
            open.delete(fail);
            done();
          };
          const fail = (code: 'hub-unreachable') => settle(() => reject(new PartaError(code)));
          const stop = time.after(REQUEST_TIMEOUT_MS, () => fail('hub-unreachable'));
          open.add(fail);
          if (!isOpen) return fail('hub-unreachable');
          this.#carry(
            what,
            () => {
              if (!isOpen) return;
              question().then(
                (value) => hears(`answer to ${what}`, () => settle(() => resolve(structuredClone(value)))),
                (thrown) => {
                  const code = codeOf(thrown);
                  if (code === 'internal') trace?.(`the hub failed at ${what}: ${String(thrown)}`);
                  hears(`answer to ${what}`, () => settle(() => reject(new PartaError(code))));
                },
              );
            },
            () => close(true),
          );
        });

      const transport: Transport & LiveWire = {
        follow: (request) => ask('follow', () => wire.follow(request)),
        pull: (request) => ask(`pull after ${request.after}`, async () => read(await wire.pull(request))),
        submit: (logId, commands) =>
          ask(`submit of ${commands.length}`, () => wire.submit(logId, structuredClone(commands) as never)),
        // What is beside the log has no hub here.
        read: () => {},
        typing: () => {},
        lessonMark: () => {},
        helped: () => {},
        wall: () => {},
        beat: () => {},
        close: () => close(false),
      };
      return transport;
    };
  }

  /** GET /api/me and pages for who is far behind, over the same network; nothing else is asked by HTTP here. */
  fetchFor(personId: PersonId, isAlive: () => boolean, protocol: () => 1 | 2 = () => 2): Fetch {
    const { hub, time } = this.#options;
    const answerTo = async (url: URL) => {
      if (url.pathname === '/api/me') return hub.me(personId, protocol());
      const { logId, logKey, after } = farQuestionIn(url);
      // A program of version 1 does not ask this.
      if (protocol() === 1) throw new PartaError('not-found');
      const page = await hub.far(personId, { logId, logKey, after });
      if (page.upTo > after) this.counts.farBehind += 1;
      return page;
    };
    return (address) =>
      new Promise((resolve, reject) => {
        const url = new URL(address);
        const what = url.pathname === '/api/me' ? 'me' : 'far pages';
        const fail = () => {
          stop();
          reject(new TypeError('network'));
        };
        const stop = time.after(CALL_TIMEOUT_MS, fail);
        const answer = (told: object) =>
          this.#carry(
            `answer to ${what}`,
            () => {
              stop();
              if (isAlive()) resolve({ json: async () => structuredClone(told) } as Response);
            },
            fail,
          );
        this.#carry(
          what,
          () => {
            answerTo(url).then(
              (value) => answer({ ok: true, value }),
              (thrown) => {
                const code = codeOf(thrown);
                if (code === 'hub-unreachable' || code === 'internal') fail();
                else answer({ ok: false, code });
              },
            );
          },
          fail,
        );
      });
  }
}

function farQuestionIn({ pathname, searchParams }: URL): FarQuestion {
  const logId = /^\/api\/logs\/([^/]+)\/pages$/.exec(pathname)?.[1];
  return { logId: logId as LogId, logKey: searchParams.get('key') as LogKey, after: Number(searchParams.get('after')) };
}
