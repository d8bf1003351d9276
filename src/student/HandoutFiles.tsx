/** Files of a hand-out: they come by themselves, and are saved from here once they have. */
import { useSyncExternalStore } from 'react';
import type { FileRef } from '../core/wire.ts';
import { formatSize } from '../ui/format.ts';
import { useLanguage } from '../ui/language.tsx';
import { FileLinks } from './FileLinks.tsx';
import { Icon } from './icons.tsx';
import { useRoom } from './room.tsx';
import { useWorkTexts, WorkTextsProvider } from './texts/work-texts.tsx';

const NEVER = () => () => undefined;
const ZERO = () => 0;

export const HandoutFiles = (props: { files: readonly FileRef[] }) => (
  <WorkTextsProvider>
    <Files {...props} />
  </WorkTextsProvider>
);

function Files({ files }: { files: readonly FileRef[] }) {
  const t = useWorkTexts();
  const language = useLanguage();
  const handedOut = useRoom().handedOut();
  useSyncExternalStore(handedOut?.watch ?? NEVER, handedOut?.version ?? ZERO);
  if (files.length === 0) return null;
  const plain = files.filter(({ fileId }) => !handedOut?.find(fileId));
  return (
    <>
      <ul className="files" aria-label={t.lesson.handedOut}>
        {files.map(({ fileId, name, sizeBytes }) => {
          const got = handedOut?.find(fileId);
          if (!got) return null;
          const size = formatSize(language, sizeBytes);
          const words = (text: string) => (
            <span className="file-words">
              <span className="file-name">{name}</span>
              <span className="dim">{text}</span>
            </span>
          );
          return (
            <li key={fileId}>
              {got.state === 'here' ? (
                <a className="file" href={got.url} download={name}>
                  <Icon name="download" />
                  <span className="unseen">{t.lesson.save}</span>
                  {words(`${size} · ${t.lesson.isHere}`)}
                </a>
              ) : (
                <div className="file">
                  <Icon name="down" />
                  {words(t.lesson.coming(formatSize(language, got.doneBytes), size))}
                  <progress
                    className="grow"
                    max={Math.max(1, sizeBytes)}
                    value={got.doneBytes}
                    aria-label={t.lesson.comes(name)}
                  />
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <FileLinks files={plain} />
    </>
  );
}
