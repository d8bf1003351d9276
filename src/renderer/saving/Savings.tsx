/** Savings under way and just over, in a corner of the window whatever screen is open: how far, stop, show. */
import { ActionIcon, Button, Progress } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Saving } from '../../preload/contract.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useFailure } from '../frame/failure.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './Savings.module.css';

export function Savings() {
  const { call, onSaves } = useDesktop();
  const [list, setList] = useState<readonly Saving[]>([]);
  useEffect(() => {
    let hasHeard = false;
    call('saves.list', {}).then(
      (first) => void (hasHeard || setList(first)),
      () => undefined,
    );
    return onSaves((news) => {
      hasHeard = true;
      setList(news);
    });
  }, [call, onSaves]);
  if (list.length === 0) return null;
  return (
    <div className={classes.corner}>
      {list.map((saving) => (
        <Card key={saving.saveId} saving={saving} />
      ))}
    </div>
  );
}

function Card({ saving }: { saving: Saving }) {
  const t = useTexts();
  const language = useLanguage();
  const { call } = useDesktop();
  const failed = useFailure();
  const { saveId, kind, title, state, code, done, total, same, missing } = saving;
  const heading = {
    running: t.saving.running,
    done: t.saving.done,
    stopped: t.saving.stopped,
    failed: t.saving.failed,
  };
  const why = code === 'not-allowed' ? t.saving.cannotWrite : code ? errorText(language, code).what : '';
  return (
    <section className={classes.card} aria-label={heading[state](title)} data-state={state}>
      <div className={classes.head} role={state === 'failed' ? 'alert' : 'status'}>
        <strong className={classes.title}>{heading[state](title)}</strong>
        {state !== 'running' && (
          <ActionIcon
            size={28}
            variant="subtle"
            color="gray"
            aria-label={t.saving.close}
            onClick={() => void call('saves.forget', { saveId }).catch(failed)}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {state === 'running' && (
        <>
          <Progress value={(100 * done) / Math.max(1, total)} aria-label={t.saving.running(title)} />
          <div className={classes.foot}>
            <span className={classes.more}>{t.saving.progress(done, total)}</span>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => void call('saves.stop', { saveId }).catch(failed)}
            >
              {t.saving.stop}
            </Button>
          </div>
        </>
      )}
      {state === 'done' && (
        <>
          <p className={classes.more}>
            {t.saving.doneMore(done - missing, same)}
            {missing > 0 && ` ${t.saving.missing(missing)}`}
          </p>
          <div className={classes.foot}>
            <span />
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => void call('saves.show', { saveId }).catch(failed)}
            >
              {t.saving.show}
            </Button>
          </div>
        </>
      )}
      {state === 'stopped' && (
        <p className={classes.more}>{kind === 'zip' ? t.saving.stoppedZip : t.saving.stoppedFolder}</p>
      )}
      {state === 'failed' && <p className={classes.more}>{why}</p>}
    </section>
  );
}
