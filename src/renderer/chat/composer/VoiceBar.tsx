/** Where the field stands while one records: loudness, time, throwing away (which can be undone), sending. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconSend2, IconTrash } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { formatSeconds, VOICE_SECONDS_MAX } from '../../../ui/voice.ts';
import { Notice } from '../../frame/Notice.tsx';
import { useTexts } from '../../texts/texts.ts';
import type { Recorder } from './recorder.ts';
import classes from './VoiceBar.module.css';

/** The field that had the focus is gone: the deed that follows takes it. */
const focusFirst = (button: HTMLButtonElement | null) => button?.focus();

export function VoiceBar({ recorder, onSend }: { recorder: Recorder; onSend: () => void }) {
  const t = useTexts();
  const words = t.composer.voice;
  const { now } = recorder;
  if (now.state === 'failed') {
    return (
      <Notice
        tone="bad"
        isLive
        title={words.noMicrophone}
        actions={
          <Button size="xs" variant="default" onClick={recorder.forget}>
            {t.frame.close}
          </Button>
        }
      >
        {words.noMicrophoneTodo}
      </Notice>
    );
  }
  if (now.state === 'dropped') {
    return (
      <div className={classes.bar} role="status">
        <span className={classes.words}>{words.dropped}</span>
        <Button ref={focusFirst} size="xs" variant="default" onClick={recorder.undo}>
          {words.undo}
        </Button>
        <Button size="xs" variant="subtle" onClick={recorder.forget}>
          {t.frame.close}
        </Button>
      </div>
    );
  }
  return (
    // Esc throws away from any of the buttons inside.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={classes.bar} onKeyDown={(event) => event.key === 'Escape' && recorder.drop()}>
      <Tooltip label={`${words.cancel} (Esc)`}>
        <ActionIcon size={40} aria-label={words.cancel} onClick={recorder.drop}>
          <IconTrash size={20} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      {now.state === 'recorded' ? (
        <span className={classes.words}>
          {formatSeconds(now.seconds)}
          {now.isAtLimit && ` · ${words.limit(VOICE_SECONDS_MAX / 60)}`}
        </span>
      ) : (
        <Meter recorder={recorder} />
      )}
      <Tooltip label={`${words.send} (Enter)`}>
        <ActionIcon size={40} variant="filled" color="accent" aria-label={words.send} ref={focusFirst} onClick={onSend}>
          <IconSend2 size={20} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

/** Drawn with every frame beside React: a meter is no state. */
function Meter({ recorder }: { recorder: Recorder }) {
  const t = useTexts();
  const bar = useRef<HTMLSpanElement>(null);
  const clock = useRef<HTMLSpanElement>(null);
  const { meter } = recorder;
  const read = useRef(meter);
  useEffect(() => {
    read.current = meter;
  });
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      const { seconds, level } = read.current();
      if (bar.current) bar.current.style.transform = `scaleX(${level})`;
      if (clock.current) clock.current.textContent = formatSeconds(Math.floor(seconds));
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <>
      <span className={classes.dot} aria-hidden />
      <span role="status" className={classes.recording}>
        {t.composer.voice.recording}
      </span>
      <span ref={clock} className={classes.clock} aria-hidden />
      <span className={classes.meter} aria-hidden>
        <span ref={bar} className={classes.level} />
      </span>
    </>
  );
}
