/** One more server, joined from inside the app. */
import { useLocation } from 'wouter';
import { Screen } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { ConnectForm } from './ConnectForm.tsx';

export function Connect() {
  const t = useTexts();
  const [, go] = useLocation();
  return (
    <Screen title={t.firstRun.connect} lead={t.firstRun.connectLead} width="narrow">
      <ConnectForm onJoined={() => go(routes.today())} />
    </Screen>
  );
}
