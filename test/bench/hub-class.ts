/**
 * Ours in the benches of delivery: a real hub, in a process of its own, with a class of N confirmed members who each have a
 * ticket and the credentials that it is from. Arguments: how many members; `durable` (every message synced to disk), `in-memory` (as forgetful-store.ts says) or
 * `slow-disk`. Tells its port and tickets, then answers asks (memory-kept.ts) and {@link ASK_FORGET}.
 */
import type { Worker } from 'node:worker_threads';
import type { MemberId } from '../../src/core/ids.ts';
import { startFileWriter } from '../../src/hub/file-disk.ts';
import { openSqliteStore, type SqliteOptions } from '../../src/hub/store-sqlite.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';
import { openForgetfulStore } from './forgetful-store.ts';
import { answerAsks } from './memory-kept.ts';
import { startSlowWriter } from './slow-disk.ts';

const JOINING_AT_ONCE = 50;
const NO_LIMIT = { burst: 1e12, perSecond: 1e12 };

const [count, disk] = process.argv.slice(2);
const members = Number(count);
const openStore = {
  durable: openSqliteStore,
  'in-memory': openForgetfulStore,
  'slow-disk': (options: SqliteOptions) => openSqliteStore({ ...options, startWriter: startSlowWriter }),
}[disk ?? 'durable'];
/** Hashes of uploads in the middle are forgotten, as by a hub that was started anew. */
const ASK_FORGET = 'forget';
let dropped = 0;
let fileWriter: Worker | null = null;
const options = {
  startFileWriter: () => (fileWriter = startFileWriter()),
  rates: { commands: NO_LIMIT, guestCommands: NO_LIMIT, asks: NO_LIMIT },
  log: (event: string) => void (event === 'reader-dropped' && (dropped += 1)),
};
const { url, port, owner, stop } = await startHub(options, openStore);
const teacher = new Person(url, owner);
const { logId, channelId } = await teacher.createClass('7А');
const { code } = await teacher.joinCode(logId);

const pupils: Person[] = [];
while (pupils.length < members - 1) {
  const more = Math.min(JOINING_AT_ONCE, members - 1 - pupils.length);
  const names = Array.from({ length: more }, (_, index) => `Ученик ${pupils.length + index}`);
  const joining = await Promise.all(names.map((name) => Person.join(url, code, name)));
  const requests = await Promise.all(
    joining.map((pupil) =>
      eventually(() =>
        teacher.logs
          .get(logId)
          ?.entries.find(
            ({ kind, body }) => kind === 'joinRequested' && body?.['personId'] === pupil.credentials.personId,
          ),
      ),
    ),
  );
  const confirming = requests.map(({ id }, index) => ({
    id: newId(),
    kind: 'confirmJoin',
    body: { requestId: id, memberId: newId<MemberId>(), name: names[index] },
  }));
  const results = await teacher.submit(logId, confirming);
  if (results.some((result) => !result.ok)) throw new Error('a pupil was not let in');
  pupils.push(...joining);
}
const tickets = [teacher.session!.ticket];
for (const pupil of pupils) tickets.push((await pupil.signIn()).ticket);
// What the school's log has to say of them is said before anything is measured.
await teacher.me();
for (const pupil of pupils) await pupil.me();
teacher.close();
answerAsks(() => dropped);
process.on('message', (asked) => {
  if (asked === ASK_FORGET) void fileWriter?.terminate().then(() => process.send?.('forgotten'));
});
const people = [owner, ...pupils.map((pupil) => pupil.credentials)];
process.send?.({ port, logId, channelId, tickets, people });
process.on('disconnect', () => void stop().then(() => process.exit(0)));
