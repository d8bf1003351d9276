/** Класс → Файлы: everything ever handed out or in, newest first; a letter or two of a name finds it. */
import { TextInput } from '@mantine/core';
import { IconFiles, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { LogId } from '../../core/ids.ts';
import { useFiles } from '../../ui/store.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { FileChip } from '../frame/FileChip.tsx';
import { Screen } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './ClassFiles.module.css';

/** Rows drawn at once; the search finds the rest. */
const SHOWN_MAX = 300;

export function ClassFiles({ logId }: { logId: LogId }) {
  const t = useTexts();
  const files = useFiles(logId);
  const [typed, setTyped] = useState('');
  if (!files) return null;
  const wanted = typed.trim().toLowerCase();
  const found = files.filter((file) => file.name.toLowerCase().includes(wanted));
  const shown = found.slice(0, SHOWN_MAX);
  if (files.length === 0)
    return (
      <EmptyState icon={IconFiles} title={t.files.none}>
        {t.files.noneMore}
      </EmptyState>
    );
  return (
    <Screen
      title={t.class.tabs.files}
      lead={t.files.count(found.length)}
      actions={
        <TextInput
          aria-label={t.files.find}
          placeholder={t.files.find}
          leftSection={<IconSearch size={18} stroke={1.7} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      }
    >
      <ul className={classes.list}>
        {shown.map((file) => (
          <li key={file.fileId}>
            <FileChip file={file} beside={shown} />
          </li>
        ))}
      </ul>
    </Screen>
  );
}
