// What follows from which facts, and what is remembered between looks. The facts themselves: way-in-net.test.ts.
import { describe, expect, it } from 'vitest';
import type { HubId } from '../../src/core/ids.ts';
import { HUB_PORT_TRIES, portElsewhere } from '../../src/core/embedding.ts';
import {
  ipv4,
  openWayInCheck,
  portMissed,
  subnetShown,
  verdictOf,
  VISITORS_MAX,
  withVisitor,
  type Visitor,
  type WayInFacts,
} from '../../src/main/way-in.ts';

const lan = { adapter: 'eth0', address: '192.168.1.10', bits: 24 };
const wifi = { adapter: 'wlan0', address: '10.0.0.7', bits: 16 };
const FINE: WayInFacts = {
  platform: 'win32',
  port: 8010,
  code: null,
  takenPort: null,
  takenBy: null,
  subnets: [lan],
  selfMade: [],
  downAdapters: [],
  addresses: [{ url: 'http://192.168.1.10:8010', adapter: 'eth0', answers: true }],
  isChosen: false,
  firewall: 'unknown',
  visitors: [],
  gatewayAnswers: null,
  report: null,
  peerAnswers: null,
};
const failed = (peer: string | null) => ({ opened: false, peer });
const came: Visitor = { from: '192.168.1.20', to: '192.168.1.10' };
const off = { port: null, subnets: [], addresses: [] };

describe('the verdict', () => {
  it.each<[string, Partial<WayInFacts>, string, boolean]>([
    ['nobody came, the firewall does not tell', {}, 'unknown', false],
    ['nobody came, the firewall is open', { firewall: 'open' }, 'well', false],
    ['somebody came', { visitors: [came] }, 'well', true],
    ['somebody came, whatever is read of the firewall', { visitors: [came], firewall: 'blocked' }, 'well', true],
    ['it opened elsewhere', { report: { opened: true, peer: null }, firewall: 'blocked' }, 'well', true],
    ['no address at all', { subnets: [] }, 'no-link', true],
    ['an address of its own making', { subnets: [], selfMade: [{ ...lan, address: '169.254.1.1' }] }, 'no-link', true],
    ['no link wins over a port', { subnets: [], takenPort: 8010 }, 'no-link', true],
    ['no free port', { ...off, code: 'port-taken', takenPort: 8010 }, 'port-taken', true],
    ['a hub that does not run for another reason', { ...off, code: 'hub-crashed' }, 'unknown', false],
    ['moved to the next port', { takenPort: 8009 }, 'port-taken', true],
    ['the system says: blocked', { firewall: 'blocked' }, 'firewall', true],
    ['two networks', { subnets: [lan, wifi] }, 'two-adapters', false],
    ['two networks, one chosen', { subnets: [lan, wifi], isChosen: true }, 'unknown', false],
    ['two adapters in one network', { subnets: [lan, { ...lan, address: '192.168.1.11' }] }, 'unknown', false],
    ['he is in our other network', { subnets: [lan, wifi], report: failed('10.0.9.9') }, 'two-adapters', true],
    ['he did not say where he is', { report: failed(null) }, 'unknown', false],
    ['nonsense for an address', { report: failed('300.1.1.1') }, 'unknown', false],
    ['our own address is no other computer', { report: failed('192.168.1.10'), peerAnswers: true }, 'unknown', false],
    ['he is elsewhere', { report: failed('192.168.2.20') }, 'other-subnet', false],
    ['he is elsewhere, others come', { report: failed('192.168.2.20'), visitors: [came] }, 'other-subnet', true],
    ['he is seen and cannot come in', { report: failed('192.168.1.30'), peerAnswers: true }, 'firewall', true],
    [
      'he is seen, others come',
      { report: failed('192.168.1.30'), peerAnswers: true, visitors: [came] },
      'unknown',
      false,
    ],
    ['he is not seen, nor a router', { report: failed('192.168.1.30'), peerAnswers: false }, 'isolated', false],
    [
      'he is not seen, the router is',
      { report: failed('192.168.1.30'), peerAnswers: false, gatewayAnswers: true },
      'isolated',
      true,
    ],
    ['the system does not tell whether he is seen', { report: failed('192.168.1.30') }, 'unknown', false],
    ['our own address does not answer', { addresses: [{ ...FINE.addresses[0]!, answers: false }] }, 'unknown', false],
  ])('%s', (_is, over, verdict, isSure) => {
    expect(verdictOf({ ...FINE, ...over })).toMatchObject({ verdict, isSure });
  });
});

it('addresses and networks are read and written as people do', () => {
  expect([ipv4(' 192.168.1.5 '), ipv4('1.2.3'), ipv4('1.2.3.256'), ipv4('::1')]).toEqual([
    3232235781,
    null,
    null,
    null,
  ]);
  expect(subnetShown({ address: '192.168.1.77', bits: 26 })).toBe('192.168.1.64/26');
  expect(subnetShown({ address: '10.200.3.4', bits: 8 })).toBe('10.0.0.0/8');
  expect(subnetShown({ address: '203.0.113.9', bits: 32 })).toBe('203.0.113.9/32');
  expect([portMissed(8010, 8011), portMissed(8010, 8010), portMissed(0, 4711)]).toEqual([8010, null, null]);
  expect([portElsewhere(8010), portElsewhere(65_500)]).toEqual([8010 + HUB_PORT_TRIES, 20_000]);
});

it('visitors are kept once each, the latest last, and not without end', () => {
  let all: Visitor[] = [];
  for (let n = 0; n < VISITORS_MAX + 5; n++)
    all = withVisitor(all, { from: `10.0.${n >> 8}.${n & 255}`, to: '10.0.9.9' });
  expect(all).toHaveLength(VISITORS_MAX);
  all = withVisitor(all, { from: '10.0.0.9', to: '10.0.9.9' });
  expect(all).toHaveLength(VISITORS_MAX);
  expect(all.at(-1)?.from).toBe('10.0.0.9');
});

describe('between looks', () => {
  function desk() {
    const asked: Parameters<Parameters<typeof openWayInCheck>[0]['gather'] & object>[0][] = [];
    let running = true;
    let [looking, most] = [0, 0];
    let isBroken = false;
    const failures: unknown[] = [];
    let chosen: string | null = null;
    let own = [lan, wifi];
    const wayIn = openWayInCheck({
      hub: () => (running ? { port: 8010, hubId: 'h' as HubId } : null),
      code: () => null,
      chosen: () => chosen,
      changed: () => {},
      failed: (error) => failures.push(error),
      lan: () => own,
      gather: async (what) => {
        asked.push(what);
        most = Math.max(most, ++looking);
        await Promise.resolve();
        looking -= 1;
        if (isBroken) throw new Error('no such system call');
        const { visitors, report, takenPort } = what;
        return { ...FINE, visitors, report, takenPort, port: what.hub?.port ?? null };
      },
    });
    const choose = (adapter: string) => (chosen = adapter);
    const move = (...to: (typeof lan)[]) => (own = to);
    const breakDown = (is: boolean) => (isBroken = is);
    return { wayIn, asked, choose, move, failures, breakDown, stop: () => (running = false), most: () => most };
  }
  const verdict = (wayIn: ReturnType<typeof desk>['wayIn']) => wayIn.state().wayIn?.verdict;

  it('a visitor turns it well by himself; another network begins anew', async () => {
    const { wayIn, asked, move } = desk();
    await wayIn.look(null);
    expect(verdict(wayIn)).toBe('unknown');
    wayIn.visited(came);
    expect(verdict(wayIn)).toBe('well');
    wayIn.visited(came);
    expect(asked).toHaveLength(1);
    // A tunnel was opened beside it.
    move(lan, wifi, { adapter: 'tun0', address: '10.8.0.2', bits: 24 });
    await wayIn.networkChanged();
    expect(verdict(wayIn)).toBe('well');
    move(wifi);
    await wayIn.networkChanged();
    expect(verdict(wayIn)).toBe('unknown');
  });

  it('a whole class that comes at once starts no look, and is not forgotten by one under way', async () => {
    const { wayIn, asked } = desk();
    const slow = wayIn.look(null);
    for (let n = 1; n <= 30; n += 1) wayIn.visited({ from: `192.168.1.${50 + n}`, to: '192.168.1.10' });
    await slow;
    expect([asked.length, asked[0]!.visitors.length, verdict(wayIn)]).toEqual([1, 0, 'well']);
  });

  it('one look at a time: who asks meanwhile gets one more, which knows what was said meanwhile', async () => {
    const { wayIn, asked, most } = desk();
    const said = { opened: false, peer: '192.168.1.99' };
    const looks = [wayIn.look(null), wayIn.look(null), wayIn.networkChanged(), wayIn.look(said)];
    await Promise.all(looks);
    expect([asked.length, most()]).toEqual([2, 1]);
    expect([asked[1]!.report, wayIn.state().wayIn?.peer]).toEqual([said, said.peer]);
    await wayIn.look(null);
    expect(asked).toHaveLength(3);
  });

  it('a look that fails is no end of looking, nor an error that nobody caught', async () => {
    const { wayIn, asked, failures, breakDown } = desk();
    breakDown(true);
    wayIn.refused(8010);
    await Promise.all([wayIn.look(null), wayIn.look(null)]);
    expect([asked.length, failures.length]).toEqual([2, 2]);
    breakDown(false);
    await wayIn.look(null);
    expect(verdict(wayIn)).toBe('port-taken');
  });

  it('who comes after all takes back what was said of him', async () => {
    const { wayIn } = desk();
    await wayIn.look({ opened: false, peer: came.from });
    expect(verdict(wayIn)).not.toBe('well');
    wayIn.visited(came);
    expect(wayIn.state().wayIn).toMatchObject({ verdict: 'well', detail: 'reached', peer: came.from });
  });

  it('the address of the adapter that the teacher chose is named first; none without a hub', () => {
    const { wayIn, choose, stop } = desk();
    expect(wayIn.urls()).toEqual(['http://192.168.1.10:8010', 'http://10.0.0.7:8010']);
    choose('wlan0');
    expect(wayIn.urls()).toEqual(['http://10.0.0.7:8010', 'http://192.168.1.10:8010']);
    stop();
    expect(wayIn.urls()).toEqual([]);
  });

  it('a missed port is told until it is accepted', async () => {
    const { wayIn } = desk();
    wayIn.opened(8009, 8010);
    await wayIn.look(null);
    expect(verdict(wayIn)).toBe('port-taken');
    wayIn.opened(8010, 8010);
    await wayIn.look(null);
    expect(verdict(wayIn)).toBe('port-taken');
    await wayIn.acceptPort();
    expect(verdict(wayIn)).toBe('unknown');
    wayIn.refused(8010);
    wayIn.opened(8010, 8010);
    await wayIn.look(null);
    expect(verdict(wayIn)).toBe('unknown');
  });

  it('what a hub that has ended left behind is not shown, nor what a slower look brings later', async () => {
    const { wayIn, stop } = desk();
    const slow = wayIn.look(null);
    stop();
    wayIn.closed();
    await slow;
    expect(wayIn.state()).toEqual({ addresses: [], firewall: 'unknown' });
  });
});
