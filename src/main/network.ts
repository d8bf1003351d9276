/**
 * How others on the network can reach the hub of this computer. Promises: every adapter with an IPv4 address is named, the
 * likeliest for a class first; an address counts as working only if the hub answered through it; the firewall is said to be
 * `open` or `blocked` only where the system told so. Hides: the systems' tools. Looks only, changes nothing.
 */
import { execFile } from 'node:child_process';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import type { HubId } from '../core/ids.ts';
import type { HubAddress, HubState } from '../preload/contract.ts';
import { hubFacts } from './hub-requests.ts';

export const SELF_CHECK_MS = 2_000;
export const FIREWALL_TOOL_MS = 3_000;
/** How often the adapters are looked at: a laptop joins another network without telling anybody. */
export const ADAPTERS_LOOK_MS = 15_000;

type Firewall = HubState['firewall'];
export interface LanAddress {
  address: string;
  adapter: string;
}

/** Adapters of containers, virtual machines and tunnels: pupils are not there. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni|flannel|tun|tap|wg|zt|tailscale|utun|bridge)|vethernet|virtualbox|vmware|hyper-v|wsl|hamachi|radmin|loopback/i;

export const isVirtual = (adapter: string): boolean => VIRTUAL.test(adapter);

/** IPv4 addresses of this computer, best first: real adapters, then private ranges as routers give them, then the rest. */
export function lanAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): LanAddress[] {
  const found = Object.entries(interfaces).flatMap(([adapter, infos]) =>
    (infos ?? [])
      .filter((info) => info.family === 'IPv4' && !info.internal)
      .map((info) => ({ address: info.address, adapter: adapter.slice(0, 100) })),
  );
  const rank = ({ address, adapter }: LanAddress) => {
    const range = address.startsWith('192.168.')
      ? 0
      : address.startsWith('10.')
        ? 1
        : /^172\.(1[6-9]|2\d|3[01])\./.test(address)
          ? 2
          : address.startsWith('169.254.')
            ? 4
            : 3;
    return range + (isVirtual(adapter) ? 10 : 0);
  };
  return found.sort((a, b) => rank(a) - rank(b) || a.adapter.localeCompare(b.adapter));
}

/** Tells when this computer's addresses have changed. @returns how to stop it */
export function watchAddresses(changed: () => void, everyMs = ADAPTERS_LOOK_MS, look = lanAddresses): () => void {
  let last = JSON.stringify(look());
  const timer = setInterval(() => {
    const now = JSON.stringify(look());
    if (now === last) return;
    last = now;
    changed();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Asks the hub through each address. An answer from this machine does not prove that the firewall lets others in. */
export function checkAddresses(port: number, hubId: HubId, addresses = lanAddresses()): Promise<HubAddress[]> {
  return Promise.all(
    addresses.map(async ({ address, adapter }) => {
      const url = `http://${address}:${port}`;
      const answers = await hubFacts(url, SELF_CHECK_MS).then(
        (facts) => facts.hubId === hubId,
        () => false,
      );
      return { url, adapter, answers };
    }),
  );
}

/** Runs a tool and answers what it printed; null where it is missing, forbidden, late or failed. */
export type RunTool = (file: string, args: readonly string[]) => Promise<string | null>;

export const runTool: RunTool = (file, args) =>
  new Promise((resolve) => {
    const options = { timeout: FIREWALL_TOOL_MS, maxBuffer: 16 * 1024 ** 2, windowsHide: true };
    execFile(file, [...args], { ...options, env: { ...process.env, LC_ALL: 'C' } }, (error, stdout) =>
      resolve(error ? null : stdout),
    );
  });

/**
 * What the system's firewall does with connections from the network to `port`, as far as it can be read without rights.
 * @param program this app's executable, which Windows' rules name
 */
export async function firewallState(
  port: number,
  platform: string = process.platform,
  program: string = process.execPath,
  run: RunTool = runTool,
): Promise<Firewall> {
  if (platform === 'linux') return linuxFirewall(port, run);
  if (platform === 'win32') return windowsFirewall(port, program, run);
  return 'unknown';
}

async function linuxFirewall(port: number, run: RunTool): Promise<Firewall> {
  const zone = await run('firewall-cmd', [`--query-port=${port}/tcp`]);
  if (zone !== null) return /^yes/m.test(zone) ? 'open' : 'unknown';
  if (/^running/m.test((await run('firewall-cmd', ['--state'])) ?? '')) return 'blocked';

  const ufw = await run('ufw', ['status']);
  if (ufw !== null && /^Status: active/m.test(ufw)) {
    return new RegExp(`^${port}(/tcp)?\\s+ALLOW`, 'm').test(ufw) ? 'open' : 'blocked';
  }

  // Without the administrator's rights these say nothing; an empty rule set is said only with them.
  const rules = await run('nft', ['list', 'ruleset']);
  if (rules === null) return 'unknown';
  const refuses = /hook input[^}]*policy drop|\b(drop|reject)\b/.test(rules);
  if (!refuses) return 'open';
  const accepts = new RegExp(`dport (${port}|\\{[^}]*\\b${port}\\b[^}]*\\}) .*accept`).test(rules);
  return accepts ? 'open' : 'unknown';
}

/** Windows' profiles: their keys in the registry, and what rules call them. */
const PROFILES = { DomainProfile: 'Domain', StandardProfile: 'Private', PublicProfile: 'Public' } as const;

/**
 * Reads the registry and not `netsh`, whose words are in the system's language. Rules are `Action=Allow|Active=TRUE|Dir=In|…`
 * in every language. A program that Windows asked about and nobody answered for has a Block rule, or none: both keep pupils out.
 * Which profile a network has is not read: where they differ, nothing is claimed.
 */
async function windowsFirewall(port: number, program: string, run: RunTool): Promise<Firewall> {
  const root = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy';
  const profiles = await Promise.all(
    Object.entries(PROFILES).map(async ([key, name]) => {
      const text = await run('reg', ['query', `${root}\\${key}`, '/v', 'EnableFirewall']);
      return { name, isOn: text === null ? null : !/EnableFirewall\s+REG_DWORD\s+0x0\b/.test(text) };
    }),
  );
  if (profiles.some(({ isOn }) => isOn === null)) return 'unknown';
  const guarded = profiles.filter(({ isOn }) => isOn);
  if (guarded.length === 0) return 'open';

  const rules = await run('reg', ['query', `${root}\\FirewallRules`]);
  if (rules === null) return 'unknown';
  const about = rules
    .split(/\r?\n/)
    .filter((line) => line.includes('|Dir=In|') && line.includes('|Active=TRUE|'))
    .filter(
      (line) =>
        line.toLowerCase().includes(`|app=${program.toLowerCase()}|`) ||
        (line.includes(`|LPort=${port}|`) && line.includes('|Protocol=6|') && !line.includes('|App=')),
    );
  const says = (action: string, profile: string) =>
    about.some(
      (line) =>
        line.includes(`|Action=${action}|`) && (line.includes(`|Profile=${profile}|`) || !line.includes('|Profile=')),
    );
  // Windows lets a Block rule win over any Allow rule.
  const open = guarded.filter(({ name }) => !says('Block', name) && says('Allow', name));
  return open.length === guarded.length ? 'open' : open.length === 0 ? 'blocked' : 'unknown';
}
