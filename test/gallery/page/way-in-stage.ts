/** The self-check of the way in, in the gallery: every verdict as it stands under what the class is shown. */
import type { HubState, Verdict, WayIn } from '../../../src/preload/contract.ts';
import { lesson } from './lesson-stage.ts';
import type { Staged } from './stage.ts';

export const WELL: WayIn = {
  verdict: 'well',
  isSure: true,
  detail: 'reached',
  platform: 'win32',
  port: 8010,
  takenPort: null,
  takenBy: null,
  subnets: ['192.168.1.0/24'],
  peer: '192.168.1.57',
  downAdapters: [],
};

function wayIn(verdict: Verdict, over: Partial<WayIn> = {}, hub: Partial<HubState> = {}): Staged {
  const staged = lesson({ pupils: 3, view: 'door', bellIn: null });
  const found: WayIn = { ...WELL, verdict, detail: null, ...over };
  staged.desktop.hub = { ...staged.desktop.hub, wayIn: found, ...hub };
  // Where pupils come in, some are here.
  if (verdict !== 'well') staged.store.walls.set(staged.logId, { tiles: new Map() });
  return staged;
}

export const WAY_IN_SCENES = {
  'way-in-well': () => wayIn('well', { detail: 'reached' }),
  'way-in-open': () => wayIn('well', { isSure: false, peer: null }),
  'way-in-unknown': () => wayIn('unknown', { isSure: false, peer: null }),
  'way-in-no-peer': () => wayIn('unknown', { isSure: false, detail: 'no-peer', peer: null }),
  'way-in-firewall': () => wayIn('firewall'),
  'way-in-firewall-linux': () => wayIn('firewall', { platform: 'linux', peer: null }),
  'way-in-other-subnet': () => wayIn('other-subnet', { isSure: false, peer: '10.30.2.14' }),
  'way-in-port-moved': () =>
    wayIn(
      'port-taken',
      { detail: 'moved', takenPort: 8010, takenBy: 'nginx', port: 8011 },
      { port: 8011, addresses: [{ url: 'http://192.168.1.24:8011', adapter: 'Ethernet', answers: true }] },
    ),
  'way-in-port-none': () =>
    wayIn(
      'port-taken',
      { detail: 'none-free', takenPort: 8010, port: null },
      { state: 'restarting', code: 'port-taken', port: null, addresses: [] },
    ),
  'way-in-no-link': () =>
    wayIn(
      'no-link',
      { subnets: [], peer: null, platform: 'linux', downAdapters: ['enp3s0', 'wlp2s0'] },
      { addresses: [] },
    ),
  'way-in-two-adapters': () =>
    wayIn('two-adapters', { isSure: false, peer: null, subnets: ['192.168.1.0/24', '10.10.4.0/22'] }),
  'way-in-isolated': () => wayIn('isolated', { isSure: false }),
};
