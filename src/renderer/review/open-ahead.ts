/** The next works, opened before they are asked for. */
import { useEffect, useEffectEvent } from 'react';
import type { Work } from '../../core/works.ts';
import { kindOfFile } from './file-kinds.ts';
import type { Presences } from './file-presence.ts';
import { worksAhead } from './marking.ts';
import type { OpenedFiles } from './opened-files.ts';

/** Opens and draws what will probably be looked at next, when the window has nothing better to do. */
export function useOpenAhead(
  works: readonly Work[],
  current: Work | undefined,
  presences: Presences,
  opened: OpenedFiles,
  pageWidth: number,
) {
  const memberId = current?.member.memberId ?? null;
  const begin = useEffectEvent(() => {
    for (const work of worksAhead(works, memberId)) {
      const file = work.attempt?.files.find((f) => kindOfFile(f) !== 'other' && presences(f)?.state === 'here');
      if (!file) continue;
      opened.open(file).then(
        (result) => {
          if (result.kind === 'pdf' && pageWidth > 0)
            result.draw(1, pageWidth * devicePixelRatio, 0).catch(() => undefined);
        },
        () => opened.forget(file),
      );
    }
  });
  useEffect(() => {
    const handle = requestIdleCallback(() => begin(), { timeout: 400 });
    return () => cancelIdleCallback(handle);
  }, [memberId, presences, pageWidth]);
}
