/** What a chat keeps in sight: the newest pinned message first, each press shows one and turns to the next. */
import { useState } from 'react';
import type { MessageView } from '../../client/class-store.ts';
import type { Pin } from '../../core/classroom.ts';
import type { CommandId } from '../../core/ids.ts';
import { plainTextOf } from '../../ui/rich-text.ts';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { ChatPicture } from './pictures.tsx';

export function Pins({
  pins,
  find,
  onGoTo,
}: {
  pins: readonly Pin[];
  find: (id: CommandId) => MessageView | null;
  onGoTo: (id: CommandId, seq: number) => void;
}) {
  const t = useChatTexts();
  const [turned, setTurned] = useState(0);
  const at = pins.length - 1 - (turned % pins.length);
  const pin = pins[at];
  if (!pin) return null;
  const message = find(pin.messageId);
  const text = message ? plainTextOf(message.text) || message.files[0]?.name : '';
  return (
    <button
      type="button"
      className="pins"
      title={t.pins.go}
      onClick={() => {
        onGoTo(pin.messageId, pin.messageSeq);
        setTurned(turned + 1);
      }}
    >
      <ChatPicture name="pin" />
      <span>
        <b>{t.pins.title(at + 1, pins.length)}</b>
        <span className="one-line">{text}</span>
      </span>
    </button>
  );
}
