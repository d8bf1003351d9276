// Two installations and the real hub: what the scripted one cannot vouch for.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import type { DeviceCode, FileRef } from '../../src/core/wire.ts';
import { openAuth, type Cipher } from '../../src/main/auth.ts';
import type { HubProcess } from '../../src/main/hub-process.ts';
import { openLibrary } from '../../src/main/library.ts';
import { SILENT } from '../../src/main/log.ts';
import { openServers } from '../../src/main/servers.ts';
import type { SignIn } from '../../src/main/settings.ts';
import { openTransfers, type Transfers } from '../../src/main/transfers.ts';
import { startHub } from '../support/hub.ts';
import { Person } from '../support/person.ts';
import { bytesOf, heardShell, scratchDir, until } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';

const PLAIN: Cipher = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text),
  decryptString: (bytes) => bytes.toString(),
};
const NO_HUB = { port: () => null } as unknown as HubProcess;

/** Main of a second computer, without its window. */
async function laptop() {
  const dir = scratchDir();
  const values = { signIns: [] as SignIn[], embedded: null };
  const stored = {
    read: <K extends keyof typeof values>(key: K) => values[key],
    write: (changes: object) => void Object.assign(values, changes),
  };
  const options = { stored, auth: openAuth(PLAIN, SILENT), hub: NO_HUB, deviceName: 'Ноутбук', onChange: () => {} };
  const servers = openServers(options);
  const library = await openLibrary(dir, heardShell());
  const open = () => openTransfers({ dir, library, hubs: servers, onChange: () => {}, log: SILENT, retryFirstMs: 20 });
  const transfers = await open();
  onTestFinished(() => transfers.close());
  return { dir, servers, library, transfers };
}

const settled = (transfers: Transfers) =>
  until(() => transfers.list().every(({ state }) => state === 'done' || state === 'failed'));

it('joins with a one-time code, sends a file up and fetches another, each whole', async () => {
  const hub = await startHub();
  onTestFinished(() => hub.stop());
  const teacher = new Person(hub.url, hub.owner);
  await teacher.signIn();
  const { logId, channelId } = await teacher.createClass('7А');
  onTestFinished(() => teacher.close());
  const { dir, servers, library, transfers } = await laptop();

  const { code } = await teacher.call<DeviceCode>('/api/device-codes', { method: 'POST' });
  await expect(servers.join(hub.url, '00000000')).rejects.toThrow('wrong-code');
  const server = await servers.join(hub.url, code);
  expect(server).toMatchObject({ hubId: hub.owner.hubId, personId: hub.owner.personId, hubName: 'Школа № 1' });
  await expect(servers.join(hub.url, code)).rejects.toBeInstanceOf(PartaError);

  const up = bytesOf(2_500_000, 7);
  mkdirSync(join(dir, 'chosen'));
  writeFileSync(join(dir, 'chosen', 'Задание №1 – дроби.pdf'), up);
  const [chosen] = await transfers.upload(server.serverId, [join(dir, 'chosen', 'Задание №1 – дроби.pdf')]);
  await settled(transfers);
  expect(transfers.list()).toMatchObject([{ state: 'done', code: null, sha256: sha256Of(up) }]);
  await teacher.send(logId, 'postMessage', {
    channelId: channelId as never,
    text: 'x',
    fileIds: [chosen!.fileId],
    replyTo: null,
  });
  expect((await teacher.download(chosen!.fileId)).bytes.equals(up)).toBe(true);

  const down = bytesOf(1_200_000, 9);
  const fileId = await teacher.upload(down, 'Работа.docx');
  const sha256 = sha256Of(down) as FileRef['sha256'];
  await teacher.send(logId, 'postMessage', {
    channelId: channelId as never,
    text: 'y',
    fileIds: [fileId],
    replyTo: null,
  });
  const file = { fileId, name: 'Работа.docx', sizeBytes: down.length, sha256, mediaType: 'text/plain' };
  await transfers.download(server.serverId, [file]);
  await settled(transfers);
  expect(readFileSync(library.path(sha256)).equals(down)).toBe(true);
});

it('the hub is shut down in the middle and comes back: both directions arrive whole', async () => {
  const dataDir = scratchDir();
  let hub = await startHub({ dataDir });
  onTestFinished(() => hub.stop());
  const teacher = new Person(hub.url, hub.owner);
  const { logId, channelId } = await teacher.createClass('7А');
  const down = bytesOf(8_000_000, 3);
  const fileId = await teacher.upload(down, 'Фильм.mp4');
  await teacher.send(logId, 'postMessage', {
    channelId: channelId as never,
    text: 'x',
    fileIds: [fileId],
    replyTo: null,
  });
  const { code } = await teacher.call<DeviceCode>('/api/device-codes', { method: 'POST' });
  const { dir, servers, library, transfers } = await laptop();
  const server = await servers.join(hub.url, code);
  teacher.close();

  const up = bytesOf(8_000_000, 4);
  writeFileSync(join(dir, 'up.bin'), up);
  const sha256 = sha256Of(down) as FileRef['sha256'];
  const [chosen] = await transfers.upload(server.serverId, [join(dir, 'up.bin')]);
  await transfers.download(server.serverId, [
    { fileId, name: 'Фильм.mp4', sizeBytes: down.length, sha256, mediaType: '' },
  ]);
  const isUnderWay = () => transfers.list().some(({ doneBytes }) => doneBytes > 0);
  await until(() => isUnderWay() && transfers.list().every((transfer) => transfer.sha256 !== null));
  const { port } = hub;
  await hub.stop({ keep: true });
  rmSync(join(dir, 'up.bin'));
  hub = await startHub({ dataDir, port });
  expect(hub.port).toBe(port);
  transfers.wake();
  await settled(transfers);
  expect(transfers.list().map(({ state, code: why }) => [state, why])).toEqual([
    ['done', null],
    ['done', null],
  ]);
  expect(readFileSync(library.path(sha256)).equals(down)).toBe(true);
  const again = new Person(hub.url, hub.owner);
  await again.signIn();
  const stored = await again.download(chosen!.fileId);
  expect(stored.status === 200 ? stored.bytes.equals(up) : stored.status).toBe(true);
});
