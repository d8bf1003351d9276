/**
 * `bench -- join`: 30 pupils at once, each from the address to confirmed and live (follows the class, has pulled it); the teacher
 * confirms each as he knocks. Seconds for all of them. Nobody else does this, so there is no peer.
 */
import type { MemberId } from '../../src/core/ids.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';
import { atMost, measure, type Line } from './report.ts';

const PUPILS = 30;
const SECONDS_MAX = 60;

async function joinAll(): Promise<number> {
  const { url, owner, stop } = await startHub();
  const teacher = new Person(url, owner);
  const { logId } = await teacher.createClass('7А');
  const { code } = await teacher.joinCode(logId);
  const begunAt = performance.now();
  const pupils = await Promise.all(
    Array.from({ length: PUPILS }, async (_, index) => {
      const pupil = await Person.join(url, code, `Ученик ${index}`);
      await pupil.connect();
      const { personId } = pupil.credentials;
      const isHis = (entry: { kind: string; body: Record<string, unknown> | null }) =>
        entry.kind === 'joinRequested' && entry.body?.['personId'] === personId;
      const request = await eventually(() => teacher.logs.get(logId)?.entries.find(isHis));
      await teacher.send(logId, 'confirmJoin', {
        requestId: request.id,
        memberId: newId<MemberId>(),
        name: `Ученик ${index}`,
      });
      await eventually(() => pupil.logsEvents > 0);
      await pupil.follow(logId);
      return pupil;
    }),
  );
  const seconds = (performance.now() - begunAt) / 1000;
  for (const pupil of pupils) pupil.close();
  teacher.close();
  await stop();
  return seconds;
}

export async function join(runs: number): Promise<Line[]> {
  return [
    await measure({
      bench: 'join',
      case: `pupils-${PUPILS}`,
      unit: 's',
      runs,
      ours: joinAll,
      peer: null,
      goal: atMost(SECONDS_MAX, 's'),
    }),
  ];
}
