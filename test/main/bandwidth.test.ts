import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BURST_MS, openBandwidth } from '../../src/main/bandwidth.ts';

/** A clock that the test moves. */
function clock() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  return { pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

/** Takes blocks without end and counts what went. */
function drain(bandwidth: ReturnType<typeof openBandwidth>, block: number) {
  const went = { bytes: 0 };
  void (async () => {
    for (;;) {
      await bandwidth.take(block);
      went.bytes += block;
      // A block that goes at once still gives way to the test.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  return went;
}

describe('a limit that transfers share', () => {
  it('lets no more through than it says, over seconds, and no less', async () => {
    const { pass } = clock();
    const bandwidth = openBandwidth(() => Date.now());
    bandwidth.setLimit(1_000_000);
    const one = drain(bandwidth, 10_000);
    await pass(10_000);
    expect(one.bytes).toBeLessThanOrEqual(10_000_000 + (1_000_000 * BURST_MS) / 1000 + 10_000);
    expect(one.bytes).toBeGreaterThan(9_500_000);
  });

  it('holds for all together, and starves nobody', async () => {
    const { pass } = clock();
    const bandwidth = openBandwidth(() => Date.now());
    bandwidth.setLimit(1_000_000);
    const all = Array.from({ length: 6 }, () => drain(bandwidth, 50_000));
    await pass(30_000);
    const bytes = all.map((one) => one.bytes);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(30_000_000 + 350_000);
    expect(Math.min(...bytes)).toBeGreaterThan(Math.max(...bytes) / 2);
  });

  it('a block larger than a second of it still goes, and is paid for afterwards', async () => {
    const { pass } = clock();
    const bandwidth = openBandwidth(() => Date.now());
    bandwidth.setLimit(64 * 1024);
    const one = drain(bandwidth, 256 * 1024);
    await pass(60_000);
    expect(one.bytes).toBeGreaterThan(50 * 64 * 1024);
    expect(one.bytes).toBeLessThanOrEqual(60 * 64 * 1024 + 2 * 256 * 1024);
  });

  it('a pause is not saved up beyond a moment', async () => {
    const { pass } = clock();
    const bandwidth = openBandwidth(() => Date.now());
    bandwidth.setLimit(1_000_000);
    await pass(60_000);
    const one = drain(bandwidth, 10_000);
    await pass(100);
    expect(one.bytes).toBeLessThanOrEqual((1_000_000 * (BURST_MS + 100)) / 1000 + 10_000);
  });

  it('another limit holds at once, and none lets everybody go', async () => {
    const { pass } = clock();
    const bandwidth = openBandwidth(() => Date.now());
    bandwidth.setLimit(1_000);
    void bandwidth.take(1_000_000);
    await pass(100);
    let isThrough = false;
    void bandwidth.take(1).then(() => (isThrough = true));
    await pass(10_000);
    expect(isThrough).toBe(false);
    bandwidth.setLimit(null);
    await pass(0);
    expect(isThrough).toBe(true);
  });

  it('who is stopped leaves the queue, and the others go on', async () => {
    const { pass } = clock();
    const bandwidth = openBandwidth(() => Date.now());
    bandwidth.setLimit(1_000);
    void bandwidth.take(2_000);
    await pass(100);
    const abort = new AbortController();
    const stopped = bandwidth.take(1_000_000, abort.signal);
    let isThrough = false;
    void bandwidth.take(1).then(() => (isThrough = true));
    abort.abort();
    await stopped;
    await pass(3_000);
    expect(isThrough).toBe(true);
  });
});
