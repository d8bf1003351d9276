// What `npm run soak` passes and what it does not: lines of a console, levels of a heap.
import { describe, expect, it } from 'vitest';
import { growthOf, isOfTheCut, LEVEL_SAMPLES } from '../soak/judgement.ts';

const PORT = 4321;
const HUB = `http://127.0.0.1:${PORT}/api/hub`;
const loading = (why: string, url = HUB) => ({ text: `Failed to load resource: ${why}`, url });
const wire = (why: string, port = PORT) => ({
  text: `WebSocket connection to 'ws://hub.test:${port}/socket.io/?EIO=4&transport=websocket' failed: ${why}`,
  url: 'http://hub.test/assets/index.js',
});

describe('the console of a soak', () => {
  it.each([
    loading('net::ERR_CONNECTION_RESET'),
    loading('net::ERR_SOCKET_NOT_CONNECTED'),
    loading('net::ERR_EMPTY_RESPONSE'),
    wire('Error during WebSocket handshake: net::ERR_CONNECTION_RESET'),
    wire('Error in connection establishment: net::ERR_CONNECTION_REFUSED'),
    wire('Connection closed before receiving a handshake response'),
  ])('passes what Chromium says of a cut cable: $text', (line) => {
    expect(isOfTheCut(line, PORT)).toBe(true);
  });

  it.each([
    loading('the server responded with a status of 404 (Not Found)'),
    loading('the server responded with a status of 500 (Internal Server Error)'),
    loading('net::ERR_BLOCKED_BY_CLIENT'),
    loading('net::ERR_FILE_NOT_FOUND', `app://bundle/index.js`),
    loading('net::ERR_CONNECTION_RESET', 'https://elsewhere.test/beacon'),
    wire('Error during WebSocket handshake: Unexpected response code: 400'),
    wire('Error during WebSocket handshake: net::ERR_CONNECTION_RESET', PORT + 1),
    { text: 'Uncaught (in promise) TypeError: net::ERR_CONNECTION_RESET', url: HUB },
    { text: 'Something about Failed to load resource: net::ERR_CONNECTION_RESET', url: HUB },
    loading('net::ERR_CONNECTION_RESET', ''),
  ])('takes for a fault: $text', (line) => {
    expect(isOfTheCut(line, PORT)).toBe(false);
  });
});

describe('the heap of a soak', () => {
  const level = (bytes: number) => Array.from({ length: LEVEL_SAMPLES }, () => bytes);

  it('counts from when the program has settled', () => {
    expect(growthOf([60, 90, ...level(100), ...level(105)], 2)).toEqual({
      firstBytes: 60,
      startBytes: 100,
      endBytes: 105,
      growth: 0.05,
    });
  });

  it('does not take one sample for a level', () => {
    expect(growthOf([...level(100), 100, 100, 100, 100, 400, 100], 0).growth).toBe(0);
    expect(growthOf([400, 100, 100, 100, 100, 100, ...level(120)], 0).growth).toBe(0.2);
  });

  it('says nothing of a run that was too short', () => {
    expect(() => growthOf(level(100), 0)).toThrow('too few');
  });
});
