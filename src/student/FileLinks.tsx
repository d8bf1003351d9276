/** Files that the hub has, to download. */
import type { FileRef } from '../core/wire.ts';
import { formatSize } from '../ui/format.ts';
import { useLanguage } from '../ui/language.tsx';
import { Icon } from './icons.tsx';
import { useTexts } from './texts/texts.ts';

/** Stored files, as plain links: the browser downloads them by the cookie of this sign-in. */
export function FileLinks({ files, label }: { files: readonly FileRef[]; label?: string }) {
  const t = useTexts();
  const language = useLanguage();
  if (files.length === 0) return null;
  return (
    <ul className="files" aria-label={label}>
      {files.map(({ fileId, name, sizeBytes }) => {
        const size = formatSize(language, sizeBytes);
        return (
          <li key={fileId}>
            <a className="file" href={`/api/files/${fileId}`} download={name}>
              <Icon name="download" />
              <span className="unseen">{t.file.download}</span>
              <span className="file-words">
                <span className="file-name">{name}</span>
                <span className="dim">{size}</span>
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
