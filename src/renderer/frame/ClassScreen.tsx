/** A class: its tabs and what stands under them. */
import { Route, Switch } from 'wouter';
import { Members } from '../members/Members.tsx';
import { PATTERNS } from '../routes.ts';
import { useOpenClass } from './classes.tsx';

export function ClassScreen() {
  const { logId } = useOpenClass();
  return (
    <Switch>
      <Route path={PATTERNS.classTab}>{({ tab }) => (tab === 'members' ? <Members logId={logId} /> : null)}</Route>
    </Switch>
  );
}
