/** Makes the hub of this computer: who teaches, and the first class's name. The class itself follows as soon as the hub stands. */
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import { NAME_MAX } from '../../core/limits.ts';
import { cleanName } from '../../core/names.ts';
import { useDesktop } from '../desktop.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import type { FirstClass } from './FirstRun.tsx';
import classes from './FirstRun.module.css';

export function CreateForm({ onFirstClass }: { onFirstClass: (first: FirstClass) => void }) {
  const t = useTexts();
  const { call } = useDesktop();
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const teacherName = cleanName(name);
  const classTitle = cleanName(title);
  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (teacherName === '' || classTitle === '') return;
    setBusy(true);
    setFailure(null);
    onFirstClass({ title: classTitle, teacherName });
    try {
      // What stands over the pupils' door before anybody is let in: the computer's name, never a class's or a person's.
      const { deviceName } = await call('app.facts', {});
      await call('servers.create', { hubName: cleanName(deviceName) || t.app.name, teacherName });
    } catch (error) {
      setFailure(codeOf(error));
      setBusy(false);
    }
  };
  return (
    <form className={classes.form} onSubmit={(event) => void create(event)}>
      <TextInput
        label={t.firstRun.teacherName}
        description={t.firstRun.teacherNameMore}
        placeholder={t.firstRun.teacherNameExample}
        required
        withAsterisk={false}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the form was asked for by the press before.
        autoFocus
        autoComplete="off"
        maxLength={NAME_MAX}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t.newClass.name}
        description={t.newClass.nameMore}
        placeholder={t.newClass.nameExample}
        required
        withAsterisk={false}
        autoComplete="off"
        maxLength={NAME_MAX}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      {failure && <ErrorNotice code={failure} />}
      <div className={classes.buttons}>
        <Button type="submit" size="md" loading={isBusy} disabled={teacherName === '' || classTitle === ''}>
          {t.firstRun.createButton}
        </Button>
      </div>
    </form>
  );
}
