/** `Ctrl+Shift+F`: the search in every class and one-to-one chat of every server. Coming back to it finds it as it was left. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Found } from '../../../client/class-store.ts';
import { useClasses } from '../../frame/classes.tsx';
import { Screen } from '../../frame/Screen.tsx';
import { useShortcuts } from '../../frame/shortcuts.tsx';
import { routes } from '../../routes.ts';
import { useTexts } from '../../texts/texts.ts';
import { NOT_SEARCHING, SearchBody, type Searching } from './SearchBody.tsx';
import { NOTHING_ASKED } from './searching.ts';
import classes from './SearchScreen.module.css';

/** As it was left, until the window is closed; `for`: the words it was opened with. */
let left: { searching: Searching; for: string } = { searching: NOT_SEARCHING, for: '' };

export function SearchScreen({ text }: { text: string }) {
  const t = useTexts();
  const [, go] = useLocation();
  const { classes: all, schools } = useClasses();
  const [searching, setSearching] = useState<Searching>(() =>
    text === '' || text === left.for ? left.searching : { ...NOT_SEARCHING, asked: { ...NOTHING_ASKED, text } },
  );
  const change = (part: Partial<Searching>) => {
    const next = { ...searching, ...part };
    left = { searching: next, for: text };
    setSearching(next);
  };
  useShortcuts(t.search.title, [
    { keys: ['↑', '↓'], text: t.search.keys.move },
    { keys: ['Enter'], text: t.search.keys.open },
  ]);
  const open = ({ logId, channelId, seq }: Found) => {
    const isSchool = schools.some((school) => school.logId === logId);
    go((isSchool ? routes.school : routes.chat)(logId, channelId, seq));
  };
  return (
    <div className={classes.screen}>
      <Screen title={t.search.title} lead={t.search.lead} width="narrow">
        <SearchBody
          isInChat={false}
          searching={searching}
          onChange={change}
          logs={[...all, ...schools]}
          onOpen={open}
        />
      </Screen>
    </div>
  );
}
