/** When the loop tries again (S11), with the real hub core under a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/client/class-store.ts';
import { CHECK_EVERY_MS } from '../../src/client/hub-link.ts';
import { RETRY_MAX_MS, RETRY_MIN_MS, retryDelayMs } from '../../src/client/ports.ts';
import { PartaError } from '../../src/core/errors.ts';
import { STORM } from '../support/faulty-transport.ts';
import { LocalClass } from '../support/local-class.ts';
import { first, type LocalClient } from '../support/local-client.ts';
import { seeded } from '../support/virtual-time.ts';

let school: LocalClass;
let teacher: LocalClient;

beforeEach(async () => {
  school = await LocalClass.open();
  teacher = school.teacher;
});
afterEach(() => school.end());

const connection = (client: LocalClient) => first<Connection>((listener) => client.store.watchConnection(listener));

describe('retry', () => {
  test('[S11] waits are spread over the whole span from one second to a roof that doubles up to a minute', () => {
    const random = seeded(5);
    for (let failures = 1; failures <= 12; failures += 1) {
      const roof = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** failures);
      const waits = Array.from({ length: 400 }, () => retryDelayMs(failures, random));
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(RETRY_MIN_MS);
      expect(Math.max(...waits)).toBeLessThanOrEqual(roof);
      expect(Math.min(...waits)).toBeLessThan(RETRY_MIN_MS + (roof - RETRY_MIN_MS) * 0.1);
      expect(Math.max(...waits)).toBeGreaterThan(roof - (roof - RETRY_MIN_MS) * 0.1);
    }
    expect([RETRY_MIN_MS, RETRY_MAX_MS]).toEqual([1_000, 60_000]);
  });

  test('[S11] while the hub is away the store tries again and again, never sooner than a second, never later than a minute', async () => {
    await teacher.stop();
    const tries: number[] = [];
    const connect = async () => {
      tries.push(school.time.now);
      throw new PartaError('hub-unreachable');
    };
    await teacher.start({ ports: { connect } });
    await school.time.pass(10 * 60_000);
    const waits = tries.slice(1).map((at, index) => at - tries[index]!);
    expect(waits.length).toBeGreaterThan(9);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(RETRY_MIN_MS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(RETRY_MAX_MS);
    expect(Math.max(...waits)).toBeGreaterThan(16_000);
    expect(await connection(teacher)).toMatchObject({ state: 'offline', code: 'hub-unreachable' });
  });

  test('asking to connect now does not wait for the next try', async () => {
    await school.hub.crash();
    await school.time.pass(10 * 60_000);
    await school.hub.start();
    teacher.store.connectNow();
    await school.time.pass(1_000);
    expect(await connection(teacher)).toEqual({ state: 'online', code: null, retryAt: null });
  });

  test('[S11] a hub in trouble is asked again later, and the command is not refused', async () => {
    await teacher.stop();
    const connect = school.network.connectFor(teacher.personId, () => teacher.isStarted);
    let troubles = 3;
    await teacher.start({
      ports: {
        connect: async (...args) => {
          const transport = await connect(...args);
          const submit: typeof transport.submit = async (logId, commands) => {
            troubles -= 1;
            if (troubles > 1) throw new PartaError('busy');
            if (troubles > 0) return commands.map(({ id }) => ({ id, ok: false, code: 'disk-full' }));
            return transport.submit(logId, commands);
          };
          return { ...transport, submit };
        },
      },
    });
    await school.say(teacher, 'раз');
    await school.time.pass(500);
    expect(await school.chat(teacher)).toEqual(['раз *waiting']);
    await school.time.pass(20_000);
    expect(await school.chat(teacher)).toEqual(['раз']);
  });

  test('[S11] a device’s clock that jumps back ten years meanwhile does not make it wait ten years', async () => {
    school.hub.isDiskFull = true;
    await school.say(teacher, 'раз');
    await school.time.pass(500);
    teacher.clockErrorMs = -10 * 365 * 24 * 3_600_000;
    school.hub.isDiskFull = false;
    await school.time.pass(RETRY_MAX_MS);
    expect(await school.chat(teacher)).toEqual(['раз']);
  });

  test('a push that was lost without a trace is found by the next slow check', async () => {
    const pupil = await school.pupil('Белов Илья');
    school.network.weather = { ...STORM, cut: 0, drop: 1 };
    await Promise.all([school.hub.requestJoin(school.logId, school.hub.addPerson('Чжан Ли', 'guest')), school.soon()]);
    school.network.weather = { ...STORM, cut: 0, delay: 0, drop: 0, duplicate: 0 };
    const { head } = await school.hub.state(school.logId);
    expect(Object.keys((await teacher.class(school.logId))!.classroom.requests)).toEqual([]);
    await school.time.pass(CHECK_EVERY_MS + 1_000);
    expect(Object.keys((await teacher.class(school.logId))!.classroom.requests)).toHaveLength(1);
    expect(await connection(pupil)).toMatchObject({ state: 'online' });
    expect(head).toBeGreaterThan(0);
  });
});
