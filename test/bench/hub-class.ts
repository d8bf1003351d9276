/** Ours in `fanout`: a real hub with a class of N confirmed members, each with his own ticket; every message is synced to disk. */
import type { MemberId } from '../../src/core/ids.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';

const members = Number(process.argv[2]);
const NO_LIMIT = { burst: 1e12, perSecond: 1e12 };
const { url, port, owner, stop } = await startHub({ rates: { commands: NO_LIMIT, asks: NO_LIMIT } });
const teacher = new Person(url, owner);
const { logId, channelId } = await teacher.createClass('7А');
const { code } = await teacher.joinCode(logId);

const pupils: Person[] = [];
for (let i = 0; i < members - 1; i++) {
  const pupil = await Person.join(url, code, `Ученик ${i}`);
  pupils.push(pupil);
  const request = await eventually(() =>
    teacher.logs
      .get(logId)
      ?.entries.find(
        (entry) => entry.kind === 'joinRequested' && entry.body?.['personId'] === pupil.credentials.personId,
      ),
  );
  await teacher.send(logId, 'confirmJoin', { requestId: request.id, memberId: newId<MemberId>(), name: `Ученик ${i}` });
}
const tickets = [teacher.session!.ticket];
for (const pupil of pupils) tickets.push((await pupil.signIn()).ticket);
teacher.close();
process.send?.({ port, logId, channelId, tickets });
process.on('disconnect', () => void stop().then(() => process.exit(0)));
