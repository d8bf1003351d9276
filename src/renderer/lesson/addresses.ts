/** Addresses and codes as people read and type them. Pure. */
import type { HubAddress, HubState } from '../../preload/contract.ts';

/** The list comes with the likeliest first; one that answers goes before one that does not. */
export const bestAddress = (addresses: readonly HubAddress[]): HubAddress | undefined =>
  addresses.find((address) => address.answers) ?? addresses[0];

export const otherAddresses = (addresses: readonly HubAddress[]): string[] =>
  addresses.filter((address) => address.answers && address !== bestAddress(addresses)).map((address) => address.url);

/** By the name that the network knows; null while it knows none. */
export const namedUrl = ({ lanName, port }: Pick<HubState, 'lanName' | 'port'>): string | null =>
  lanName && port !== null ? `http://${lanName}:${port}` : null;

/** Without what a browser adds itself; https is kept, for without it another server would be asked. */
export const shownAddress = (url: string): string => url.replace(/^http:\/\//, '').replace(/\/$/, '');

/** "123 456": in threes, as a code is read aloud. Eight digits of a device's code go in fours. */
export const codeShown = (code: string): string =>
  code.replace(code.length === 8 ? /^(.{4})(.{4})$/ : /^(.{3})(.{3})$/, '$1\u00a0$2');

/** What the QR says: the code stands after `#`, which no server and no log ever sees. */
export const joinUrl = (url: string, code: string): string => `${url.replace(/\/$/, '')}/#${code}`;
