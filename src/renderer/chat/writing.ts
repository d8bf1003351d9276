/**
 * Writing in one chat: the draft that survives everything, files, reply, rewriting, sending now or later. Promises: the field is
 * free for the next message at once, and nothing that was typed is lost, whatever the disk or the network say.
 */
import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import type { MessageView } from '../../client/class-store.ts';
import { readersOf, type ScheduledMessage } from '../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { ChannelId, MemberId } from '../../core/ids.ts';
import { FILES_PER_COMMAND_MAX } from '../../core/limits.ts';
import { useDraft } from '../../ui/store.tsx';
import { useDesktop } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { bodyOf, composingKey, composingOf, joined, kept, NOTHING_WRITTEN, type Composing } from './composing.ts';

export interface Writing {
  channelId: ChannelId;
  /** False for the moment before the draft is known: nothing is drawn until then. */
  isLoaded: boolean;
  composing: Composing;
  write: (change: Partial<Composing>) => void;
  failure: ErrorCode | null;
  /** Grows with every message that is sent here. */
  sent: number;
  inputRef: RefObject<HTMLTextAreaElement | null>;
  attach: (files: readonly File[], isPasted: boolean) => Promise<void>;
  reply: (message: MessageView) => void;
  edit: (message: MessageView) => void;
  /** @param sendAt Unix ms by the hub's clock; absent: now */
  post: (sendAt?: number) => Promise<void>;
  /** A recorded voice goes out by itself; what is being typed stays. */
  postVoice: (file: File) => Promise<void>;
  rewrite: () => Promise<void>;
  /** Takes a message that waits for its hour back into the field. */
  takeBack: (message: ScheduledMessage) => Promise<void>;
}

/** @param to the other one, where two talk alone: named with every message, because the channel begins with the first */
export function useWriting(channelId: ChannelId, to?: MemberId): Writing {
  const { logId, view, server, store } = useOpenClass();
  const { upload, intake } = useDesktop();
  const key = composingKey(logId, channelId);
  const draft = useDraft<Partial<Composing>>(key);
  const composing = useMemo(() => composingOf(draft.value), [draft.value]);
  // Files arrive after an await: they go into what is written then, not into what was written when they were chosen.
  const latest = useRef(composing);
  useEffect(() => {
    latest.current = composing;
  });
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const [sent, setSent] = useState(0);
  const inputRef = useRef<HTMLTextAreaElement>(null);
  const whom = to ? { to } : {};

  const write = (change: Partial<Composing>) => {
    if (change.text !== undefined && change.text !== '') store.tellTyping(logId, channelId);
    latest.current = { ...latest.current, ...change };
    draft.write(kept(latest.current));
  };
  const giveBack = (taken: Composing, error: unknown) => {
    latest.current = joined(taken, latest.current);
    setFailure(codeOf(error));
  };

  return {
    channelId,
    isLoaded: draft.isLoaded,
    composing,
    write,
    failure,
    sent,
    inputRef,
    async attach(files, isPasted) {
      if (files.length === 0) return;
      setFailure(null);
      try {
        if (latest.current.files.length + files.length > FILES_PER_COMMAND_MAX) return setFailure('too-many');
        const chosen = isPasted
          ? await Promise.all(files.map((file) => intake(server.serverId, file)))
          : await upload(server.serverId, files);
        write({ files: [...latest.current.files, ...chosen] });
      } catch (error) {
        setFailure(codeOf(error));
      }
      inputRef.current?.focus();
      return undefined;
    },
    reply(message) {
      write({ replyTo: message.id, editing: null });
      inputRef.current?.focus();
    },
    edit(message) {
      const outboxId = message.seq === null ? (message.outbox?.id ?? null) : null;
      write({ editing: { messageId: message.id, outboxId, text: message.text } });
      inputRef.current?.focus();
    },
    /**
     * The field is free at once; what was written goes into the outbox meanwhile. The outbox removes the kept draft in its own
     * transaction, so strokes made in between are kept once more.
     */
    async post(sendAt) {
      const taken = latest.current;
      const channel = view?.classroom.channels[channelId];
      const body = { ...bodyOf(taken, channelId, view && channel ? readersOf(view.classroom, channel) : []), ...whom };
      setFailure(null);
      latest.current = NOTHING_WRITTEN;
      draft.clear();
      try {
        if (sendAt === undefined) await store.send(logId, 'postMessage', body, key);
        else await store.send(logId, 'scheduleMessage', { ...body, sendAt }, key);
        if (sendAt === undefined) setSent((old) => old + 1);
      } catch (error) {
        giveBack(taken, error);
      }
      if (kept(latest.current)) draft.write(latest.current);
    },
    async postVoice(file) {
      setFailure(null);
      const { replyTo } = latest.current;
      try {
        const { fileId } = await intake(server.serverId, file);
        await store.send(logId, 'postMessage', { channelId, text: '', fileIds: [fileId], replyTo, ...whom });
        if (replyTo !== null) write({ replyTo: null });
        setSent((old) => old + 1);
      } catch (error) {
        setFailure(codeOf(error));
        throw error;
      }
    },
    async rewrite() {
      const { editing } = latest.current;
      if (!editing) return;
      const text = editing.text.trimEnd();
      setFailure(null);
      write({ editing: null });
      try {
        const waiting = view?.outbox.find((row) => row.id === editing.outboxId)?.command;
        // It may have been confirmed while it was being rewritten.
        if (waiting?.kind === 'postMessage') await store.edit(waiting.id, 'postMessage', { ...waiting.body, text });
        else await store.send(logId, 'editMessage', { messageId: editing.messageId, text });
      } catch (error) {
        write({ editing });
        setFailure(codeOf(error));
      }
    },
    async takeBack(message) {
      setFailure(null);
      const { text, files, replyTo, poll = null, isNotice = false, assignmentId = null } = message;
      try {
        await store.send(logId, 'cancelScheduled', { messageId: message.messageId });
        const taken = { ...NOTHING_WRITTEN, text, files: [...files], replyTo, poll, isNotice, assignmentId };
        write(joined(taken, latest.current));
      } catch (error) {
        setFailure(codeOf(error));
      }
      inputRef.current?.focus();
    },
  };
}
