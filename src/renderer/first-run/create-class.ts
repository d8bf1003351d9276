/** What a new class begins with: its teacher, and a chat for everybody, for its pupils and for their parents. */
import type { ClassStore } from '../../client/class-store.ts';
import type { LogId } from '../../core/ids.ts';

/** Writes it into the outbox in one transaction; the class is there, and can be worked in, without any network. */
export async function createClass(store: ClassStore, title: string, teacherName: string): Promise<LogId> {
  const logId = store.newLogId();
  const channel = (kind: 'students' | 'parents') => ({
    logId,
    kind: 'createChannel' as const,
    body: { channelId: store.newChannelId(), kind, title: null, writers: 'all', memberIds: [] },
  });
  // A pupil's page of the first version knows one channel and no more: the others are made by commands of their own.
  const channels = [{ channelId: store.newChannelId(), kind: 'everyone' }];
  const memberId = store.newMemberId();
  await store.sendAll([
    { logId, kind: 'createClass', body: { title, memberId, teacherName, channels } },
    channel('students'),
    channel('parents'),
  ]);
  return logId;
}
