/** Writing to the chat: kept with every stroke. Enter sends where there is a keyboard, Shift+Enter breaks, Esc leaves a reply. */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { DraftKey, MessageView } from '../client/class-store.ts';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import type { ChannelId, CommandId, FileId, LogId } from '../core/ids.ts';
import { FILES_PER_COMMAND_MAX, MESSAGE_TEXT_MAX } from '../core/limits.ts';
import { useDraft, useStore } from '../ui/store.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { FileButton, FilesInFlight } from './Files.tsx';
import { Icon } from './icons.tsx';
import { useMedia, useUploads } from './room.tsx';
import { useTexts } from './texts/texts.ts';

interface MessageDraft {
  text: string;
  files: FileId[];
}
const EMPTY: MessageDraft = { text: '', files: [] };
/** Lines of writing shown before the field scrolls, in CSS pixels. */
const FIELD_MAX_PX = 160;

export function Composer({
  logId,
  channelId,
  answered,
  editing,
  onSent,
  onStop,
}: {
  logId: LogId;
  channelId: ChannelId;
  answered: { id: CommandId; author: string; text: string } | null;
  editing: MessageView | null;
  onSent: () => void;
  onStop: () => void;
}) {
  const t = useTexts();
  const store = useStore();
  const uploads = useUploads();
  const hasKeyboard = useMedia('(pointer: fine)');
  const writing: DraftKey = `message/${logId}/${channelId}`;
  const correcting: DraftKey = `message/${logId}/${channelId}/${editing?.id ?? ''}`;
  const key = editing ? correcting : writing;
  const draft = useDraft<MessageDraft>(key);
  const [problem, setProblem] = useState<ErrorCode | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const value = draft.value ?? (editing ? { text: editing.text, files: [] } : EMPTY);
  const files = value.files.filter((fileId) => uploads.view(fileId) !== null);
  const canSend = value.text.trim() !== '' || files.length > 0 || (editing?.files.length ?? 0) > 0;

  useEffect(() => {
    if (answered || editing) field.current?.focus();
  }, [answered?.id, editing?.id]); // oxlint-disable-line react/exhaustive-deps -- the message, not its latest view

  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, FIELD_MAX_PX)}px`;
  }, [value.text, draft.isLoaded]);

  const stop = () => {
    if (editing) draft.write(null);
    onStop();
  };
  const send = () => {
    if (!canSend || !draft.isLoaded) return;
    const text = value.text.trim();
    const sending = editing
      ? store.send(logId, 'editMessage', { messageId: editing.id, text }, key)
      : store.send(logId, 'postMessage', { channelId, text, fileIds: files, replyTo: answered?.id ?? null }, key);
    draft.clear();
    setProblem(null);
    onSent();
    sending.catch((error: unknown) => {
      draft.write(value);
      setProblem(codeOf(error));
    });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && (answered || editing)) stop();
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || !hasKeyboard) return;
    event.preventDefault();
    send();
  };
  const add = (chosen: File[]) => {
    const added = chosen.slice(0, FILES_PER_COMMAND_MAX - files.length).map((file) => {
      const fileId = store.newFileId();
      uploads.add(fileId, file);
      return fileId;
    });
    draft.write({ ...value, files: [...files, ...added] });
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {problem && <ErrorNote code={problem} />}
      {(answered || editing) && (
        <div className="about">
          <span>
            <b>{editing ? t.chat.editing : answered && t.chat.replyTo(answered.author)}</b>
            <span className="dim">{editing ? editing.text : answered?.text}</span>
          </span>
          <button
            type="button"
            className="plain small"
            aria-label={editing ? t.chat.stopEdit : t.chat.stopReply}
            onClick={stop}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      <FilesInFlight
        files={files}
        onRemove={(fileId) => {
          uploads.remove(fileId);
          draft.write({ ...value, files: files.filter((other) => other !== fileId) });
        }}
      />
      <div className="composer-row">
        {!editing && <FileButton label={t.chat.attach} icon="clip" onFiles={add} isMultiple isQuiet />}
        <textarea
          ref={field}
          rows={1}
          aria-label={t.chat.write}
          placeholder={t.chat.placeholder}
          maxLength={MESSAGE_TEXT_MAX}
          value={value.text}
          readOnly={!draft.isLoaded}
          onChange={(event) => draft.write({ files, text: event.target.value })}
          onKeyDown={press}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files];
            if (pasted.length === 0 || editing) return;
            event.preventDefault();
            add(pasted);
          }}
        />
        <button
          type="submit"
          className="main"
          aria-label={editing ? t.chat.save : t.chat.send}
          title={editing ? t.chat.save : t.chat.send}
          aria-disabled={!canSend}
        >
          <Icon name={editing ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  );
}
