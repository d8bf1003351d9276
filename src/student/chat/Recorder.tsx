/**
 * A voice recorded in place, where the browser gives a page its microphone (a secure address, never plain HTTP). Promises that the
 * microphone is let go whatever happens. Comes when somebody first wants to speak.
 */
import { useEffect, useRef, useState } from 'react';
import { formatSeconds, VOICE_BITS_PER_SECOND, VOICE_SECONDS_MAX, VOICE_TYPE, voiceFileName } from '../../ui/voice.ts';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { ChatPicture } from './pictures.tsx';

export function Recorder({ onDone, onRefused }: { onDone: (file: File | null) => void; onRefused: () => void }) {
  const t = useChatTexts();
  const [seconds, setSeconds] = useState<number | null>(null);
  const recorder = useRef<MediaRecorder | null>(null);
  const isWanted = useRef(true);
  const finish = useRef(onDone);
  finish.current = onDone;
  const refuse = useRef(onRefused);
  refuse.current = onRefused;
  const word = t.message.voice;

  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setInterval> | undefined;
    const release = () => {
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const begin = async () => {
      // oxlint-disable-next-line no-restricted-properties -- only where the composer has found it
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (isOver) return release();
      const pieces: Blob[] = [];
      const startedAt = Date.now();
      const elapsed = () => (Date.now() - startedAt) / 1000;
      const made = new MediaRecorder(stream, { mimeType: VOICE_TYPE, audioBitsPerSecond: VOICE_BITS_PER_SECOND });
      recorder.current = made;
      made.addEventListener('dataavailable', ({ data }) => pieces.push(data));
      made.addEventListener('stop', () => {
        release();
        if (isOver) return;
        const name = voiceFileName(word, startedAt, elapsed());
        finish.current(isWanted.current ? new File(pieces, name, { type: VOICE_TYPE }) : null);
      });
      made.start();
      setSeconds(0);
      timer = setInterval(() => {
        setSeconds(Math.floor(elapsed()));
        if (elapsed() >= VOICE_SECONDS_MAX && made.state === 'recording') made.stop();
      }, 250);
    };
    begin().catch(() => {
      release();
      if (!isOver) refuse.current();
    });
    return () => {
      isOver = true;
      if (recorder.current?.state === 'recording') recorder.current.stop();
      release();
    };
  }, [word]);

  const end = (wanted: boolean) => {
    isWanted.current = wanted;
    if (recorder.current?.state === 'recording') recorder.current.stop();
    else finish.current(null);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Esc leaves from any of the buttons inside
    <div className="composer-row recorder" onKeyDown={({ key }) => key === 'Escape' && end(false)}>
      <button
        type="button"
        className="plain"
        aria-label={t.voice.cancel}
        title={t.voice.cancel}
        onClick={() => end(false)}
      >
        <ChatPicture name="trash" />
      </button>
      <span className="recording" role="timer">
        {t.voice.recording(formatSeconds(seconds ?? 0))}
      </span>
      <button
        type="button"
        className="main"
        aria-label={t.voice.stop}
        title={t.voice.stop}
        disabled={seconds === null}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- pressed to speak, pressed again to end
        autoFocus
        onClick={() => end(true)}
      >
        <ChatPicture name="stop" />
      </button>
    </div>
  );
}
