// A computer on a staged network that speaks mDNS: either one with a hub's name (`teacher`), or one that asks, rivals and throws
// rubbish (`pupil ADDRESS`). Reads one order a line, tells what it hears and how it is called, ends with its input.
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import multicastDns, { type MdnsPacket } from 'multicast-dns';
import { openLanName } from '../../src/main/mdns.ts';
import { servedSubnets } from '../../src/main/way-in.ts';

export interface Order {
  /** The teacher's: serves what the chosen adapter says, or nothing. */
  serve?: { chosen: string | null } | null;
  /** The pupil's: a question to everybody, or from a port of its own as plain resolvers do; what it knows already. */
  ask?: { name: string; type: string; isPlain?: true; known?: { address: string; ttl: number } };
  /** Says from now on that these names are its own, whenever they are asked for. */
  hold?: string[];
  /** Says it once, unasked. */
  claim?: { name: string; address: string; ttl: number };
  /** Bytes as they are, hex. */
  throw?: string;
}
export type Told =
  | { name: string | null }
  | { probe: string; from: string }
  | { heard: Pick<MdnsPacket, 'answers' | 'additionals' | 'questions' | 'id'>; from: string; isPlain: boolean }
  | { done: true };

const GROUP = '224.0.0.251';
const PORT = 5_353;
const tell = (told: Told) => console.log(JSON.stringify(told));
const [role, address = ''] = process.argv.slice(2);

function teacher() {
  const lanName = openLanName({ changed: () => tell({ name: lanName.name() }) });
  return async ({ serve }: Order) => {
    if (serve !== undefined) await lanName.serve(serve === null ? [] : servedSubnets(serve.chosen));
  };
}

function pupil() {
  const mdns = multicastDns({ interface: address, bind: '0.0.0.0', port: PORT });
  let held: string[] = [];
  mdns.on('query', ({ questions, authorities }, from) => {
    if (from.address === address) return;
    for (const { name } of questions) {
      if (authorities.length > 0) tell({ probe: name, from: from.address });
      if (held.includes(name)) mdns.respond({ answers: [{ name, type: 'A', ttl: 120, data: address }] }, null);
    }
  });
  const hear = (packet: MdnsPacket, from: string, isPlain: boolean) => {
    const { answers, additionals, questions, id } = packet;
    tell({ heard: { answers, additionals, questions, id }, from, isPlain });
  };
  mdns.on('response', (packet, from) => from.address !== address && hear(packet, from.address, false));
  const send = (bytes: Buffer) =>
    new Promise<void>((resolve) => {
      const socket = createSocket('udp4');
      socket.bind(PORT + 1, () => {
        socket.setMulticastInterface(address);
        socket.send(bytes, PORT, GROUP, () => socket.close(() => resolve()));
      });
    });
  return async (order: Order) => {
    if (order.hold) held = order.hold;
    if (order.throw !== undefined) await send(Buffer.from(order.throw, 'hex'));
    if (order.claim) {
      const { name, address: data, ttl } = order.claim;
      mdns.respond({ answers: [{ name, type: 'A', ttl, flush: true, data }] }, null);
    }
    if (order.ask) {
      const { name, type, isPlain, known } = order.ask;
      const answers = known ? [{ name, type: 'A', ttl: known.ttl, data: known.address }] : [];
      if (!isPlain) mdns.query({ questions: [{ name, type }], answers });
      else {
        const plain = multicastDns({ interface: address, bind: '0.0.0.0', port: PORT + 2 });
        plain.on('response', (packet, from) => {
          hear(packet, from.address, true);
          plain.destroy();
        });
        plain.query({ id: 4711, questions: [{ name, type }] }, { address: GROUP, port: PORT });
      }
    }
  };
}

const obey = role === 'teacher' ? teacher() : pupil();
tell({ done: true });
for await (const line of createInterface({ input: process.stdin })) {
  await obey(JSON.parse(line) as Order);
  tell({ done: true });
}
process.exit(0);
