/**
 * A voice recorded in the page. Promises: the microphone is open only while one records, and closed whatever happens; at most
 * {@link VOICE_SECONDS_MAX} seconds. Hides: MediaRecorder, the meter, the clock.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { VOICE_BITS_PER_SECOND, VOICE_SECONDS_MAX, VOICE_TYPE, voiceFileName } from '../../../ui/voice.ts';

export type RecorderState =
  | { state: 'idle' }
  /** The system is asked for its microphone. */
  | { state: 'asking' }
  | { state: 'recording' }
  /** Whole, and neither sent nor thrown away: the limit was reached, or it was taken back. */
  | { state: 'recorded'; file: File; seconds: number; isAtLimit: boolean }
  /** Thrown away a moment ago: it can be taken back. */
  | { state: 'dropped'; file: File; seconds: number }
  | { state: 'failed' };

export interface Recorder {
  now: RecorderState;
  /** Seconds so far and loudness from 0 to 1, read by whoever draws them: they change with every frame. */
  meter: () => { seconds: number; level: number };
  start: () => Promise<void>;
  /** Ends and gives the recording. */
  finish: () => Promise<File | null>;
  drop: () => void;
  undo: () => void;
  /** Nothing is kept. */
  forget: () => void;
}

interface Running {
  recorder: MediaRecorder;
  stream: MediaStream;
  context: AudioContext;
  analyser: AnalyserNode;
  startedAt: number;
  limit: ReturnType<typeof setTimeout>;
  /** Resolves when the last bytes are there. */
  whole: Promise<File>;
}

/**
 * @param word what a recording's file is called
 * @param onLeft a recording that was under way when the chat was left: it must not be lost
 */
export function useRecorder(word: string, onLeft: (file: File) => void): Recorder {
  const [now, setNow] = useState<RecorderState>({ state: 'idle' });
  const running = useRef<Running | null>(null);
  const left = useRef(onLeft);
  useEffect(() => {
    left.current = onLeft;
  });

  const secondsOf = (run: Running) => (performance.now() - run.startedAt) / 1000;
  const stop = useCallback(async (): Promise<{ file: File; seconds: number } | null> => {
    const run = running.current;
    if (!run) return null;
    running.current = null;
    clearTimeout(run.limit);
    const seconds = secondsOf(run);
    if (run.recorder.state !== 'inactive') run.recorder.stop();
    for (const track of run.stream.getTracks()) track.stop();
    void run.context.close().catch(() => undefined);
    return { file: await run.whole, seconds };
  }, []);

  // Leaving the chat ends the recording and keeps it.
  useEffect(
    () => () => {
      void stop().then((recorded) => recorded && left.current(recorded.file));
    },
    [stop],
  );

  const start = useCallback(async () => {
    setNow({ state: 'asking' });
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      running.current = begin(stream, word, () => {
        void stop().then((recorded) => recorded && setNow({ state: 'recorded', ...recorded, isAtLimit: true }));
      });
      setNow({ state: 'recording' });
    } catch {
      setNow({ state: 'failed' });
    }
  }, [word, stop]);

  return {
    now,
    meter() {
      const run = running.current;
      return run ? { seconds: secondsOf(run), level: levelOf(run.analyser) } : { seconds: 0, level: 0 };
    },
    start,
    async finish() {
      const file = now.state === 'recorded' ? now.file : ((await stop())?.file ?? null);
      setNow({ state: 'idle' });
      return file;
    },
    drop() {
      if (now.state === 'recorded') return setNow({ ...now, state: 'dropped' });
      void stop().then((recorded) => recorded && setNow({ state: 'dropped', ...recorded }));
      return undefined;
    },
    undo() {
      if (now.state === 'dropped') setNow({ ...now, state: 'recorded', isAtLimit: false });
    },
    forget: () => setNow({ state: 'idle' }),
  };
}

function begin(stream: MediaStream, word: string, onLimit: () => void): Running {
  const recorder = new MediaRecorder(stream, {
    mimeType: `${VOICE_TYPE};codecs=opus`,
    audioBitsPerSecond: VOICE_BITS_PER_SECOND,
  });
  const chunks: Blob[] = [];
  const startedAt = performance.now();
  const at = Date.now();
  const whole = new Promise<File>((resolve) => {
    recorder.ondataavailable = ({ data }) => chunks.push(data);
    recorder.onstop = () => {
      const seconds = (performance.now() - startedAt) / 1000;
      resolve(new File(chunks, voiceFileName(word, at, seconds), { type: VOICE_TYPE }));
    };
  });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  recorder.start();
  return {
    recorder,
    stream,
    context,
    analyser,
    startedAt,
    limit: setTimeout(onLimit, VOICE_SECONDS_MAX * 1000),
    whole,
  };
}

/** Loudness as one hears it: the root of the mean square, made visible for a quiet voice. */
function levelOf(analyser: AnalyserNode): number {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.min(1, Math.sqrt(sum / samples.length) * 4);
}
