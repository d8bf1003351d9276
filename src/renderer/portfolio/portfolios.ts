/** Portfolios as main tells of them, for whoever shows them; and asking for one to open. */
import { useCallback, useEffect, useState } from 'react';
import type { Portfolios } from '../../preload/contract.ts';
import { useDesktop } from '../desktop.tsx';
import { useFailure } from '../frame/failure.ts';

/** null for the moment before main has answered. */
export function usePortfolios(): Portfolios | null {
  const { call, onPortfolios } = useDesktop();
  const [portfolios, setPortfolios] = useState<Portfolios | null>(null);
  useEffect(() => {
    let hasHeard = false;
    call('portfolio.read', {}).then(
      (first) => void (hasHeard || setPortfolios(first)),
      () => undefined,
    );
    return onPortfolios((news) => {
      hasHeard = true;
      setPortfolios(news);
    });
  }, [call, onPortfolios]);
  return portfolios;
}

/** Asks for a file; what comes of it shows itself ({@link PortfolioIn}). */
export function useChoosePortfolio(): () => Promise<void> {
  const { call } = useDesktop();
  const failed = useFailure();
  return useCallback(() => call('portfolio.choose', {}).then(() => undefined, failed), [call, failed]);
}
