/** Files that come from outside are put into what is being written: a chat's message, a new assignment. Nothing that stood there goes. */
import type { ClassStore } from '../../client/class-store.ts';
import { PartaError } from '../../core/errors.ts';
import type { ChannelId, LogId } from '../../core/ids.ts';
import { FILES_PER_COMMAND_MAX } from '../../core/limits.ts';
import type { ChosenFile } from '../../preload/contract.ts';
import { editorKey, emptyForm, type AssignmentForm } from '../assignments/editing.ts';
import { composingKey, composingOf, type Composing } from '../chat/composing.ts';

/** @throws PartaError `too-many` where the message would hold more than one may */
export async function addToChat(
  store: ClassStore,
  logId: LogId,
  channelId: ChannelId,
  choose: () => Promise<readonly ChosenFile[]>,
  count: number,
): Promise<void> {
  const key = composingKey(logId, channelId);
  const before = composingOf(await store.readDraft<Partial<Composing>>(key));
  if (before.files.length + count > FILES_PER_COMMAND_MAX) throw new PartaError('too-many');
  const chosen = await choose();
  // Something may have been written while the files were looked at.
  const composing = composingOf(await store.readDraft<Partial<Composing>>(key));
  await store.writeDraft(key, { ...composing, files: [...composing.files, ...chosen] });
}

/** @throws PartaError `too-many` as {@link addToChat} */
export async function addToAssignment(
  store: ClassStore,
  logId: LogId,
  choose: () => Promise<readonly ChosenFile[]>,
  count: number,
): Promise<void> {
  const key = editorKey(logId, null);
  const formNow = async () => (await store.readDraft<AssignmentForm>(key)) ?? emptyForm(logId);
  if ((await formNow()).files.length + count > FILES_PER_COMMAND_MAX) throw new PartaError('too-many');
  const chosen = await choose();
  const form = await formNow();
  await store.writeDraft(key, { ...form, files: [...form.files, ...chosen] });
}
