/**
 * A recording played in its place: play, where one is, how long it lasts, speed. Promises: one plays at a time; a recorded voice
 * shows its length before its bytes are here.
 */
import { ActionIcon, Button, Slider } from '@mantine/core';
import { IconDownload, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { FileRef } from '../../../core/wire.ts';
import { formatSize } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { formatSeconds, voiceSeconds } from '../../../ui/voice.ts';
import { FileChip } from '../../frame/FileChip.tsx';
import { useTexts } from '../../texts/texts.ts';
import classes from './Audio.module.css';
import { hereWords, useFileHere } from './file-here.ts';

const RATES = [1, 1.5, 2] as const;

/** Whatever plays now; another one makes it pause. */
let playing: HTMLAudioElement | null = null;
/** The last chosen speed holds for the next recording too. */
let lastRate: (typeof RATES)[number] = 1;

export function Audio({ file }: { file: FileRef }) {
  const t = useTexts();
  const language = useLanguage();
  const here = useFileHere(file);
  const audio = useRef<HTMLAudioElement>(null);
  const named = voiceSeconds(file.name);
  const [length, setLength] = useState(named);
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const [rate, setRate] = useState<number>(lastRate);
  const words = t.message.media;

  useEffect(() => {
    const element = audio.current;
    return () => {
      element?.pause();
      if (playing === element) playing = null;
    };
  }, []);

  if (isBroken) return <FileChip file={file} />;
  const isHere = here.state === 'here';
  const toggle = () => {
    const element = audio.current;
    if (here.state === 'absent') return here.fetch();
    if (!element || !isHere) return undefined;
    if (isPlaying) return element.pause();
    if (playing && playing !== element) playing.pause();
    playing = element;
    element.playbackRate = rate;
    element.play().catch(() => undefined);
    return undefined;
  };
  const faster = () => {
    const next = RATES[(RATES.indexOf(rate as (typeof RATES)[number]) + 1) % RATES.length] ?? 1;
    lastRate = next;
    setRate(next);
    if (audio.current) audio.current.playbackRate = next;
  };
  const rateName = `${rate.toLocaleString(language)}×`;
  return (
    <div className={classes.player} role="group" aria-label={named === null ? file.name : words.voice}>
      <ActionIcon
        size={40}
        radius="xl"
        variant="filled"
        color="accent"
        disabled={here.state === 'moving' || here.state === 'unknown'}
        aria-label={here.state === 'absent' ? words.download(file.name) : isPlaying ? words.pause : words.play}
        onClick={toggle}
      >
        {here.state === 'absent' ? (
          <IconDownload size={20} />
        ) : isPlaying ? (
          <IconPlayerPauseFilled size={20} />
        ) : (
          <IconPlayerPlayFilled size={20} />
        )}
      </ActionIcon>
      <div className={classes.body}>
        {named === null && <span className={classes.name}>{file.name}</span>}
        <Slider
          size={4}
          thumbSize={12}
          label={null}
          thumbLabel={words.position}
          disabled={!isHere}
          min={0}
          max={Math.max(1, length ?? 1)}
          step={0.1}
          value={at}
          onChange={(seconds) => {
            setAt(seconds);
            if (audio.current) audio.current.currentTime = seconds;
          }}
        />
        <span className={classes.about}>
          <span>{length === null ? formatSeconds(at) : `${formatSeconds(at)} / ${formatSeconds(length)}`}</span>
          <span>{hereWords(t, here) || formatSize(language, file.sizeBytes)}</span>
        </span>
      </div>
      <Button size="compact-xs" variant="default" aria-label={words.speed(rateName)} onClick={faster}>
        {rateName}
      </Button>
      {isHere && (
        // A voice has no captions; its length and author stand beside it.
        // oxlint-disable-next-line jsx-a11y/media-has-caption
        <audio
          ref={audio}
          src={here.url}
          preload="none"
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onEnded={() => setAt(0)}
          onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
          onLoadedMetadata={(event) => {
            const { duration } = event.currentTarget;
            // A recording made in a page says that it never ends.
            if (Number.isFinite(duration)) setLength(duration);
          }}
          onError={() => setBroken(true)}
        />
      )}
    </div>
  );
}
