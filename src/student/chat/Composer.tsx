/**
 * Writing to a chat: kept with every stroke. Enter sends where there is a keyboard, Shift+Enter breaks, `@` offers names, an arrow up
 * in an empty field corrects the last message, Esc leaves. A voice is recorded in place on a secure address; on plain HTTP the
 * phone's own recorder is asked for a file.
 */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import type { DraftKey, MessageView } from '../../client/class-store.ts';
import { readersOf } from '../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { ChannelId, CommandId, FileId, LogId } from '../../core/ids.ts';
import { FILES_PER_COMMAND_MAX, MESSAGE_TEXT_MAX } from '../../core/limits.ts';
import { matching, mentionName, mentionQuery, mentionsIn, type Person } from '../../ui/mentions.ts';
import { useDraft, useStore } from '../../ui/store.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { FileButton, FilesInFlight } from '../Files.tsx';
import { Icon } from '../icons.tsx';
import { createLater } from '../later.ts';
import { useMedia, useUploads } from '../room.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { ChatPicture } from './pictures.tsx';
import type { Place } from './places.ts';

export interface MessageDraft {
  text: string;
  files: FileId[];
}
const EMPTY: MessageDraft = { text: '', files: [] };
/** Lines of writing shown before the field scrolls, in CSS pixels. */
const FIELD_MAX_PX = 160;
/** Names offered after `@`. */
export const OFFERED_MAX = 5;

const recorderPart = createLater(() => import('./Recorder.tsx'));
/** A page by plain HTTP has no microphone of its own. */
// oxlint-disable-next-line no-restricted-properties -- asked whether it is there
const canRecord = () => typeof MediaRecorder !== 'undefined' && navigator.mediaDevices?.getUserMedia !== undefined;

export const writingKey = (logId: LogId, channelId: ChannelId): DraftKey => `message/${logId}/${channelId}`;

export function Composer({
  place,
  answered,
  editing,
  onSent,
  onStop,
  onEditLast,
}: {
  place: Place;
  answered: { id: CommandId; author: string; text: string } | null;
  editing: MessageView | null;
  onSent: () => void;
  onStop: () => void;
  onEditLast: () => void;
}) {
  const t = useChatTexts();
  const store = useStore();
  const uploads = useUploads();
  const hasKeyboard = useMedia('(pointer: fine)');
  const { view, logId, channelId, channel, kind, other } = place;
  const writing = writingKey(logId, channelId);
  const correcting: DraftKey = `message/${logId}/${channelId}/${editing?.id ?? ''}`;
  const key = editing ? correcting : writing;
  const draft = useDraft<MessageDraft>(key);
  const [problem, setProblem] = useState<ErrorCode | null>(null);
  const [isSurplus, setIsSurplus] = useState(false);
  const [voice, setVoice] = useState<'off' | 'on' | 'refused'>('off');
  const field = useRef<HTMLTextAreaElement>(null);
  const value = draft.value ?? (editing ? { text: editing.text, files: [] } : EMPTY);
  const files = value.files.filter((fileId) => uploads.view(fileId) !== null);
  const canSend = value.text.trim() !== '' || files.length > 0 || (editing?.files.length ?? 0) > 0;
  const people: Person[] =
    channel && kind !== 'direct'
      ? readersOf(view.classroom, channel).filter(({ memberId }) => memberId !== view.memberId)
      : [];
  const names = useNames(people, field);
  const recorder = recorderPart.use(voice === 'on');

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
    const mentions = mentionsIn(text, people);
    const sending = editing
      ? store.send(logId, 'editMessage', { messageId: editing.id, text }, key)
      : store.send(
          logId,
          'postMessage',
          {
            channelId,
            text,
            fileIds: files,
            replyTo: answered?.id ?? null,
            ...(mentions.length > 0 ? { mentions } : {}),
            ...(kind === 'direct' && other ? { to: other.memberId } : {}),
          },
          key,
        );
    draft.clear();
    setProblem(null);
    setIsSurplus(false);
    onSent();
    sending.catch((error: unknown) => {
      draft.write(value);
      setProblem(codeOf(error));
    });
  };
  const write = (text: string) => {
    draft.write({ files, text });
    if (text.trim() !== '') store.tellTyping(logId, channelId);
  };
  const press = (event: KeyboardEvent) => {
    if (names.press(event, value.text, write)) return;
    if (event.key === 'Escape' && (answered || editing)) stop();
    if (event.key === 'ArrowUp' && value.text === '' && files.length === 0 && !editing) {
      event.preventDefault();
      onEditLast();
    }
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || !hasKeyboard) return;
    event.preventDefault();
    send();
  };
  const add = (chosen: File[]) => {
    const room = FILES_PER_COMMAND_MAX - files.length;
    setIsSurplus(chosen.length > room);
    const added = chosen.slice(0, room).map((file) => {
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
      {isSurplus && <p className="note bad">{t.composer.tooMany(FILES_PER_COMMAND_MAX)}</p>}
      {voice === 'refused' && <p className="note bad">{t.voice.refused}</p>}
      {(answered || editing) && (
        <div className="about">
          <span>
            <b>{editing ? t.composer.editing : answered && t.composer.replyTo(answered.author)}</b>
            <span className="dim one-line">{editing ? editing.text : answered?.text}</span>
          </span>
          <button
            type="button"
            className="plain small"
            aria-label={editing ? t.composer.stopEdit : t.composer.stopReply}
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
          setIsSurplus(false);
          draft.write({ ...value, files: files.filter((other) => other !== fileId) });
        }}
      />
      {names.offered.length > 0 && (
        <div className="names" id="offered-names" role="listbox" aria-label={t.composer.mention}>
          {names.offered.map((person, at) => (
            <button
              key={person.memberId}
              type="button"
              role="option"
              id={`name-${at}`}
              aria-selected={at === names.at}
              tabIndex={-1}
              // The field keeps the focus, and with it the names.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => names.take(person, value.text, write)}
            >
              {person.name}
            </button>
          ))}
        </div>
      )}
      {voice === 'on' && recorder ? (
        <recorder.Recorder
          onRefused={() => setVoice('refused')}
          onDone={(file) => {
            setVoice('off');
            if (file) add([file]);
            field.current?.focus();
          }}
        />
      ) : (
        <div className="composer-row">
          {!editing && (
            <FileButton label={t.composer.attach} picture={<Icon name="clip" />} onFiles={add} isMultiple isQuiet />
          )}
          <textarea
            ref={field}
            rows={1}
            aria-label={t.composer.write}
            placeholder={t.composer.placeholder}
            maxLength={MESSAGE_TEXT_MAX}
            value={value.text}
            readOnly={!draft.isLoaded}
            aria-controls={names.offered.length > 0 ? 'offered-names' : undefined}
            aria-activedescendant={names.offered.length > 0 ? `name-${names.at}` : undefined}
            onChange={(event) => {
              write(event.target.value);
              names.look();
            }}
            onSelect={names.look}
            onBlur={names.close}
            onKeyDown={press}
            onPaste={(event) => {
              const pasted = [...event.clipboardData.files];
              if (pasted.length === 0 || editing) return;
              event.preventDefault();
              add(pasted);
            }}
          />
          {!editing &&
            (canRecord() ? (
              <button
                type="button"
                className="plain"
                aria-label={t.composer.voice}
                title={t.composer.voice}
                onClick={() => setVoice('on')}
              >
                <ChatPicture name="microphone" />
              </button>
            ) : (
              !hasKeyboard && (
                <FileButton
                  label={t.composer.voice}
                  picture={<ChatPicture name="microphone" />}
                  onFiles={add}
                  from="microphone"
                  isQuiet
                />
              )
            ))}
          <button
            type="submit"
            className="main"
            aria-label={editing ? t.composer.save : t.composer.send}
            title={editing ? t.composer.save : t.composer.send}
            aria-disabled={!canSend}
          >
            <Icon name={editing ? 'check' : 'send'} />
          </button>
        </div>
      )}
    </form>
  );
}

/** Names for what is typed after `@`: arrows choose, Enter or Tab takes, Esc says no. */
function useNames(people: readonly Person[], field: React.RefObject<HTMLTextAreaElement | null>) {
  const [asked, setAsked] = useState<{ from: number; query: string } | null>(null);
  const [chosen, setChosen] = useState(0);
  const offered = asked ? matching(asked.query, people).slice(0, OFFERED_MAX) : [];
  const at = Math.min(chosen, offered.length - 1);
  const take = (person: Person, text: string, write: (text: string) => void) => {
    if (!asked) return;
    const name = `@${mentionName(person, people)} `;
    // What was typed since the names were looked up belongs to the name too.
    const rest = text.slice(Math.max(asked.from + 1, field.current?.selectionStart ?? 0));
    // At once, not a frame later: the next letter must find the caret behind the name.
    flushSync(() => {
      write(text.slice(0, asked.from) + name + rest.replace(/^ /, ''));
      setAsked(null);
    });
    const caret = asked.from + name.length;
    field.current?.focus();
    field.current?.setSelectionRange(caret, caret);
  };
  return {
    offered,
    at,
    take,
    look: () => {
      const box = field.current;
      const next = box ? mentionQuery(box.value, box.selectionStart) : null;
      if (next?.query !== asked?.query) setChosen(0);
      setAsked(next);
    },
    close: () => setAsked(null),
    /** @returns whether the key was meant for the names */
    press: (event: KeyboardEvent, text: string, write: (text: string) => void): boolean => {
      const person = offered[at];
      if (!person) return false;
      if (event.key === 'ArrowDown') setChosen((at + 1) % offered.length);
      else if (event.key === 'ArrowUp') setChosen((at - 1 + offered.length) % offered.length);
      else if (event.key === 'Enter' || event.key === 'Tab') take(person, text, write);
      else if (event.key === 'Escape') setAsked(null);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
