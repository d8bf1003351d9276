/**
 * What a soak is judged by, without a browser: which lines on a console are Chromium's own about a cable that was cut on purpose, and
 * how much a heap has grown. Pure.
 */

/** How a connection ends or is refused when its cable is cut. Any other error of the network is a fault, a status of 404 or 500 too. */
const CUT = 'net::ERR_(?:CONNECTION_(?:RESET|REFUSED|CLOSED|ABORTED)|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE)';
const LOADING = new RegExp(`^Failed to load resource: ${CUT}$`);
const WIRE = new RegExp(
  `^WebSocket connection to '(ws:[^']+)' failed: (?:.*${CUT}|Connection closed before receiving a handshake response|WebSocket is closed before the connection is established\\.)$`,
);
/** A line may come so long after its cut has been mended, on a busy machine. */
export const LATE_LINE_MS = 5_000;

/** A line of a console: what it says and of which address. */
export interface ConsoleLine {
  text: string;
  url: string;
}

/**
 * Whether a line only says that the cable was cut.
 * @param port the near end of the cable
 */
export function isOfTheCut({ text, url }: ConsoleLine, port: number): boolean {
  const wire = WIRE.exec(text)?.[1];
  const address = LOADING.test(text) ? url : wire;
  return address !== undefined && URL.canParse(address) && new URL(address).port === String(port);
}

/** So many samples make a level: the middle one of them, since what is under way at a sample is part of it. */
export const LEVEL_SAMPLES = 6;

export interface HeapGrowth {
  /** Before anything was warm. */
  firstBytes: number;
  /** The level once the run had settled, and the last one. */
  startBytes: number;
  endBytes: number;
  /** 0.1 is a tenth more. */
  growth: number;
}

/**
 * @param samples bytes of a heap after a collection, oldest first, at even distances
 * @param settledAt the first that counts; after it there are two levels at least
 */
export function growthOf(samples: readonly number[], settledAt: number): HeapGrowth {
  const counted = samples.slice(settledAt);
  if (counted.length < 2 * LEVEL_SAMPLES) throw new Error(`${counted.length} samples of the heap are too few`);
  const startBytes = middleOf(counted.slice(0, LEVEL_SAMPLES));
  const endBytes = middleOf(counted.slice(-LEVEL_SAMPLES));
  const growth = Math.round((endBytes / startBytes - 1) * 1000) / 1000;
  return { firstBytes: samples[0]!, startBytes, endBytes, growth };
}

function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : Math.round((sorted[half - 1]! + sorted[half]!) / 2);
}
