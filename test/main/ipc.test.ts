import type { IpcMain, WebContents } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import { CALLS, EVENTS, type Settings } from '../../src/preload/contract.ts';
import { CALL_CHANNEL, EVENT_CHANNEL, UPLOAD_CALL } from '../../src/preload/contract/channels.ts';
import { heardLog } from './scratch.ts';

// Only what is imported by name at the top of the files under test; none of it is used here.
vi.mock('electron', () => ({ ipcMain: {}, app: {}, session: {}, shell: {} }));
const { openDoor } = await import('../../src/main/ipc.ts');

const SETTINGS: Settings = {
  language: 'ru',
  theme: 'system',
  place: '/',
  railCollapsed: false,
  notifications: {
    isOn: true,
    showText: false,
    quiet: { isOn: false, fromMinute: 1260, toMinute: 420, days: [1] },
  },
  mutedChannels: [],
  transfers: { parallel: 3, lessonBytesPerSecond: null },
  storage: { quotaBytes: null },
  lesson: null,
};
type Listener = (event: unknown, name: unknown, input: unknown) => Promise<unknown>;

function door(handlers: Record<string, (input: never) => unknown> = {}) {
  const channels = new Map<string, Listener>();
  const sent: unknown[][] = [];
  const { log, events } = heardLog();
  const page = {
    id: 1,
    isDestroyed: () => false,
    send: (...args: unknown[]) => void sent.push(args),
  } as unknown as WebContents;
  let shown: WebContents | null = page;
  const called: unknown[] = [];
  const all = new Proxy({} as never, {
    get: (_target, name: string) => (input: never) => {
      called.push([name, input]);
      return (handlers[name] ?? (() => ({})))(input);
    },
  });
  const ipc = { handle: (channel: string, listener: Listener) => void channels.set(channel, listener) };
  const open = openDoor({ page: () => shown, handlers: all, log, ipc: ipc as unknown as Pick<IpcMain, 'handle'> });
  const main = { url: 'app://bundle/index.html#/today', parent: null };
  const call = (name: unknown, input: unknown, event: object = {}) =>
    channels.get(CALL_CHANNEL)!({ sender: page, senderFrame: main, ...event }, name, input);
  return { call, called, sent, events, open, page, channels, hide: () => (shown = null) };
}

describe('the door', () => {
  it('is one channel', () => {
    expect([...door().channels.keys()]).toEqual([CALL_CHANNEL]);
    expect(Object.keys(CALLS)).toContain(UPLOAD_CALL);
  });

  it('answers with a parsed value', async () => {
    const { call } = door({ 'settings.read': () => ({ ...SETTINGS, secret: 'stays in main' }) });
    expect(await call('settings.read', { more: 'is dropped' })).toEqual({ ok: true, value: SETTINGS });
  });

  it.each([
    ['another window', { sender: { id: 2 } }],
    ['a frame inside the page', { senderFrame: { url: 'app://bundle/index.html', parent: {} } }],
    ['a frame that is gone', { senderFrame: null }],
    ['another address', { senderFrame: { url: 'https://evil.example/index.html', parent: null } }],
    ['another host of our scheme', { senderFrame: { url: 'app://evil/index.html', parent: null } }],
    ['a look-alike', { senderFrame: { url: 'app://bundle.evil.example/', parent: null } }],
    ['a file', { senderFrame: { url: 'file:///index.html', parent: null } }],
    ['an empty page', { senderFrame: { url: 'about:blank', parent: null } }],
    ['no address', { senderFrame: { url: '', parent: null } }],
  ])('refuses %s for every call, and runs nothing', async (_who, event) => {
    const { call, called, events } = door();
    for (const name of Object.keys(CALLS)) {
      expect(await call(name, {}, event)).toEqual({ ok: false, code: 'not-allowed' });
    }
    expect(called).toEqual([]);
    expect(events).toContain('call-refused');
  });

  it('refuses everybody while there is no window', async () => {
    const { call, hide } = door();
    hide();
    expect(await call('settings.read', {})).toEqual({ ok: false, code: 'not-allowed' });
  });

  it.each(['', 'nothing', 'constructor', '__proto__', 'toString', 1, null, undefined, {}, ['settings.read']])(
    'refuses the unknown call %j',
    async (name) => {
      const { call, called } = door();
      expect(await call(name, {})).toEqual({ ok: false, code: 'bad-request' });
      expect(called).toEqual([]);
    },
  );

  it.each([null, undefined, 1, 'x', [], () => {}, Number.NaN])(
    'refuses input of the wrong type %j for every call',
    async (input) => {
      const { call, called } = door();
      for (const name of Object.keys(CALLS))
        expect(await call(name, input)).toEqual({ ok: false, code: 'bad-request' });
      expect(called).toEqual([]);
    },
  );

  it.each([
    ['servers.create', { hubName: 'x'.repeat(121), teacherName: 'x' }],
    ['transfers.upload', { serverId: 's', paths: Array.from({ length: 51 }, () => '/a') }],
    ['transfers.upload', { serverId: 's', paths: [1] }],
    ['library.open', { sha256: '../../../etc/passwd', name: 'a.pdf' }],
    ['library.has', { hashes: ['A'.repeat(64)] }],
    ['settings.write', { theme: 'pink' }],
    ['transfers.download', { serverId: 's', files: [{ fileId: 'x' }] }],
  ])('%s refuses %j', async (name, input) => {
    const { call, called } = door();
    expect(await call(name, input)).toEqual({ ok: false, code: 'bad-request' });
    expect(called).toEqual([]);
  });

  it('an error leaves as its code, an unknown one as "internal", never as words', async () => {
    const { call, events } = door({
      'hub.start': () => Promise.reject(new PartaError('port-taken')),
      'hub.stop': () => {
        throw new Error('/home/teacher/Иванов Иван.pdf');
      },
    });
    expect(await call('hub.start', {})).toEqual({ ok: false, code: 'port-taken' });
    const answer = await call('hub.stop', {});
    expect(answer).toEqual({ ok: false, code: 'internal' });
    expect(events).toEqual(['call-failed']);
  });

  it('what does not fit the contract does not leave', async () => {
    const { call, events } = door({ 'settings.read': () => ({ language: 'ru' }) });
    expect(await call('settings.read', {})).toEqual({ ok: false, code: 'internal' });
    expect(events).toEqual(['output-refused']);
  });

  it('tells our page parsed events, and nobody when it is gone', () => {
    const { open, sent, events, hide } = door();
    open.tell('settings', { ...SETTINGS, secret: 1 } as never);
    expect(sent).toEqual([[EVENT_CHANNEL, 'settings', SETTINGS]]);
    open.tell('servers', [{ nonsense: true }] as never);
    expect(events).toEqual(['output-refused']);
    hide();
    open.tell('settings', SETTINGS);
    expect(sent).toHaveLength(1);
    const known = 'settings servers hub transfers moved storage gone notified handed saves portfolios'.split(' ');
    expect(Object.keys(EVENTS)).toEqual(known);
  });
});
