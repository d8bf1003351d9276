/**
 * A name for the hub on its own network: `parta.local`, and where another computer has that one, `parta-2.local` and so on (RFC 6762).
 * Promises: speaks only while it is told to serve, only on the adapters it is told, only to computers of the same subnet, and of
 * nothing but its own name; asks before it takes a name, gives way to whoever had it first, and takes leave when it ends. Nothing
 * that is heard makes it throw, or tell everybody the same in a flood.
 *
 * Hides: the sockets of `multicast-dns` (its door), one an adapter, beside those of the system's own responder on the same port.
 * The name has an IPv4 address alone, that of the adapter on which it was asked for: one address, one origin. All else about it is
 * denied (NSEC), so that nobody waits for an answer that does not come.
 */
import { isIP } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import multicastDns, { type MdnsPacket, type MdnsRecord, type MulticastDns } from 'multicast-dns';
import { LAN_NAMES_MAX, lanNameOf } from '../core/embedding.ts';
import { lanAddresses } from './network.ts';
import { ipv4, isIn, type Subnet } from './way-in.ts';

export const MDNS_PORT = 5_353;
/** How often a name is asked for before it is taken, and how long an answer may take. */
export const PROBES = 3;
export const PROBE_GAP_MS = 250;
/** Two who ask for the same name at once: who gives way asks again after this. */
export const GIVE_WAY_MS = 1_000;
/** The same is said to everybody at most this often, and against one who wants the name or denies it. */
export const ANSWER_GAP_MS = 1_000;
export const DEFEND_GAP_MS = 250;
/** How long others may keep what they heard; those who ask from another port than {@link MDNS_PORT} know no goodbye. */
export const KEPT_S = 120;
export const KEPT_BY_OTHERS_S = 10;

interface Wire {
  subnet: Subnet;
  mdns: MulticastDns;
  /** When everybody was last told, by the clock that never jumps. */
  saidAt: number;
}

export interface LanNameOptions {
  /** Another name, or none. */
  changed(): void;
  /** Tests listen elsewhere, so that no computer around hears them. */
  port?: number;
}
export type LanName = ReturnType<typeof openLanName>;

export function openLanName({ changed, port = MDNS_PORT }: LanNameOptions) {
  let wires: Wire[] = [];
  /** Which of the names is asked for or held: 0 is the plain one. */
  let at = 0;
  let phase: 'silent' | 'asking' | 'giving-way' | 'held' = 'silent';
  /** Each claim has its number: one that goes on after another has begun ends. */
  let claims = 0;

  const name = () => lanNameOf(at);
  const isOurs = (record: { name: string }) => record.name.toLowerCase() === name();
  const address = (wire: Wire, ttl: number, flush = true): MdnsRecord => {
    return { type: 'A', name: name(), ttl, flush, data: wire.subnet.address };
  };
  const nothingElse = (ttl: number, flush = true): MdnsRecord => {
    return { type: 'NSEC', name: name(), ttl, flush, data: { nextDomain: name(), rrtypes: ['A'] } };
  };

  /** To everybody, at most once in a while. */
  function tell(wire: Wire, said: Partial<MdnsPacket>, gapMs: number): void {
    const now = performance.now();
    if (now - wire.saidAt < gapMs) return;
    wire.saidAt = now;
    wire.mdns.respond(said, null);
  }
  function announce(gapMs = 0): void {
    for (const wire of wires) tell(wire, { answers: [address(wire, KEPT_S), nothingElse(KEPT_S)] }, gapMs);
  }
  function enter(next: typeof phase): void {
    const was = phase;
    phase = next;
    if ((was === 'held') !== (next === 'held')) changed();
  }

  async function claim(which: number, afterMs = Math.random() * PROBE_GAP_MS): Promise<void> {
    const mine = (claims += 1);
    // Left before the name is: whoever asks how we are called hears none.
    enter(wires.length === 0 || which >= LAN_NAMES_MAX ? 'silent' : afterMs >= GIVE_WAY_MS ? 'giving-way' : 'asking');
    at = which;
    if (phase === 'silent') return;
    await wait(afterMs);
    for (let probe = 0; probe < PROBES && mine === claims; probe += 1) {
      if (probe === 0) enter('asking');
      for (const wire of wires)
        wire.mdns.query({ questions: [{ name: name(), type: 'ANY' }], authorities: [address(wire, KEPT_S, false)] });
      await wait(PROBE_GAP_MS);
    }
    if (mine !== claims) return;
    enter('held');
    announce();
    // Once more, for those who missed it.
    await wait(ANSWER_GAP_MS);
    if (mine === claims) announce();
  }

  function answer(wire: Wire, query: MdnsPacket, from: { address: string; port: number }): void {
    const asked = query.questions.filter(isOurs);
    if (asked.length === 0) return;
    const rivals = query.authorities.filter((record) => isOurs(record) && !isOwn(record));
    if (phase === 'asking' && rivals.length > 0 && isLater(rivals, wire.subnet.address)) void claim(at, GIVE_WAY_MS);
    if (phase !== 'held') return;
    const isLegacy = from.port !== port;
    const [ttl, flush] = isLegacy ? [KEPT_BY_OTHERS_S, false] : [KEPT_S, true];
    // Both are always said: whoever asks for one asks for the other in the next packet, within the same second.
    const [first, second] = [address(wire, ttl, flush), nothingElse(ttl, flush)];
    const isAsked = asked.some(({ type }) => type === 'A' || type === 'ANY');
    const said = isAsked ? { answers: [first], additionals: [second] } : { answers: [second], additionals: [first] };
    if (isLegacy) {
      // A plain resolver: it knows its question by number, and wants it back.
      wire.mdns.respond({ ...said, id: query.id, questions: asked }, from);
      return;
    }
    const isKnown = query.answers.some(
      (known) => isOurs(known) && isHere(known, wire) && (known.ttl ?? 0) >= KEPT_S / 2,
    );
    if (isKnown && asked.every(({ type }) => type === 'A')) return;
    tell(wire, said, rivals.length > 0 ? DEFEND_GAP_MS : ANSWER_GAP_MS);
  }

  /** Somebody says what a name stands for. */
  function listen(response: MdnsPacket): void {
    if (phase === 'silent') return;
    const said = [...response.answers, ...response.additionals].filter(isOurs).filter(isAddress);
    const others = said.filter((record) => !isOwn(record));
    if (others.some(({ ttl }) => ttl !== 0)) void claim(at + 1);
    // Another Parta of this computer takes leave of the name that we still hold.
    else if (phase === 'held' && said.some(({ ttl }) => ttl === 0) && others.length === 0) announce(DEFEND_GAP_MS);
  }

  function open(subnet: Subnet): Wire {
    // Bound to no address: a packet to a group reaches no socket that is bound to another.
    const mdns = multicastDns({ interface: subnet.address, bind: '0.0.0.0', port });
    const wire: Wire = { subnet, mdns, saidAt: -Infinity };
    // Every socket hears every adapter: what was said elsewhere is another wire's.
    const isNear = (from: { address: string }) => wires.includes(wire) && isIn(subnet, ipv4(from.address) ?? -1);
    mdns.on('query', (query, from) => isNear(from) && answer(wire, query, from));
    mdns.on('response', (response, from) => isNear(from) && listen(response));
    // A packet that is none, a network that has just gone.
    mdns.on('warning', () => undefined);
    mdns.on('error', () => {
      // The port is held by somebody who shares it with nobody: no name on this adapter.
      if (!wires.includes(wire)) return;
      wires = wires.filter((one) => one !== wire);
      mdns.destroy();
      if (wires.length === 0) void claim(0);
    });
    return wire;
  }
  const leave = (wire: Wire, isHeld: boolean) =>
    new Promise<void>((resolve) => {
      const end = () => wire.mdns.destroy(resolve);
      if (isHeld) wire.mdns.respond({ answers: [address(wire, 0)] }, null, end);
      else end();
    });

  /** From now on on these adapters, and on no other; none: goodbye. */
  async function serve(subnets: readonly Subnet[]): Promise<void> {
    const isSame = (wire: Wire, subnet: Subnet) =>
      wire.subnet.address === subnet.address && wire.subnet.bits === subnet.bits;
    const gone = wires.filter((wire) => !subnets.some((subnet) => isSame(wire, subnet)));
    const fresh = subnets.filter((subnet) => !wires.some((wire) => isSame(wire, subnet)));
    if (gone.length === 0 && fresh.length === 0) return;
    wires = wires.filter((wire) => !gone.includes(wire));
    const left = Promise.all(gone.map((wire) => leave(wire, phase === 'held')));
    wires.push(...fresh.map(open));
    // Whoever serves again after a silence begins with the plain name.
    void claim(wires.length === 0 || phase === 'silent' ? 0 : at);
    await left;
  }
  return {
    /** The name that holds; null while none does. */
    name: () => (phase === 'held' ? name() : null),
    serve,
    /** Takes leave; settles when everybody was told. */
    close: () => serve([]),
  };
}

/** Of this computer: our other adapter, another Parta, the system's own responder. Nobody is in the way of himself. */
const isOwn = ({ data }: MdnsRecord) => lanAddresses().some(({ address }) => address === data);
/** One that was cut short decodes to something that is none. */
const isAddress = ({ type, data }: MdnsRecord) => (type === 'A' || type === 'AAAA') && isIP(String(data)) !== 0;
const isHere = ({ type, data }: MdnsRecord, wire: Wire) => type === 'A' && data === wire.subnet.address;

/** Of two who ask at once, whose records come later by their bytes takes the name (RFC 6762, 8.2). We have one, of the first type. */
function isLater(rivals: readonly MdnsRecord[], own: string): boolean {
  const first = rivals.find(({ type }) => type === 'A');
  return first === undefined || (ipv4(String(first.data)) ?? 0) > (ipv4(own) ?? 0);
}
