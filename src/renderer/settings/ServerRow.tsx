/** One server of the list: what it is, who the teacher is there; its new address, or forgetting it with all that lies here. */
import { Button, Modal, TextInput } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { useState } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { useDesktop } from '../desktop.tsx';
import type { OpenServer } from '../frame/classes.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { shownAddress } from '../lesson/addresses.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './Settings.module.css';

export function ServerRow({ open }: { open: OpenServer }) {
  const t = useTexts();
  const { server, me } = open;
  const [asking, setAsking] = useState<'move' | 'forget' | null>(null);
  const classCount = me?.logs.filter((log) => log.state === 'member').length ?? 0;
  const facts = [
    t.settings.kinds[server.kind],
    server.url === '' ? t.settings.noAddress : shownAddress(server.url),
    t.settings.classesHere(classCount),
  ];
  return (
    <li className={classes.server}>
      <IconServer className={classes.serverIcon} size={22} stroke={1.5} aria-hidden />
      <div className={classes.serverText}>
        <p className={classes.serverName}>{server.hubName}</p>
        <p className={classes.lead}>{facts.join(' · ')}</p>
        {me && <p className={classes.lead}>{t.settings.asPerson(me.name)}</p>}
      </div>
      {server.kind === 'remote' && (
        <span className={classes.serverTools}>
          <Button size="sm" variant="default" onClick={() => setAsking('move')}>
            {t.settings.move}
          </Button>
          <Button
            size="sm"
            variant="default"
            aria-label={t.settings.forgetNamed(server.hubName)}
            onClick={() => setAsking('forget')}
          >
            {t.settings.forget}
          </Button>
        </span>
      )}
      {asking === 'move' && <Move open={open} onClose={() => setAsking(null)} />}
      {asking === 'forget' && <Forget open={open} onClose={() => setAsking(null)} />}
    </li>
  );
}

function Move({ open: { server, store }, onClose }: { open: OpenServer; onClose: () => void }) {
  const t = useTexts();
  const desktop = useDesktop();
  const [address, setAddress] = useState(shownAddress(server.url));
  const [code, setCode] = useState<ErrorCode | null>(null);
  const [isBusy, setBusy] = useState(false);
  const move = async () => {
    setBusy(true);
    try {
      await desktop.call('servers.move', { serverId: server.serverId, address: address.trim() });
      store.connectNow();
      onClose();
    } catch (error) {
      setCode(codeOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t.settings.moveTitle(server.hubName)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void move();
        }}
      >
        <p className={classes.asking}>{t.settings.moveText}</p>
        {code && <ErrorNotice code={code} />}
        <TextInput
          mt="md"
          data-autofocus
          label={t.settings.moveAddress}
          value={address}
          maxLength={300}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <div className={classes.answers}>
          <Button variant="default" onClick={onClose}>
            {t.settings.cancel}
          </Button>
          <Button type="submit" loading={isBusy} disabled={address.trim() === ''}>
            {t.settings.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Forget({ open: { server, store, outbox }, onClose }: { open: OpenServer; onClose: () => void }) {
  const t = useTexts();
  const desktop = useDesktop();
  const [code, setCode] = useState<ErrorCode | null>(null);
  const [isBusy, setBusy] = useState(false);
  const forget = async () => {
    setBusy(true);
    try {
      // Local data first: a server that is still listed can be forgotten again, data without a server could not.
      await store.erase();
      await desktop.call('servers.forget', { serverId: server.serverId });
      onClose();
    } catch (error) {
      setCode(codeOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t.settings.forgetTitle(server.hubName)}>
      <p className={classes.asking}>{t.settings.forgetText}</p>
      {outbox.length > 0 && <Notice tone="warn">{t.settings.forgetUnsent(outbox.length)}</Notice>}
      {code && <ErrorNotice code={code} />}
      <div className={classes.answers}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t.settings.cancel}
        </Button>
        <Button color="red" loading={isBusy} onClick={() => void forget()}>
          {t.settings.forgetYes}
        </Button>
      </div>
    </Modal>
  );
}
