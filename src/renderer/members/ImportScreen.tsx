/** The roster import as a place of its own, beside the class list. */
import { useLocation } from 'wouter';
import type { LogId } from '../../core/ids.ts';
import { Screen } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { RosterImport } from './RosterImport.tsx';

export function ImportScreen({ logId }: { logId: LogId }) {
  const t = useTexts();
  const [, go] = useLocation();
  return (
    <Screen title={t.roster.title} width="narrow">
      <RosterImport logId={logId} onDone={() => go(routes.classTab(logId, 'members'))} />
    </Screen>
  );
}
