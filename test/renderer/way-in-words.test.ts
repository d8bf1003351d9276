// The words of the self-check: every trouble has its own, in both languages, with a next step and what the step needs.
import { expect, test } from 'vitest';
import type { Verdict, WayIn } from '../../src/preload/contract.ts';
import { firewallCommands, wayInWords } from '../../src/renderer/lesson/way-in-words.ts';
import { TEXTS } from '../../src/renderer/texts/texts.ts';

const found = (verdict: Verdict, over: Partial<WayIn> = {}): WayIn => ({
  verdict,
  isSure: true,
  detail: null,
  platform: 'win32',
  port: 8010,
  takenPort: null,
  takenBy: null,
  subnets: ['192.168.1.0/24'],
  peer: '192.168.1.20',
  downAdapters: [],
  ...over,
});
const SIX: WayIn[] = [
  found('firewall'),
  found('other-subnet', { peer: '10.0.0.5' }),
  found('port-taken', { detail: 'moved', takenPort: 8009, takenBy: 'nginx' }),
  found('no-link', { downAdapters: ['eth0'] }),
  found('two-adapters', { subnets: ['192.168.1.0/24', '10.0.0.0/8'], isSure: false }),
  found('isolated'),
];

test.each(['ru', 'en'] as const)('six troubles, six texts, six next steps: %s', (language) => {
  const words = SIX.map((one) => wayInWords(TEXTS[language].wayIn, one, '192.168.1.10:8010'));
  for (const part of ['title', 'tell', 'step'] as const) {
    expect(new Set(words.map((one) => one[part])).size).toBe(6);
    for (const one of words) expect(one[part]).toBeTruthy();
  }
  expect(JSON.stringify(words)).not.toMatch(/undefined|null\b|NaN/);
  const [firewall, subnet, port, link, two, isolated] = words;
  expect(firewall?.title).toContain('8010');
  expect(subnet?.tell).toMatch(/192\.168\.1\.0\/24.*10\.0\.0\.5/);
  expect(port?.title).toMatch(/8009.*nginx/);
  expect(port?.tell).toMatch(/8010.*8009/);
  expect(link?.tell).toContain('eth0');
  expect(two?.tell).toContain('10.0.0.0/8');
  expect(isolated?.tell).toContain('192.168.1.20');
});

test('what is only likely says so; each kind of one trouble has words of its own', () => {
  const t = TEXTS.ru.wayIn;
  const title = (one: WayIn) => wayInWords(t, one, 'a').title;
  expect(title(found('isolated', { isSure: false }))).toBe(`${t.likely}: ${t.isolated.title}`);
  expect(title(found('isolated'))).toBe(t.isolated.title);
  const kinds = [
    found('no-link'),
    found('no-link', { detail: 'self-made' }),
    found('port-taken', { detail: 'none-free', port: null, takenPort: 8010 }),
    found('well', { detail: 'reached' }),
    found('well', { detail: 'report' }),
    found('well', { isSure: false }),
    found('unknown'),
    found('unknown', { detail: 'no-peer' }),
    found('unknown', { detail: 'others-come' }),
  ].map((one) => JSON.stringify(wayInWords(t, one, 'a')));
  expect(new Set(kinds).size).toBe(kinds.length);
});

test('nobody is said to have come in while somebody is here', () => {
  const told = (one: WayIn, isSomebodyHere: boolean) => wayInWords(TEXTS.ru.wayIn, one, 'a', isSomebodyHere).tell;
  expect(told(found('well', { isSure: false }), false)).toContain('Пока никого нет');
  expect(told(found('well', { isSure: false }), true)).toContain('Кто-то уже здесь или ждёт ниже');
  for (const detail of [null, 'no-peer'] as const) {
    expect(told(found('unknown', { detail }), false)).toContain('пока никто не вошёл');
    expect(told(found('unknown', { detail }), true)).toContain('Кто-то уже здесь или ждёт ниже');
  }
});

test('the firewall is opened with the words and the command of the system, with our port', () => {
  expect(firewallCommands('win32', 8011)).toEqual([
    'netsh advfirewall firewall add rule name="Parta" dir=in action=allow protocol=TCP localport=8011 remoteip=localsubnet',
  ]);
  expect(firewallCommands('linux', 8011).every((command) => command.includes('8011'))).toBe(true);
  expect(firewallCommands('darwin', 8011)).toEqual([]);
  const steps = ['win32', 'linux', 'darwin'].map(
    (platform) => wayInWords(TEXTS.ru.wayIn, found('firewall', { platform }), 'a').step,
  );
  expect(new Set(steps).size).toBe(3);
});
