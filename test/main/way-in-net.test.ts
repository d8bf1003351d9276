// Six troubles of the way in, each staged with real network namespaces: the real hub and the real look at the network run inside,
// a pupil tries to come in from the other end of the cable. Skipped, with the reason in the name, where none can be staged.
import { beforeAll, describe, expect, it } from 'vitest';
import { HUB_PORT_TRIES } from '../../src/core/embedding.ts';
import { wayInWords } from '../../src/renderer/lesson/way-in-words.ts';
import { TEXTS } from '../../src/renderer/texts/texts.ts';
import { Classroom, hasNft, sweepStages, whyNoStage } from './lan-namespaces.ts';

const PORT = 8123;
const TEACHER = '192.168.77.10';
const PUPIL = '192.168.77.20';
const why = whyNoStage();
const t = TEXTS.ru.wayIn;
const said = { opened: false, peer: PUPIL };

describe.skipIf(why !== '')(
  `the way in, in a staged network${why && ` (not here: ${why})`}`,
  { timeout: 90_000 },
  () => {
    beforeAll(() => sweepStages());

    it('nothing in the way: not known until somebody comes, and well from then on', async () => {
      const room = await Classroom.open();
      const desk = await room.sitDown(PORT);
      expect(['unknown', 'well']).toContain((await desk.look()).verdict);
      expect(await room.opens(TEACHER, desk.port)).toBe(true);
      const found = await desk.look();
      expect(found).toMatchObject({ verdict: 'well', isSure: true, detail: 'reached', peer: PUPIL });
      expect(found.subnets).toEqual(['192.168.77.0/24']);
    });

    it('packets dropped by a firewall', async () => {
      const room = await Classroom.open();
      const desk = await room.sitDown(PORT);
      if (hasNft()) {
        await room.inside(room.teacher, 'nft', 'add table inet wall');
        await room.inside(room.teacher, 'nft', 'add chain inet wall in { type filter hook input priority 0 ; }');
        await room.inside(room.teacher, 'nft', `add rule inet wall in iifname eth0 tcp dport ${desk.port} drop`);
      } else {
        // The same for whoever knocks: routed into nothing before any program of the system sees it.
        await room.ip(room.teacher, 'rule add pref 10 lookup local');
        await room.ip(room.teacher, 'rule del pref 0');
        await room.ip(room.teacher, `rule add pref 5 iif eth0 ipproto tcp dport ${desk.port} blackhole`);
      }
      expect(await room.opens(TEACHER, desk.port)).toBe(false);
      // Here alone it answers: what cannot be told apart is asked for.
      expect((await desk.look()).verdict).not.toBe('isolated');
      expect(await desk.look({ opened: false, peer: null })).not.toMatchObject({ verdict: 'well' });
      const found = await desk.look(said);
      expect(found).toMatchObject({ verdict: 'firewall', isSure: true, port: PORT, peer: PUPIL });
      expect(wayInWords(t, found, '').title).toBe(t.firewall.title(PORT));
      expect(wayInWords(t, found, '').commands.join()).toContain(String(PORT));
    });

    it('other subnet', async () => {
      const room = await Classroom.open('192.168.78.20/24');
      const desk = await room.sitDown(PORT);
      expect(await room.opens(TEACHER, desk.port)).toBe(false);
      const found = await desk.look({ opened: false, peer: '192.168.78.20' });
      expect(found).toMatchObject({ verdict: 'other-subnet', peer: '192.168.78.20', subnets: ['192.168.77.0/24'] });
      expect(wayInWords(t, found, '').tell).toBe(t.otherSubnet.tell(['192.168.77.0/24'], '192.168.78.20'));
    });

    it('port taken: the hub moves on and says so until the teacher knows; where none is free it says that', async () => {
      const room = await Classroom.open();
      const desk = await room.sitDown(PORT, [PORT]);
      expect(desk.port).toBe(PORT + 1);
      const found = await desk.look();
      expect(found).toMatchObject({ verdict: 'port-taken', detail: 'moved', takenPort: PORT, port: PORT + 1 });
      expect(wayInWords(t, found, '').tell).toBe(t.portTaken.movedTell(PORT, PORT + 1));

      const first = PORT + 100;
      const full = await room.sitDown(
        first,
        Array.from({ length: HUB_PORT_TRIES }, (_, at) => first + at),
      );
      const none = await full.look();
      expect(none).toMatchObject({ verdict: 'port-taken', detail: 'none-free', takenPort: first, port: null });
      expect(wayInWords(t, none, '').step).toBe(t.portTaken.noneStep);
    });

    it('no link: the cable is out, and is named; a pulled cable to the outside is none of our troubles', async () => {
      const room = await Classroom.open();
      const desk = await room.sitDown(PORT);
      // The router's way out is gone: the class goes on.
      await room.ip(room.teacher, 'route del default');
      expect(await room.opens(TEACHER, desk.port)).toBe(true);
      expect(await desk.look()).toMatchObject({ verdict: 'well' });

      // The system itself hears of a cable up to a second later.
      const verdict = async () => (await desk.look()).verdict;
      await room.ip(room.switch, 'link set port1 down');
      await expect.poll(verdict).toBe('no-link');
      const found = await desk.look();
      expect(found).toMatchObject({ verdict: 'no-link', isSure: true, downAdapters: ['eth0'] });
      expect(wayInWords(t, found, '').tell).toBe(t.noLink.tell(['eth0']));

      await room.ip(room.switch, 'link set port1 up');
      await expect.poll(verdict).toBe('well');
    });

    it('two adapters: the teacher chooses; a pupil in the network that is not shown proves it', async () => {
      const room = await Classroom.open();
      await room.plug(room.teacher, 'wlan0', '10.5.0.10/24', 'port3');
      const desk = await room.sitDown(PORT);
      const found = await desk.look();
      expect(found).toMatchObject({ verdict: 'two-adapters', isSure: false });
      expect(found.subnets).toEqual(['192.168.77.0/24', '10.5.0.0/24']);
      expect(wayInWords(t, found, '').tell).toBe(t.twoAdapters.tell(found.subnets));
      expect(await desk.look({ opened: false, peer: '10.5.0.77' })).toMatchObject({
        verdict: 'two-adapters',
        isSure: true,
      });

      const chosen = await desk.choose('wlan0');
      expect(chosen.verdict).not.toBe('two-adapters');
      expect(chosen.subnets[0]).toBe('10.5.0.0/24');
    });

    it('clients isolated from each other: the router answers, the neighbour does not', async () => {
      const room = await Classroom.open();
      const desk = await room.sitDown(PORT);
      for (const port of ['port1', 'port2'])
        await room.ip(room.switch, `link set ${port} type bridge_slave isolated on`);
      expect(await room.opens(TEACHER, desk.port)).toBe(false);
      const found = await desk.look(said);
      expect(found).toMatchObject({ verdict: 'isolated', isSure: true, peer: PUPIL });
      expect(wayInWords(t, found, '').title).toBe(t.isolated.title);
    });
  },
);
