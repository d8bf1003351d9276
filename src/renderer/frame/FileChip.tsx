/**
 * A file as it stands in a message, an assignment or a list: kind or small picture, name, size, and how far it is. One press opens it:
 * over the window what can be shown, anything else with the system's program. Before it is here it shows its progress and never a broken picture.
 */
import { CloseButton, Progress, VisuallyHidden } from '@mantine/core';
import {
  IconFile,
  IconFileTypeDocx,
  IconFileTypePdf,
  IconFileTypeXls,
  IconFileZip,
  IconMovie,
  IconMusic,
  IconPhoto,
  IconTxt,
} from '@tabler/icons-react';
import { useState } from 'react';
import { codeOf } from '../../core/errors.ts';
import type { FileId, Sha256 } from '../../core/ids.ts';
import type { FileRef } from '../../core/wire.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { hasHash, useDesktop, useIsHere, useTransfers } from '../desktop.tsx';
import { previewKindOf } from '../preview/kinds.ts';
import { LazyPreviewDialog } from '../preview/lazy.tsx';
import { Thumbnail, THUMBNAIL_KINDS } from '../preview/Thumbnail.tsx';
import { useTexts } from '../texts/texts.ts';
import { useClassAround } from './classes.tsx';
import { useFailure } from './failure.ts';
import classes from './FileChip.module.css';

export interface ShownFile {
  fileId: FileId;
  name: string;
  sizeBytes: number;
  mediaType: string;
  /** Absent while the file is only chosen. */
  sha256?: Sha256;
}

const KINDS: readonly [RegExp, typeof IconFile][] = [
  [/\.pdf$/i, IconFileTypePdf],
  [/\.(docx?|odt|rtf)$/i, IconFileTypeDocx],
  [/\.(xlsx?|ods|csv)$/i, IconFileTypeXls],
  [/\.(png|jpe?g|gif|webp|heic|bmp)$/i, IconPhoto],
  [/\.(txt|md|py|c|cpp|java|js|pas)$/i, IconTxt],
  [/\.(zip|rar|7z)$/i, IconFileZip],
  [/\.(mp3|ogg|oga|opus|wav|m4a|flac|weba)$/i, IconMusic],
  [/\.(mp4|webm|mov|avi)$/i, IconMovie],
];
const iconOf = (name: string) => KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? IconFile;

const NO_FILE = '' as Sha256;

export interface FileChipProps {
  file: ShownFile;
  onRemove?: (() => void) | undefined;
  /** Files among which this one stands: when it is shown, arrows lead to them. */
  beside?: readonly FileRef[];
}

export function FileChip({ file, onRemove, beside }: FileChipProps) {
  const t = useTexts();
  const language = useLanguage();
  const { call } = useDesktop();
  const failed = useFailure();
  const openClass = useClassAround();
  /** Which file is shown over the window; null for none. */
  const [shownAt, setShownAt] = useState<number | null>(null);
  const listed = useTransfers().find((one) => one.fileId === file.fileId);
  const transfer = listed?.state === 'done' ? undefined : listed;
  // Of a file that was chosen just now the queue knows the hash first.
  const sha256 = file.sha256 !== undefined && hasHash({ sha256: file.sha256 }) ? file.sha256 : listed?.sha256;
  const known = sha256 ?? NO_FILE;
  const isHere = useIsHere(known);
  const Icon = iconOf(file.name);
  const kind = previewKindOf(file);
  const canShow = isHere === true && kind !== 'none';
  const hasThumbnail = isHere === true && THUMBNAIL_KINDS.has(kind);
  const shown = beside ?? [{ ...file, sha256: known }];

  // Freed, or not kept for want of room: it comes when somebody wants it.
  const canFetch = isHere === false && known !== NO_FILE && openClass !== null && transfer?.direction !== 'up';
  const open = () => {
    if (canFetch) {
      const files = [{ ...file, sha256: known }];
      return void call('transfers.download', { serverId: openClass.server.serverId, files, isWanted: true }).catch(
        failed,
      );
    }
    const at = shown.findIndex((one) => one.fileId === file.fileId);
    const show = () => setShownAt(Math.max(0, at));
    if (canShow) return show();
    // What is not started from here can be shown in its folder, and the stage says so.
    call('library.open', { sha256: known, name: file.name }).catch((error: unknown) =>
      codeOf(error) === 'not-allowed' ? show() : failed(error),
    );
    return undefined;
  };
  const state = transfer
    ? transfer.state === 'failed'
      ? t.files.failed
      : transfer.state === 'running'
        ? t.files.onTheWay[transfer.direction]
        : t.transfers.states[transfer.state]
    : isHere === false
      ? t.files.notHere
      : null;
  const about = [formatSize(language, file.sizeBytes), state].filter(Boolean).join(' · ');

  return (
    <div className={classes.chip} data-picture={hasThumbnail}>
      <button type="button" className={classes.open} onClick={open} disabled={isHere !== true && !canFetch}>
        <Thumbnail file={hasThumbnail ? { ...file, sha256: known } : null} className={classes.thumb ?? ''}>
          <Icon size={22} stroke={1.5} className={classes.icon} aria-hidden />
        </Thumbnail>
        <span className={classes.body}>
          <span className={classes.name}>
            {isHere === true && <VisuallyHidden>{t.files.open} </VisuallyHidden>}
            {canFetch && <VisuallyHidden>{t.files.fetch} </VisuallyHidden>}
            {file.name}
          </span>
          <span className={classes.about}>{about}</span>
        </span>
      </button>
      {onRemove && (
        <CloseButton
          size={32}
          aria-label={t.files.remove(file.name)}
          title={t.files.remove(file.name)}
          onClick={onRemove}
        />
      )}
      {transfer && transfer.sizeBytes > 0 && (
        <Progress
          className={classes.progress ?? ''}
          value={(transfer.doneBytes / transfer.sizeBytes) * 100}
          size={3}
          radius={0}
          aria-label={t.transfers.progress(file.name)}
        />
      )}
      {shownAt !== null && (
        <LazyPreviewDialog files={shown} at={shownAt} onMove={setShownAt} onClose={() => setShownAt(null)} />
      )}
    </div>
  );
}
