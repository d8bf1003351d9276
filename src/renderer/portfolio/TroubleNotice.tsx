/** Why a portfolio could not be made or taken in, and what to do next. */
import type { ReactNode } from 'react';
import type { PortfolioTrouble } from '../../preload/contract.ts';
import { Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';

export function TroubleNotice({ trouble, actions }: { trouble: PortfolioTrouble; actions?: ReactNode }) {
  const [what, todo] = useTexts().portfolio.troubles[trouble];
  return (
    <Notice tone="bad" title={what} actions={actions} isLive>
      {todo}
    </Notice>
  );
}
