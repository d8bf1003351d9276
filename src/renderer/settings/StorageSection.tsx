/**
 * Хранение: what is kept on this computer for each class, how much and since when; pinning and freeing a class, the quota, files that
 * nothing needs, damaged files, the check. Asks main again while it is open; main tells it what changes.
 */
import { Button, Modal, NativeSelect, Switch } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { codeOf } from '../../core/errors.ts';
import { FREE_DISK_FLOOR_BYTES, QUOTAS } from '../../preload/contract/channels.ts';
import type { CallInput, DamagedFile, KeptClass, Storage } from '../../preload/contract.ts';
import { formatDateTime, formatDay, formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop, useSettings } from '../desktop.tsx';
import { useClasses } from '../frame/classes.tsx';
import { useFailure } from '../frame/failure.ts';
import { Notice } from '../frame/Notice.tsx';
import { Section } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './StorageSection.module.css';

/** Main tells news for a minute after it was asked. */
const ASK_AGAIN_MS = 30_000;

function useStorage(): Storage | null {
  const desktop = useDesktop();
  const [storage, setStorage] = useState<Storage | null>(null);
  useEffect(() => {
    const ask = () => void desktop.call('storage.read', {}).then(setStorage, () => undefined);
    ask();
    const timer = setInterval(ask, ASK_AGAIN_MS);
    const stop = desktop.onStorage(setStorage);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [desktop]);
  return storage;
}

export function StorageSection() {
  const t = useTexts().storage;
  const language = useLanguage();
  const storage = useStorage();
  const [settings, write] = useSettings();
  if (!storage) return null;
  const size = (bytes: number) => formatSize(language, bytes);
  return (
    <Section title={t.title}>
      <p className={classes.lead}>{t.lead}</p>
      <p className={classes.used}>{t.used(storage.hereFiles, size(storage.hereBytes), size(storage.freeDiskBytes))}</p>
      {storage.isFull && <Notice tone="warn">{t.full(storage.away)}</Notice>}
      <NativeSelect
        label={t.quota}
        description={t.quotaMore(size(FREE_DISK_FLOOR_BYTES))}
        classNames={{ root: classes.quota ?? '', wrapper: classes.select ?? '' }}
        value={String(settings.storage.quotaBytes ?? '')}
        onChange={({ currentTarget: { value } }) =>
          write({ storage: { quotaBytes: value === '' ? null : Number(value) } })
        }
        data={[
          ...QUOTAS.map((bytes) => ({ value: String(bytes), label: size(bytes) })),
          { value: '', label: t.noQuota },
        ]}
      />
      <h3 className={classes.heading}>{t.classes}</h3>
      <ClassList classes={storage.classes} />
      {storage.damaged.length > 0 && <Damaged files={storage.damaged} />}
      {storage.loose.files > 0 && <Loose {...storage.loose} />}
      <Check storage={storage} />
    </Section>
  );
}

function ClassList({ classes: kept }: { classes: readonly KeptClass[] }) {
  const t = useTexts().storage;
  const { classes: all, schools } = useClasses();
  const titles = new Map([
    ...all.map(({ logId, title }) => [logId, title] as const),
    ...schools.map(({ logId }) => [logId, t.school] as const),
  ]);
  const shown = kept
    .filter(({ files }) => files > 0)
    .map((one) => ({ ...one, title: titles.get(one.logId) ?? one.title }))
    .sort((a, b) => a.title.localeCompare(b.title, 'ru', { numeric: true }));
  if (shown.length === 0) return <p className={classes.more}>{t.noClasses}</p>;
  return (
    <ul className={classes.list}>
      {shown.map((one) => (
        <ClassLine key={one.logId} kept={one} />
      ))}
    </ul>
  );
}

function ClassLine({ kept }: { kept: KeptClass }) {
  const t = useTexts().storage;
  const language = useLanguage();
  const { call } = useDesktop();
  const failed = useFailure();
  const [isBusy, setBusy] = useState(false);
  const { serverId, logId, title, isPinned, files, hereFiles, hereBytes, since, freeableFiles, freeableBytes } = kept;
  const size = (bytes: number) => formatSize(language, bytes);
  const during = (work: Promise<unknown>) => {
    setBusy(true);
    work
      .catch((error: unknown) => (codeOf(error) === 'busy' ? notifications.show({ message: t.notYet }) : failed(error)))
      .finally(() => setBusy(false));
  };
  const free = async () => {
    const freed = await call('storage.free', { serverId, logId });
    notifications.show({ title: t.freed(freed.files, size(freed.bytes)), message: t.freedMore });
  };
  return (
    <li className={classes.line}>
      <div className={classes.what}>
        <span className={classes.title}>{title}</span>
        <span className={classes.more}>
          {[
            t.here(hereFiles, files, size(hereBytes)),
            since === null ? '' : t.since(within(formatDay(language, since))),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <Switch
          className={classes.pin ?? ''}
          label={t.pin}
          aria-label={t.pinOf(title)}
          checked={isPinned}
          onChange={({ currentTarget }) =>
            during(call('storage.pin', { serverId, logId, isPinned: currentTarget.checked }))
          }
        />
      </div>
      <div className={classes.buttons}>
        {hereFiles < files && !isPinned && (
          <Button
            size="xs"
            variant="default"
            disabled={isBusy}
            aria-label={t.restoreOf(title)}
            onClick={() => during(call('storage.restore', { serverId, logId }))}
          >
            {t.restore}
          </Button>
        )}
        {freeableFiles > 0 && !isPinned && (
          <Button
            size="xs"
            variant="default"
            disabled={isBusy}
            aria-label={t.freeOf(title, size(freeableBytes))}
            onClick={() => during(free())}
          >
            {t.free(size(freeableBytes))}
          </Button>
        )}
      </div>
    </li>
  );
}

/** A day as it stands within a sentence: «вчера», not «Вчера». */
const within = (day: string) => day.charAt(0).toLocaleLowerCase() + day.slice(1);

function Damaged({ files }: { files: readonly DamagedFile[] }) {
  const t = useTexts().storage;
  const { call } = useDesktop();
  const failed = useFailure();
  return (
    <>
      <h3 className={classes.heading}>{t.damaged}</h3>
      <ul className={classes.list}>
        {files.map(({ sha256, name, title, state }) => (
          <li key={sha256} className={classes.line}>
            <div className={classes.what}>
              <span className={classes.title}>{name || t.unnamed}</span>
              <span className={classes.more} data-bad={state === 'lost'}>
                {[title, t.states[state]].filter(Boolean).join(' · ')}
              </span>
            </div>
            {state === 'lost' && (
              <Button
                size="xs"
                variant="default"
                aria-label={t.dismissOf(name || t.unnamed)}
                onClick={() => void call('storage.dismiss', { sha256 }).catch(failed)}
              >
                {t.dismiss}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What nothing refers to may be the only copy there is: it goes only where somebody says so. */
function Loose({ files, bytes }: Storage['loose']) {
  const t = useTexts().storage;
  const language = useLanguage();
  const { call } = useDesktop();
  const failed = useFailure();
  const [isAsking, setAsking] = useState(false);
  const size = formatSize(language, bytes);
  const close = () => setAsking(false);
  const drop = () => {
    close();
    call('storage.freeLoose', {}).catch((error: unknown) =>
      codeOf(error) === 'busy' ? notifications.show({ message: t.notYet }) : failed(error),
    );
  };
  return (
    <>
      <h3 className={classes.heading}>{t.loose}</h3>
      <div className={classes.line}>
        <div className={classes.what}>
          <span className={classes.more}>{t.looseMore(files, size)}</span>
        </div>
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          {t.looseDelete}
        </Button>
      </div>
      <Modal opened={isAsking} onClose={close} title={t.looseTitle}>
        <p className={classes.ask}>{t.looseAsk(files, size)}</p>
        <div className={classes.answers}>
          <Button variant="default" data-autofocus onClick={close}>
            {t.looseKeep}
          </Button>
          <Button color="red" onClick={drop}>
            {t.looseDelete}
          </Button>
        </div>
      </Modal>
    </>
  );
}

function Check({ storage: { check, checkedAt, hereFiles } }: { storage: Storage }) {
  const t = useTexts().storage;
  const language = useLanguage();
  const { call } = useDesktop();
  const failed = useFailure();
  const run = (input: CallInput<'storage.check'>) => void call('storage.check', input).catch(failed);
  return (
    <div className={classes.check}>
      <Button size="sm" variant="default" disabled={hereFiles === 0} onClick={() => run({ isRunning: check === null })}>
        {check ? t.checkStop : t.check}
      </Button>
      {check ? (
        <div className={classes.checking}>
          <progress max={Math.max(1, check.files)} value={check.doneFiles} aria-label={t.check} />
          <span className={classes.more} role="status">
            {t.checking(check.doneFiles, check.files)}
          </span>
        </div>
      ) : (
        <span className={classes.more}>
          {[checkedAt === null ? '' : t.checkedAt(formatDateTime(language, checkedAt)), t.checkMore]
            .filter(Boolean)
            .join(' ')}
        </span>
      )}
    </div>
  );
}
