/** What this app uses of `multicast-dns`, which comes without types; records as its `dns-packet` decodes them. */
declare module 'multicast-dns' {
  import type { EventEmitter } from 'node:events';

  export interface MdnsRecord {
    name: string;
    /** `A`, `AAAA`, `NSEC`…; of an `OPT` only name and type mean anything. */
    type: string;
    /** Seconds. */
    ttl?: number;
    flush?: boolean;
    /** Of `A` and `AAAA` the address. */
    data: unknown;
  }
  export interface MdnsQuestion {
    name: string;
    type: string;
  }
  export interface MdnsPacket {
    id: number;
    questions: MdnsQuestion[];
    answers: MdnsRecord[];
    authorities: MdnsRecord[];
    additionals: MdnsRecord[];
  }
  interface From {
    address: string;
    port: number;
  }
  interface MdnsEvents {
    query: [MdnsPacket, From];
    response: [MdnsPacket, From];
    warning: [Error];
    error: [Error];
    ready: [];
  }
  export interface MulticastDns extends EventEmitter<MdnsEvents> {
    /** To everybody, or to one; `done` also where it failed. */
    respond(packet: Partial<MdnsPacket>, to: From | null, done?: () => void): void;
    query(packet: Partial<MdnsPacket>, to?: From): void;
    destroy(done?: () => void): void;
  }
  export default function multicastDns(options: { interface?: string; bind?: string; port?: number }): MulticastDns;
}
