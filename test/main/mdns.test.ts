// The hub's name on a staged network: real sockets in network namespaces, the asker and the rival at the other end of the cable.
// Skipped, with the reason in the name, where no network can be staged.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lanNameOf, LAN_NAMES_MAX } from '../../src/core/embedding.ts';
import { ANSWER_GAP_MS, KEPT_BY_OTHERS_S, KEPT_S, MDNS_PORT, PROBES } from '../../src/main/mdns.ts';
import { Classroom, sweepStages, whyNoStage } from './lan-namespaces.ts';
import type { Order, Told } from './mdns-child.ts';

const TEACHER = '192.168.77.10';
const PUPIL = '192.168.77.20';
const NAME = 'parta.local';
const why = whyNoStage();

/** As resolvers do: who hears nothing asks again, since a packet may be lost. */
const ASK_AGAIN_MS = 2_000;

type Heard = Extract<Told, { heard: unknown }>;

/** A program on a computer of the room, and everything that it has told. */
class Computer {
  readonly told: Told[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #write: (line: string) => void;

  static async on(namespace: string, ...args: string[]): Promise<Computer> {
    const program = new URL('./mdns-child.ts', import.meta.url).pathname;
    const computer = new Computer(spawn('ip', ['netns', 'exec', namespace, process.execPath, program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })); // prettier-ignore
    await computer.until((told) => told.some((one) => 'done' in one));
    return computer;
  }

  private constructor(child: ReturnType<typeof spawn>) {
    const { stdin, stdout } = child;
    if (!stdin || !stdout) throw new Error('no pipes');
    this.#write = (line) => stdin.write(line);
    createInterface({ input: stdout }).on('line', (line) => {
      this.told.push(JSON.parse(line) as Told);
      for (const look of this.#waiting) look();
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    onTestFinished(async () => {
      stdin.end();
      await ended;
    });
  }

  /** Waits for a state of what was told; the test's own limit ends it. */
  until(isSo: (told: readonly Told[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo(this.told)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
  async order(order: Order): Promise<void> {
    const before = this.#done();
    this.#write(`${JSON.stringify(order)}\n`);
    await this.until(() => this.#done() > before);
  }
  #done = () => this.told.filter((one) => 'done' in one).length;

  names = () => this.told.flatMap((one) => ('name' in one ? [one.name] : []));
  isCalled = (name: string | null) => this.until(() => this.names().at(-1) === name);
  heard = (): Heard[] => this.told.filter((one): one is Heard => 'heard' in one);
  /** What is said of a name, as `ttl address`; the first that fits and comes after `from` others. */
  async hears(fits: (heard: Heard) => boolean, from = 0): Promise<Heard> {
    await this.until(() => this.heard().slice(from).some(fits));
    return this.heard().slice(from).find(fits)!;
  }
  /** Asks as a plain resolver does, and is answered alone. Whatever was asked before has been looked at by then. */
  async resolves(name: string): Promise<Heard> {
    const from = this.heard().length;
    const ask = () => this.order({ ask: { name, type: 'A', isPlain: true } });
    const again = setInterval(() => void ask(), ASK_AGAIN_MS);
    try {
      await ask();
      return await this.hears(({ isPlain }) => isPlain, from);
    } finally {
      clearInterval(again);
    }
  }
}
const addressIn = ({ heard }: Heard) => heard.answers.find(({ type }) => type === 'A');
const says = (name: string, ttl: number) => (heard: Heard) => {
  const record = addressIn(heard);
  return record?.name === name && record.ttl === ttl;
};
const all = { serve: { chosen: null } };

describe.skipIf(why !== '')(
  `the name of the hub, on a staged network${why && ` (not here: ${why})`}`,
  { timeout: 60_000 },
  () => {
    beforeAll(() => sweepStages());
    async function room() {
      const room = await Classroom.open();
      const teacher = await Computer.on(room.teacher, 'teacher');
      const pupil = await Computer.on(room.pupil, 'pupil', PUPIL);
      return { room, teacher, pupil };
    }

    it('is asked for before it is taken, announced, and answered with the address on that cable', async () => {
      const { teacher, pupil } = await room();
      await teacher.order(all);
      await teacher.isCalled(NAME);
      await pupil.hears(says(NAME, KEPT_S));
      const told = pupil.told.findIndex((one) => 'heard' in one);
      const probes = pupil.told.slice(0, told).filter((one) => 'probe' in one);
      expect(probes).toEqual(Array.from({ length: PROBES }, () => ({ probe: NAME, from: TEACHER })));

      const plain = await pupil.resolves('Parta.Local');
      expect(plain.heard).toMatchObject({ id: 4711, questions: [{ name: 'Parta.Local' }] });
      expect(addressIn(plain)).toMatchObject({ data: TEACHER, ttl: KEPT_BY_OTHERS_S });

      // What there is not is said too: nobody waits for an address of the other kind.
      const before = pupil.heard().length;
      await pupil.hears(says(NAME, KEPT_S), 1);
      await pupil.until(() => pupil.heard().length > before);
      for (;;) {
        // Everybody is told at most once a second: the question is asked until it is answered, as resolvers do.
        const from = pupil.heard().length;
        await pupil.order({ ask: { name: NAME, type: 'AAAA' } });
        await pupil.resolves(NAME);
        const denied = pupil.heard().slice(from).find(({ isPlain }) => !isPlain); // prettier-ignore
        if (!denied) continue;
        expect(denied.heard.answers).toMatchObject([{ type: 'NSEC', data: { nextDomain: NAME, rrtypes: ['A'] } }]);
        expect(denied.heard.additionals).toMatchObject([{ type: 'A', data: TEACHER }]);
        break;
      }
    });

    it('says the same at most once a second, and not to one who knows it', async () => {
      const { teacher, pupil } = await room();
      await teacher.order(all);
      await pupil.hears(says(NAME, KEPT_S), 1);
      const from = pupil.heard().length;
      const startedAt = performance.now();
      for (let n = 0; n < 30; n += 1) await pupil.order({ ask: { name: NAME, type: 'A' } });
      await pupil.resolves(NAME);
      const seconds = (performance.now() - startedAt) / ANSWER_GAP_MS;
      const toAll = pupil.heard().slice(from).filter(({ isPlain }) => !isPlain); // prettier-ignore
      expect(toAll.length).toBeLessThanOrEqual(1 + Math.ceil(seconds));

      const known = { address: TEACHER, ttl: KEPT_S };
      const quiet = pupil.heard().length;
      const quietAt = performance.now();
      // Longer than everybody could be told again.
      do {
        await pupil.order({ ask: { name: NAME, type: 'A', known } });
        await pupil.resolves(NAME);
      } while (performance.now() - quietAt < 2 * ANSWER_GAP_MS);
      expect(pupil.heard().slice(quiet).every(({ isPlain }) => isPlain)).toBe(true); // prettier-ignore
    });

    it('another computer has the name: the next one, again when that is claimed too, none when all are', async () => {
      const { teacher, pupil } = await room();
      await pupil.order({ hold: [NAME] });
      await teacher.order(all);
      await teacher.isCalled('parta-2.local');
      expect(teacher.names()).toEqual(['parta-2.local']);
      expect(addressIn(await pupil.resolves('parta-2.local'))).toMatchObject({ data: TEACHER });

      await pupil.order({ claim: { name: 'parta-2.local', address: PUPIL, ttl: 120 } });
      await teacher.isCalled('parta-3.local');
      // Somebody takes leave of it: nobody claims it.
      await pupil.order({ claim: { name: 'parta-3.local', address: PUPIL, ttl: 0 } });
      expect(addressIn(await pupil.resolves('parta-3.local'))).toMatchObject({ data: TEACHER });

      const every = Array.from({ length: LAN_NAMES_MAX }, (_, at) => lanNameOf(at));
      await pupil.order({ hold: every });
      await pupil.order({ claim: { name: 'parta-3.local', address: PUPIL, ttl: 120 } });
      await pupil.until((told) => told.some((one) => 'probe' in one && one.probe === every.at(-1)));
      expect(teacher.names().at(-1)).toBeNull();
    });

    it('two who ask at once: one gives way', async () => {
      const { room: net, teacher } = await room();
      const other = await Computer.on(net.pupil, 'teacher');
      await Promise.all([teacher.order(all), other.order(all)]);
      const called = () => [teacher, other].map((one) => one.names().at(-1)).sort();
      await Promise.all([teacher, other].map((one) => one.until((told) => told.some((said) => 'name' in said))));
      expect(called()).toEqual(['parta-2.local', NAME]);
    });

    it('two adapters in one network are no rivals', async () => {
      const { room: net, teacher, pupil } = await room();
      await net.plug(net.teacher, 'wlan0', '192.168.77.11/24', 'port3');
      await teacher.order(all);
      await teacher.isCalled(NAME);
      expect(addressIn(await pupil.resolves(NAME))?.data).toMatch(/^192\.168\.77\.1[01]$/);
      expect(teacher.names()).toEqual([NAME]);
    });

    it('two hubs on one computer share the name, and one that goes leaves it to the other', async () => {
      const { room: net, teacher, pupil } = await room();
      await teacher.order(all);
      await teacher.isCalled(NAME);
      const second = await Computer.on(net.teacher, 'teacher');
      await second.order(all);
      await second.isCalled(NAME);
      const from = pupil.heard().length;
      await second.order({ serve: null });
      await pupil.hears(says(NAME, 0), from);
      await pupil.hears(says(NAME, KEPT_S), from);
      expect(addressIn(await pupil.resolves(NAME))).toMatchObject({ data: TEACHER });
    });

    it('closed: everybody is told to forget it, and the port is free; opened again it has its name again', async () => {
      const { room: net, teacher, pupil } = await room();
      const listening = () =>
        net.inside(net.teacher, 'ss', '-Huln', `sport = :${MDNS_PORT}`).then(({ stdout }) => stdout);
      await teacher.order(all);
      await teacher.isCalled(NAME);
      expect(await listening()).toContain(`:${MDNS_PORT}`);
      await teacher.order({ serve: null });
      expect(addressIn(await pupil.hears(says(NAME, 0)))).toMatchObject({ data: TEACHER });
      expect(teacher.names()).toEqual([NAME, null]);
      expect(await listening()).toBe('');
      // Opened, closed and opened in one breath.
      for (const order of [all, { serve: null }, all]) await teacher.order(order);
      await teacher.isCalled(NAME);
      expect(teacher.names()).toEqual([NAME, null, NAME]);
    });

    it('is answered only on the adapters that the hub serves, each with its own address', async () => {
      const { room: net, teacher, pupil } = await room();
      await net.ip(net.teacher, `link add wlan0 type veth peer name eth1 netns ${net.pupil}`);
      await net.ip(net.teacher, 'addr add 10.5.0.10/24 dev wlan0');
      await net.ip(net.teacher, 'link set wlan0 up');
      await net.ip(net.pupil, 'addr add 10.5.0.20/24 dev eth1');
      await net.ip(net.pupil, 'link set eth1 up');
      const there = await Computer.on(net.pupil, 'pupil', '10.5.0.20');

      await teacher.order({ serve: { chosen: 'eth0' } });
      await teacher.isCalled(NAME);
      await there.order({ ask: { name: NAME, type: 'A' } });
      await there.order({ ask: { name: NAME, type: 'A', isPlain: true } });
      expect(addressIn(await pupil.resolves(NAME))).toMatchObject({ data: TEACHER });
      const fromThere = () => [...pupil.heard(), ...there.heard()].filter(({ from }) => from === '10.5.0.10');
      expect(fromThere()).toEqual([]);

      await teacher.order(all);
      await teacher.until((told) => told.filter((one) => 'name' in one && one.name === NAME).length === 2);
      expect(addressIn(await there.resolves(NAME))).toMatchObject({ data: '10.5.0.10' });
      expect(addressIn(await pupil.resolves(NAME))).toMatchObject({ data: TEACHER });
    });

    it('who opens the name lands on the number, and the way in counts him', async () => {
      const { room: net, teacher, pupil } = await room();
      const desk = await net.sitDown(8_123);
      await teacher.order(all);
      await teacher.isCalled(NAME);
      const host = addressIn(await pupil.resolves(NAME))?.data;
      const script = `require('node:http').get({ host: '${String(host)}', port: ${desk.port}, path: '/?a=1', headers: { Host: '${NAME}:${desk.port}' } }, ({ statusCode, headers }) => { console.log(statusCode, headers.location); process.exit(); })`;
      const { stdout } = await net.inside(net.pupil, process.execPath, '-e', script);
      expect(stdout.trim()).toBe(`302 http://${TEACHER}:${desk.port}/?a=1`);
      expect(await desk.look()).toMatchObject({ verdict: 'well', detail: 'reached', peer: PUPIL });
    });

    it('what is no packet, lies about its length, or runs in circles does no harm', async () => {
      const { teacher, pupil } = await room();
      await teacher.order(all);
      await teacher.isCalled(NAME);
      const header = (questions: number, answers = 0) =>
        Buffer.from([0, 0, answers ? 0x84 : 0, 0, 0, questions, 0, answers, 0, 0, 0, 0]).toString('hex');
      const name = Buffer.from('\u0005parta\u0005local\0', 'latin1').toString('hex');
      for (const bytes of [
        '',
        '00',
        'ff'.repeat(12),
        'ff'.repeat(1_400),
        header(1),
        header(255),
        // A name that points at itself, at its end, beyond the packet.
        `${header(1)}c00c00010001`,
        `${header(1)}c00d00010001`,
        `${header(1)}ffff00010001`,
        `${header(1)}3f${'61'.repeat(10)}`,
        // The name itself with an answer of no bytes, of three, of a type that nobody knows.
        `${header(0, 1)}${name}00018001000000780000`,
        `${header(0, 1)}${name}00018001000000780003010203`,
        `${header(0, 1)}${name}fff18001000000780001ff`,
      ])
        await pupil.order({ throw: bytes });
      expect(addressIn(await pupil.resolves(NAME))).toMatchObject({ data: TEACHER });
      expect(teacher.names()).toEqual([NAME]);
    });

    it('says nothing of other names', async () => {
      const { teacher, pupil } = await room();
      await teacher.order(all);
      await pupil.hears(says(NAME, KEPT_S), 1);
      const from = pupil.heard().length;
      for (const other of ['parta-2.local', 'local', '_services._dns-sd._udp.local', 'xparta.local'])
        await pupil.order({ ask: { name: other, type: 'ANY', isPlain: true } });
      const plain = await pupil.resolves(NAME);
      expect(pupil.heard().slice(from)).toEqual([plain]);
    });
  },
);
