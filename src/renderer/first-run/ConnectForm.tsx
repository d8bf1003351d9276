/** Joins a server with its address and a one-time code from the teacher's other device. On success the list of servers grows. */
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { useDesktop } from '../desktop.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './FirstRun.module.css';

export function ConnectForm({ onJoined }: { onJoined?: () => void }) {
  const t = useTexts();
  const { call } = useDesktop();
  const [address, setAddress] = useState('');
  const [code, setCode] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const join = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await call('servers.join', { address: address.trim(), code: code.replace(/\D/g, '') });
      onJoined?.();
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={classes.form} onSubmit={(event) => void join(event)}>
      <TextInput
        label={t.firstRun.address}
        description={t.firstRun.addressMore}
        placeholder="192.168.1.5:8010"
        required
        withAsterisk={false}
        data-autofocus
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the form was asked for by the press before.
        autoFocus
        spellCheck={false}
        autoComplete="off"
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <TextInput
        label={t.firstRun.code}
        description={t.firstRun.codeMore}
        placeholder="1234 5678"
        required
        withAsterisk={false}
        inputMode="numeric"
        autoComplete="off"
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {failure &&
        (failure === 'wrong-code' || failure === 'code-expired' ? (
          // The common words for these speak to a pupil at the door of a class.
          <Notice tone="bad" title={t.firstRun.codeWrong} isLive>
            {t.firstRun.codeWrongTodo}
          </Notice>
        ) : (
          <ErrorNotice code={failure} />
        ))}
      <div className={classes.buttons}>
        <Button type="submit" size="md" loading={isBusy}>
          {t.firstRun.join}
        </Button>
      </div>
    </form>
  );
}
