/**
 * Why pupils cannot come in. Promises: {@link verdictOf} is pure and names one trouble, the likeliest, and says whether it is
 * proven; facts are gathered within {@link FACTS_MS}, and nobody outside this LAN is asked: only this computer, its gateway, and
 * the one computer whose address the teacher typed. Hides: the systems' tools and tables.
 *
 * What cannot be told from here alone: a firewall that drops, a Wi-Fi that keeps its guests apart and a pupil in another subnet
 * all look like "nobody came". So the teacher is asked one thing (what does another computer show?) and then for its address; if
 * that computer answers to our call for it while our page does not open there, our own firewall is in the way; if even the call
 * finds nobody, the network keeps the two apart.
 */
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ErrorCode } from '../core/errors.ts';
import type { HubId } from '../core/ids.ts';
import type { HubAddress, HubState, WayIn, WayInReport } from '../preload/contract.ts';
import { hubFacts } from './hub-requests.ts';
import {
  checkAddresses,
  firewallState,
  isVirtual,
  lanAddresses,
  runTool,
  SELF_CHECK_MS,
  type RunTool,
} from './network.ts';

/** How long a computer of the LAN is called for; one that is there answers in milliseconds. */
export const CALL_MS = 1_500;
/** All of it: the slowest are the firewall's tools, three in a row. */
export const FACTS_MS = 12_000;
/** Visitors kept; of more the oldest go. */
export const VISITORS_MAX = 200;
const TAKEN_BY_MAX = 100;
/** Nobody listens here: a refusal is as good an answer as any. */
const CALL_PORT = 9;

export interface Subnet {
  adapter: string;
  /** Our own address in it. */
  address: string;
  /** Bits of the mask. */
  bits: number;
}

/** Who came to the hub from another computer; `to` is the address of ours that was used. */
export interface Visitor {
  from: string;
  to: string;
}

export interface WayInFacts {
  platform: string;
  /** Of the hub; the code that it gave up with. */
  port: number | null;
  code: ErrorCode | null;
  /** The port that pupils know, where another program holds it. */
  takenPort: number | null;
  takenBy: string | null;
  /** Real adapters with an address, the likeliest first; what the network did not give (169.254…) is apart. */
  subnets: readonly Subnet[];
  selfMade: readonly Subnet[];
  downAdapters: readonly string[];
  /** Those of {@link checkAddresses}: the first that answers is shown to the class. */
  addresses: readonly HubAddress[];
  /** The teacher has said which of several addresses is the class's. */
  isChosen: boolean;
  firewall: HubState['firewall'];
  /** Since the network last changed. */
  visitors: readonly Visitor[];
  /** Whether the gateway answers on this network; null where there is none, or the system does not tell. */
  gatewayAnswers: boolean | null;
  report: WayInReport | null;
  /** Whether the computer of the report answers to a call from here; null: not called, or not to be told. */
  peerAnswers: boolean | null;
}

/** @returns the most probable trouble; never throws */
export function verdictOf(facts: WayInFacts): WayIn {
  const { report, subnets, visitors } = facts;
  const say = (
    verdict: WayIn['verdict'],
    isSure: boolean,
    detail: WayIn['detail'] = null,
    peer = report?.peer ?? null,
  ): WayIn => ({
    verdict,
    isSure,
    detail,
    platform: facts.platform,
    port: facts.port,
    takenPort: facts.takenPort,
    takenBy: facts.takenBy,
    subnets: subnets.map(subnetShown),
    peer,
    downAdapters: [...facts.downAdapters],
  });
  if (facts.port === null)
    return facts.code === 'port-taken' ? say('port-taken', true, 'none-free') : say('unknown', false);
  if (subnets.length === 0) return say('no-link', true, facts.selfMade.length > 0 ? 'self-made' : null);
  // Whoever says that it opened has the last word, above all that was guessed.
  if (report?.opened) return say('well', true, 'report');
  if (facts.takenPort !== null) return say('port-taken', true, 'moved');

  const shown = facts.addresses.find(({ answers }) => answers);
  // The network has changed under us this very moment; the list of addresses says so itself.
  if (!shown) return say('unknown', false);
  const shownSubnet = subnets.find(({ address }) => new URL(shown.url).hostname === address);
  const nets = new Set(subnets.map(subnetShown));

  if (visitors.length === 0 && facts.firewall === 'blocked') return say('firewall', true);
  if (report) {
    // Our own address tells nothing: the page was opened here.
    const isOwn = subnets.some(({ address }) => address === report.peer?.trim());
    const peer = report.peer === null || isOwn ? null : ipv4(report.peer);
    if (peer === null) {
      if (nets.size > 1 && !facts.isChosen) return say('two-adapters', false);
      return say('unknown', false, 'no-peer');
    }
    const its = subnets.filter((subnet) => isIn(subnet, peer));
    if (its.length === 0) return say('other-subnet', visitors.length > 0 || facts.firewall === 'open');
    if (shownSubnet && !its.includes(shownSubnet)) return say('two-adapters', true);
    if (facts.peerAnswers === null) return say('unknown', false);
    // A gateway that answers while a neighbour does not: the network lives, and keeps the two apart.
    if (!facts.peerAnswers) return say('isolated', facts.gatewayAnswers === true);
    if (visitors.length > 0 || facts.firewall === 'open') return say('unknown', false, 'others-come');
    return say('firewall', true);
  }
  const last = visitors.at(-1);
  if (last) return say('well', true, 'reached', last.from);
  if (nets.size > 1 && !facts.isChosen) return say('two-adapters', false);
  return facts.firewall === 'open' ? say('well', false) : say('unknown', false);
}

/** `192.168.1.0/24`. */
export function subnetShown({ address, bits }: Pick<Subnet, 'address' | 'bits'>): string {
  const net = masked(ipv4(address) ?? 0, bits);
  return `${[24, 16, 8, 0].map((shift) => (net >>> shift) & 255).join('.')}/${bits}`;
}

/** @returns the address as a number, null for what is none */
export function ipv4(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text.trim());
  const bytes = match?.slice(1).map(Number) ?? [];
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) return null;
  return bytes.reduce((all, byte) => all * 256 + byte, 0);
}
const masked = (address: number, bits: number) => (bits === 0 ? 0 : (address & (-1 << (32 - bits))) >>> 0);
export const isIn = (subnet: Subnet, address: number) =>
  masked(address, subnet.bits) === masked(ipv4(subnet.address) ?? 0, subnet.bits);

/** The port that pupils know and did not get; null where it was free, any would do, or nobody knows one yet. */
export const portMissed = (asked: number, got: number): number | null => (asked > 0 && asked !== got ? asked : null);

/** Keeps who came, each once, the latest last. Bounded by {@link VISITORS_MAX}. */
export function withVisitor(visitors: readonly Visitor[], visitor: Visitor): Visitor[] {
  return [...visitors.filter(({ from }) => from !== visitor.from), visitor].slice(-VISITORS_MAX);
}

export interface Asked {
  /** Null while the hub does not run. */
  hub: { port: number; hubId: HubId } | null;
  code: ErrorCode | null;
  takenPort: number | null;
  visitors: readonly Visitor[];
  /** The adapter that the teacher chose. */
  chosen: string | null;
  report: WayInReport | null;
}

/** Looks at everything at once. @throws never: what cannot be known is null or `unknown` */
export async function gatherFacts(
  { hub, code, takenPort, visitors, chosen, report }: Asked,
  platform: string = process.platform,
  run: RunTool = runTool,
): Promise<WayInFacts> {
  const own = ownSubnets(chosen);
  const real = own.filter(({ adapter }) => !isVirtual(adapter));
  const peer = report && !report.opened && report.peer !== null ? report.peer.trim() : null;
  // Nobody outside this network is called, whatever was typed.
  const isNear = peer !== null && real.some((subnet) => isIn(subnet, ipv4(peer) ?? -1));
  const [addresses, firewall, takenBy, downAdapters, gatewayAnswers, peerAnswers] = await Promise.all([
    hub ? checkAddresses(hub.port, hub.hubId, chosenFirst(lanAddresses(), chosen)) : [],
    hub ? firewallState(hub.port, platform, process.execPath, run) : ('unknown' as const),
    takenPort === null ? null : holderOf(takenPort, platform, run),
    adaptersDown(platform),
    gateway(platform, run).then((address) => (address === null ? null : answersCall(address, platform, run))),
    isNear ? answersCall(peer, platform, run) : null,
  ]);
  return {
    platform,
    port: hub?.port ?? null,
    code,
    takenPort,
    takenBy,
    subnets: real.filter(({ address }) => !isSelfMade(address)),
    selfMade: real.filter(({ address }) => isSelfMade(address)),
    downAdapters,
    addresses,
    isChosen: chosen !== null && real.some(({ adapter }) => adapter === chosen),
    firewall,
    visitors,
    gatewayAnswers,
    report,
    peerAnswers,
  };
}

/** The adapter that the teacher chose goes before all others. */
export const chosenFirst = <T extends { adapter: string }>(addresses: readonly T[], chosen: string | null): T[] => [
  ...addresses.filter(({ adapter }) => adapter === chosen),
  ...addresses.filter(({ adapter }) => adapter !== chosen),
];

/** The networks in which the class is: that of the adapter which the teacher chose, else of every real one. */
export function servedSubnets(chosen: string | null): Subnet[] {
  const real = ownSubnets(chosen).filter(({ adapter }) => !isVirtual(adapter));
  const said = real.filter(({ adapter }) => adapter === chosen);
  return said.length > 0 ? said : real;
}

/** What a computer gives itself where no network gave it anything. */
const isSelfMade = (address: string) => address.startsWith('169.254.');

function ownSubnets(chosen: string | null): Subnet[] {
  const bits = new Map(
    Object.values(networkInterfaces()).flatMap((infos) =>
      (infos ?? []).map(({ address, cidr }) => [address, Number(cidr?.split('/')[1] ?? 24)] as const),
    ),
  );
  return chosenFirst(lanAddresses(), chosen).map(({ address, adapter }) => ({
    address,
    adapter,
    bits: bits.get(address) ?? 24,
  }));
}

/** Real adapters without cable or radio. Windows and macOS are not asked: their words are in the system's language. */
async function adaptersDown(platform: string): Promise<string[]> {
  if (platform !== 'linux') return [];
  const names = await readdir('/sys/class/net').catch(() => [] as string[]);
  const states = await Promise.all(
    names
      .filter((name) => name !== 'lo' && !isVirtual(name))
      .map(async (name) => ({
        name,
        state: await readFile(`/sys/class/net/${name}/operstate`, 'utf8').catch(() => ''),
      })),
  );
  return states.filter(({ state }) => /^(down|lowerlayerdown)/.test(state)).map(({ name }) => name.slice(0, 100));
}

/** Who holds a port here: another Parta, a program by its name; null where the system does not tell. */
async function holderOf(port: number, platform: string, run: RunTool): Promise<string | null> {
  const [isHub, name] = await Promise.all([
    hubFacts(`http://127.0.0.1:${port}`, SELF_CHECK_MS).then(
      () => true,
      () => false,
    ),
    programOn(port, platform, run),
  ]);
  return isHub ? 'Parta' : (name?.slice(0, TAKEN_BY_MAX) ?? null);
}

async function programOn(port: number, platform: string, run: RunTool): Promise<string | null> {
  if (platform === 'linux')
    return /users:\(\("([^"]+)"/.exec((await run('ss', ['-Hltnp', `sport = :${port}`])) ?? '')?.[1] ?? null;
  if (platform === 'darwin')
    return /^c(.+)$/m.exec((await run('lsof', ['-nP', '-Fc', `-iTCP:${port}`, '-sTCP:LISTEN'])) ?? '')?.[1] ?? null;
  if (platform !== 'win32') return null;
  // A listening line has no peer, in every language: `TCP 0.0.0.0:8010 0.0.0.0:0 … 4711`.
  const sockets = (await run('netstat', ['-ano', '-p', 'TCP'])) ?? '';
  const pid = new RegExp(`^\\s*TCP\\s+\\S+:${port}\\s+0\\.0\\.0\\.0:0\\s.*?(\\d+)\\s*$`, 'm').exec(sockets)?.[1];
  if (pid === undefined) return null;
  return /^"([^"]+)"/.exec((await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'])) ?? '')?.[1] ?? null;
}

/** The router's address on this network, null where there is none. */
async function gateway(platform: string, run: RunTool): Promise<string | null> {
  if (platform === 'linux') {
    const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
    const found = /^\S+\t00000000\t([0-9A-F]{8})\t/m.exec(routes)?.[1];
    if (found === undefined || found === '00000000') return null;
    // As the kernel keeps it: the last byte first.
    return [6, 4, 2, 0].map((at) => parseInt(found.slice(at, at + 2), 16)).join('.');
  }
  if (platform === 'win32')
    return /^\s*0\.0\.0\.0\s+0\.0\.0\.0\s+(\d[\d.]+)\s/m.exec((await run('route', ['print', '-4', '0.0.0.0'])) ?? '')?.[1] ?? null; // prettier-ignore
  return /gateway: (\d[\d.]+)/.exec((await run('route', ['-n', 'get', 'default'])) ?? '')?.[1] ?? null;
}

/**
 * Whether a computer of this network is there for us. Its own firewall may keep silent: then the table of neighbours tells, for
 * nobody can be talked to on a LAN who does not say where he is.
 * @returns null where the system does not tell
 */
async function answersCall(address: string, platform: string, run: RunTool): Promise<boolean | null> {
  const heard = await new Promise<boolean | null>((resolve) => {
    const socket = connect({ host: address, port: CALL_PORT });
    const end = (answer: boolean | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), CALL_MS);
    socket.once('connect', () => end(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED' ? true : null));
  });
  return heard ?? isNeighbour(address, platform, run);
}

async function isNeighbour(address: string, platform: string, run: RunTool): Promise<boolean | null> {
  if (platform === 'linux') {
    const table = await readFile('/proc/net/arp', 'utf8').catch(() => null);
    if (table === null) return null;
    const flags = table
      .split('\n')
      .map((line) => line.split(/\s+/))
      .find(([ip]) => ip === address)?.[2];
    return flags !== undefined && (Number(flags) & 2) === 2;
  }
  const table = await run('arp', platform === 'win32' ? ['-a', address] : ['-n', address]);
  // Windows ends with an error where it knows nobody: no table and no neighbour cannot be told apart there.
  return table === null ? (platform === 'win32' ? false : null) : /(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}/i.test(table);
}

export interface WayInCheckOptions {
  hub(): Asked['hub'];
  code(): ErrorCode | null;
  /** The adapter that the teacher chose, as it is kept. */
  chosen(): string | null;
  /** Something else is known now. */
  changed(): void;
  /** A look brought nothing; what was known before stays. */
  failed(error: unknown): void;
  gather?: typeof gatherFacts;
  lan?: typeof lanAddresses;
}
export type WayInCheck = ReturnType<typeof openWayInCheck>;

/** What is known of the way in, kept between looks: who came, which port was missed, what the teacher said. */
export function openWayInCheck({
  hub,
  code,
  chosen,
  changed,
  failed,
  gather = gatherFacts,
  lan = lanAddresses,
}: WayInCheckOptions) {
  const NOTHING: Pick<HubState, 'addresses' | 'firewall'> = { addresses: [], firewall: 'unknown' };
  let known: Pick<HubState, 'addresses' | 'firewall' | 'wayIn'> = NOTHING;
  let visitors: Visitor[] = [];
  let takenPort: number | null = null;
  let report: WayInReport | null = null;
  let found: WayInFacts | null = null;
  let looking: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  /** One at a time, for each starts half a dozen programs; whoever asks meanwhile waits for one more after it. Never rejects. */
  function look(): Promise<void> {
    if (looking)
      return (next ??= looking.then(() => {
        next = null;
        return look();
      }));
    looking = lookNow()
      .catch(failed)
      .finally(() => (looking = null));
    return looking;
  }
  async function lookNow(): Promise<void> {
    found = await gather({ hub: hub(), code: code(), takenPort, visitors, chosen: chosen(), report });
    tell();
  }
  /** Says what follows from what was found, and from who has come since. */
  function tell(): void {
    // A hub that went meanwhile has no addresses.
    if (!found || found.port !== (hub()?.port ?? null)) return;
    const wayIn = verdictOf({ ...found, visitors, report: report && found.report });
    known = { addresses: [...found.addresses], firewall: found.firewall, wayIn };
    changed();
  }
  return {
    state: () => known,
    /** Where the hub would be found, the likeliest first, nobody asked; none while it does not run. */
    urls(): string[] {
      const port = hub()?.port;
      return port === undefined ? [] : chosenFirst(lan(), chosen()).map(({ address }) => `http://${address}:${port}`);
    },
    /** @param said what another computer shows; null: begin anew, what was said before may be over */
    look(said: WayInReport | null): Promise<void> {
      report = said;
      return look();
    },
    /** The hub listens. @param asked the port that it was told to ask for first */
    opened(asked: number, got: number): void {
      const missed = portMissed(asked, got);
      if (missed !== null) takenPort = missed;
      // Tried again, and free by now.
      else if (takenPort === got) takenPort = null;
      visitors = [];
    },
    /** The hub could not listen anywhere. @param asked the port that it was told to ask for first */
    refused(asked: number): void {
      takenPort = asked;
      void look();
    },
    /** The hub listens no more: what was found is over. */
    closed(): void {
      found = null;
      known = NOTHING;
    },
    /** The teacher knows of the other port. */
    acceptPort(): Promise<void> {
      takenPort = null;
      return look();
    },
    visited(visitor: Visitor): void {
      const isNews = !visitors.some(({ from }) => from === visitor.from);
      visitors = withVisitor(visitors, visitor);
      if (report && (report.peer === null || report.peer.trim() === visitor.from)) report = null;
      // That somebody came needs no tools to be known.
      if (isNews && known.wayIn?.detail !== 'reached') tell();
    },
    /** Whoever came by an address that is gone came by another network; a tunnel that was opened takes nobody's way. */
    networkChanged(): Promise<void> {
      const own = new Set(lan().map(({ address }) => address));
      visitors = visitors.filter(({ to }) => own.has(to));
      report = null;
      return look();
    },
  };
}
