import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HubId } from '../../src/core/ids.ts';
import { checkAddresses, firewallState, lanAddresses, watchAddresses, type RunTool } from '../../src/main/network.ts';
import { until } from './scratch.ts';
import { startScriptedHub } from './scripted-hub.ts';

const info = (address: string, over: Partial<NetworkInterfaceInfo> = {}): NetworkInterfaceInfo[] => [
  { address, family: 'IPv4', internal: false, netmask: '', mac: '', cidr: null, ...over } as NetworkInterfaceInfo,
];

describe('addresses', () => {
  it('every adapter of a network, the likeliest for a class first', () => {
    const found = lanAddresses({
      lo: info('127.0.0.1', { internal: true }),
      docker0: info('172.17.0.1'),
      'vEthernet (WSL)': info('192.168.99.1'),
      eth9: info('169.254.3.4'),
      'Беспроводная сеть': info('10.0.0.7'),
      eth0: info('192.168.1.5'),
      eth1: [...info('fe80::1', { family: 'IPv6' } as never), ...info('172.20.0.2')],
      wan: info('95.10.20.30'),
    });
    expect(found.map(({ address }) => address)).toEqual([
      '192.168.1.5',
      '10.0.0.7',
      '172.20.0.2',
      '95.10.20.30',
      '169.254.3.4',
      '192.168.99.1',
      '172.17.0.1',
    ]);
    expect(found[1]?.adapter).toBe('Беспроводная сеть');
    expect(lanAddresses({})).toEqual([]);
  });

  it('a change of network is noticed', async () => {
    let here = [{ address: '192.168.1.5', adapter: 'eth0' }];
    let changes = 0;
    const stop = watchAddresses(
      () => void (changes += 1),
      1,
      () => here,
    );
    onTestFinished(stop);
    here = [{ address: '10.0.0.7', adapter: 'wlan0' }];
    await until(() => changes > 0);
    expect(changes).toBe(1);
  });

  it('an address works only if our own hub answers there', async () => {
    const hub = await startScriptedHub();
    onTestFinished(() => hub.close());
    const own = [{ address: '127.0.0.1', adapter: 'eth0' }];
    const url = hub.url;
    expect(await checkAddresses(hub.port, hub.hubId as HubId, own)).toEqual([{ url, adapter: 'eth0', answers: true }]);
    const other = '01890000-0000-7000-8000-000000000009' as HubId;
    expect(await checkAddresses(hub.port, other, own)).toEqual([{ url, adapter: 'eth0', answers: false }]);
    await hub.close();
    expect(await checkAddresses(hub.port, hub.hubId as HubId, own)).toMatchObject([{ answers: false }]);
  });
});

describe('the firewall', () => {
  /** What each tool prints, by its name and first argument that differs; everything else is missing. */
  const tools =
    (said: Record<string, string>): RunTool =>
    (file, args) =>
      Promise.resolve(said[[file, ...args].join(' ')] ?? null);
  const linux = (said: Record<string, string>) => firewallState(8010, 'linux', '/parta', tools(said));

  it.each<[string, Record<string, string>, string]>([
    ['nothing can be read', {}, 'unknown'],
    ['firewalld lets it in', { 'firewall-cmd --query-port=8010/tcp': 'yes\n' }, 'open'],
    ['firewalld runs without it', { 'firewall-cmd --state': 'running\n' }, 'blocked'],
    ['ufw lets it in', { 'ufw status': 'Status: active\n\n8010/tcp   ALLOW   Anywhere\n' }, 'open'],
    ['ufw does not', { 'ufw status': 'Status: active\n\n22/tcp   ALLOW   Anywhere\n' }, 'blocked'],
    ['no rules at all', { 'ufw status': 'Status: inactive\n', 'nft list ruleset': '' }, 'open'],
    [
      'rules that refuse something',
      { 'nft list ruleset': 'chain input { type filter hook input priority 0; policy drop; }' },
      'unknown',
    ],
    [
      'rules that accept it',
      {
        'nft list ruleset':
          'chain input { type filter hook input priority 0; policy drop; tcp dport { 22, 8010 } accept }',
      },
      'open',
    ],
  ])('on Linux, %s', async (_case, said, state) => {
    expect(await linux(said)).toBe(state);
  });

  const root = 'reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy';
  const profiles = (value: string) =>
    Object.fromEntries(
      ['DomainProfile', 'StandardProfile', 'PublicProfile'].map((name) => [
        `${root}\\${name} /v EnableFirewall`,
        `\r\n    EnableFirewall    REG_DWORD    ${value}\r\n`,
      ]),
    );
  const rule = (action: string, rest: string) =>
    `    {1}    REG_SZ    v2.31|Action=${action}|Active=TRUE|Dir=In|Protocol=6|${rest}Name=Parta|\r\n`;
  const rules = (text: string) => ({ [`${root}\\FirewallRules`]: text });
  const guarded = (profile: string) => ({ [`${root}\\${profile} /v EnableFirewall`]: 'EnableFirewall REG_DWORD 0x1' });
  const app = 'App=C:\\Program Files\\Parta\\Parta.exe|';
  it.each<[string, Record<string, string>, string]>([
    ['the registry cannot be read', {}, 'unknown'],
    ['it is off', profiles('0x0'), 'open'],
    ['the program is let in', { ...profiles('0x1'), [`${root}\\FirewallRules`]: rule('Allow', app) }, 'open'],
    [
      'the question was answered with no',
      { ...profiles('0x1'), [`${root}\\FirewallRules`]: rule('Allow', app) + rule('Block', app) },
      'blocked',
    ],
    [
      'only another program is let in',
      { ...profiles('0x1'), [`${root}\\FirewallRules`]: rule('Allow', 'App=C:\\Other.exe|') },
      'blocked',
    ],
    [
      'the port is let in for all',
      { ...profiles('0x1'), [`${root}\\FirewallRules`]: rule('Allow', 'LPort=8010|') },
      'open',
    ],
    [
      'it is let in by private networks alone',
      { ...profiles('0x1'), ...rules(rule('Allow', `Profile=Private|${app}`)) },
      'unknown',
    ],
    [
      'private networks alone are let in, and those alone are guarded',
      { ...profiles('0x0'), ...guarded('StandardProfile'), ...rules(rule('Allow', `Profile=Private|${app}`)) },
      'open',
    ],
    [
      'each profile has its own leave',
      {
        ...profiles('0x1'),
        ...rules(['Domain', 'Private', 'Public'].map((name) => rule('Allow', `Profile=${name}|${app}`)).join('')),
      },
      'open',
    ],
    [
      'public networks were answered with no',
      { ...profiles('0x1'), ...rules(rule('Allow', app) + rule('Block', `Profile=Public|${app}`)) },
      'unknown',
    ],
    [
      'a no for networks that are not guarded',
      {
        ...profiles('0x0'),
        ...guarded('PublicProfile'),
        ...rules(rule('Allow', app) + rule('Block', `Profile=Domain|Profile=Private|${app}`)),
      },
      'open',
    ],
    [
      'a no where it counts',
      {
        ...profiles('0x0'),
        ...guarded('PublicProfile'),
        ...rules(rule('Allow', app) + rule('Block', `Profile=Private|Profile=Public|${app}`)),
      },
      'blocked',
    ],
    [
      'another port is let in',
      { ...profiles('0x1'), [`${root}\\FirewallRules`]: rule('Allow', 'LPort=80|') },
      'blocked',
    ],
  ])('on Windows, %s', async (_case, said, state) => {
    expect(await firewallState(8010, 'win32', 'c:\\program files\\parta\\PARTA.exe', tools(said))).toBe(state);
  });

  it('elsewhere nothing is claimed', async () => {
    expect(await firewallState(8010, 'darwin', '/parta', tools({}))).toBe('unknown');
  });

  it('a tool that is missing is no error', async () => {
    expect(['open', 'blocked', 'unknown']).toContain(await firewallState(8010));
  });
});
