/**
 * The search in one chat, beside its messages: they stay in sight while one goes from found to found. Where there is no room for both,
 * it takes that of the list of chats. `Esc` closes it.
 */
import { ActionIcon, CloseButton, Tooltip } from '@mantine/core';
import { IconWorldSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ChannelId } from '../../../core/ids.ts';
import { useOpenClass } from '../../frame/classes.tsx';
import { routes } from '../../routes.ts';
import { useTexts } from '../../texts/texts.ts';
import { NOT_SEARCHING, SearchBody, type Searching } from './SearchBody.tsx';
import { NOTHING_ASKED } from './searching.ts';
import classes from './SearchPanel.module.css';

export interface SearchPanelProps {
  channelId: ChannelId;
  onGoTo: (seq: number) => void;
  onClose: () => void;
}

export function SearchPanel({ channelId, onGoTo, onClose }: SearchPanelProps) {
  const t = useTexts();
  const [, go] = useLocation();
  const log = useOpenClass();
  const { logId } = log;
  const logs = useMemo(() => [log], [log]);
  const [searching, setSearching] = useState<Searching>(() => ({
    ...NOT_SEARCHING,
    asked: { ...NOTHING_ASKED, place: { logId, channelId } },
  }));
  return (
    <aside className={classes.panel} data-search-beside aria-label={t.search.inChat}>
      <SearchBody
        isInChat
        searching={searching}
        onChange={(change) => setSearching((old) => ({ ...old, ...change }))}
        logs={logs}
        onOpen={(found) => onGoTo(found.seq)}
        onEscape={onClose}
        aside={
          <>
            <Tooltip label={t.search.everywhere}>
              <ActionIcon
                aria-label={t.search.everywhere}
                onClick={() => go(routes.search(searching.asked.text.trim()))}
              >
                <IconWorldSearch size={18} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
            <CloseButton size={32} aria-label={t.search.close} title={`${t.search.close} (Esc)`} onClick={onClose} />
          </>
        }
      />
    </aside>
  );
}
