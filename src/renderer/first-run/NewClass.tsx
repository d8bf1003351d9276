/** «Новый класс»: its name, and on which server where there are several; also the first class, named before the hub stood. */
import { Button, Radio, Stack, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { NAME_MAX } from '../../core/limits.ts';
import { cleanName } from '../../core/names.ts';
import { useClasses } from '../frame/classes.tsx';
import { useFailure } from '../frame/failure.ts';
import { Screen } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { createClass } from './create-class.ts';
import type { FirstClass } from './FirstRun.tsx';
import classes from './FirstRun.module.css';

export function NewClass() {
  const t = useTexts();
  const [, go] = useLocation();
  const { servers } = useClasses();
  const failed = useFailure();
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const able = servers.filter((one) => one.me?.hubRole === 'teacher');
  const target =
    able.find((one) => one.server.serverId === chosen) ?? able.find((one) => one.server.kind === 'embedded') ?? able[0];
  const name = cleanName(title);
  const create = (event: FormEvent) => {
    event.preventDefault();
    if (!target?.me || name === '') return;
    createClass(target.store, name, target.me.name).then((logId) => go(routes.welcome(logId)), failed);
  };
  return (
    <Screen title={t.frame.newClass} lead={t.newClass.lead} width="narrow">
      <form className={classes.form} onSubmit={create}>
        <TextInput
          label={t.newClass.name}
          description={t.newClass.nameMore}
          placeholder={t.newClass.nameExample}
          required
          withAsterisk={false}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one field of a screen that was asked for.
          autoFocus
          autoComplete="off"
          maxLength={NAME_MAX}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        {able.length > 1 && (
          <Radio.Group
            label={t.newClass.where}
            value={target?.server.serverId ?? ''}
            onChange={(serverId) => setChosen(serverId)}
          >
            <Stack gap="xs" mt="xs">
              {able.map(({ server }) => (
                <Radio
                  key={server.serverId}
                  value={server.serverId}
                  label={server.kind === 'embedded' ? t.newClass.here(server.hubName) : server.hubName}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <div className={classes.buttons}>
          <Button type="submit" size="md" disabled={name === '' || !target}>
            {t.newClass.create}
          </Button>
        </div>
      </form>
    </Screen>
  );
}

/** Once the hub of this computer is open: makes the class that first run asked for, and goes on to its list. */
export function useFirstClass(first: FirstClass | null, onMade: () => void) {
  const { servers } = useClasses();
  const [, go] = useLocation();
  const store = servers.find((one) => one.server.kind === 'embedded')?.store;
  const isMade = useRef(false);
  useEffect(() => {
    if (!first || !store || isMade.current) return;
    isMade.current = true;
    createClass(store, first.title, first.teacherName).then(
      (logId) => {
        onMade();
        go(routes.welcome(logId));
      },
      () => {
        isMade.current = false;
      },
    );
  }, [first, store, onMade, go]);
}
