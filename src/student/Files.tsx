/** Files on their way up, and the buttons that choose them. */
import { useState, type ReactNode } from 'react';
import type { FileId } from '../core/ids.ts';
import { formatSize } from '../ui/format.ts';
import { useLanguage } from '../ui/language.tsx';
import { ErrorWords } from './ErrorNote.tsx';
import { fromFolder } from './chosen-files.ts';
import { Icon } from './icons.tsx';
import { useMedia, useUploads } from './room.tsx';
import { useWorkTexts } from './texts/work-texts.tsx';
import type { UploadView } from './upload.ts';

/** Files with the hub's word on each: links where they are stored, progress where they are not. */
export function FilesInFlight({ files, onRemove }: { files: readonly FileId[]; onRemove?: (fileId: FileId) => void }) {
  const uploads = useUploads();
  const rows = files.map((fileId) => uploads.view(fileId)).filter((row) => row !== null);
  if (rows.length === 0) return null;
  return (
    <ul className="files">
      {rows.map((row) => (
        <li key={row.fileId}>
          <UploadRow row={row} {...(onRemove ? { onRemove: () => onRemove(row.fileId) } : {})} />
        </li>
      ))}
    </ul>
  );
}

function UploadRow({ row, onRemove }: { row: UploadView; onRemove?: () => void }) {
  const t = useWorkTexts();
  const language = useLanguage();
  const uploads = useUploads();
  const [isOther, setIsOther] = useState(false);
  const { fileId, name, sizeBytes, state, sentBytes, code } = row;
  const percent = sizeBytes > 0 ? Math.floor((sentBytes / sizeBytes) * 100) : 0;
  const word = state === 'sending' ? t.handIn.fileState.sending(percent) : t.handIn.fileState[state];
  const isMoving = state === 'queued' || state === 'sending' || state === 'cut';
  return (
    <div className={`file upload ${state}`}>
      <Icon name={state === 'stored' ? 'check' : state === 'failed' || state === 'lost' ? 'alert' : 'up'} />
      <span className="file-words">
        <span className="file-name">{name}</span>
        <span className="dim">
          {formatSize(language, sizeBytes)} · {word}
        </span>
      </span>
      {onRemove && (
        <button type="button" className="plain small" aria-label={t.handIn.remove(name)} onClick={onRemove}>
          <Icon name="close" />
        </button>
      )}
      {isMoving && (
        <progress
          className="grow"
          max={Math.max(1, sizeBytes)}
          value={sentBytes}
          aria-label={t.handIn.progress(name)}
        />
      )}
      {state === 'failed' && code && (
        <p className="grow bad-text">
          <ErrorWords code={code} />{' '}
          <button type="button" onClick={() => uploads.retry(fileId)}>
            {t.handIn.retryFile}
          </button>
        </p>
      )}
      {state === 'lost' && (
        <div className="grow">
          <p className="bad-text">{isOther ? t.handIn.other(name) : t.handIn.lost}</p>
          <FileButton
            label={t.handIn.lostChoose(name)}
            picture={<Icon name="back" />}
            onFiles={([file]) => setIsOther(file !== undefined && !uploads.again(fileId, file))}
          />
        </div>
      )}
    </div>
  );
}

/** A button that opens the system's file chooser; the same file may be chosen twice in a row. */
export function FileButton({
  label,
  picture,
  onFiles,
  isMultiple = false,
  from,
  isQuiet = false,
}: {
  label: string;
  picture: ReactNode;
  onFiles: (files: File[]) => void;
  isMultiple?: boolean;
  /** A phone's own camera or recorder instead of what is kept on it. */
  from?: 'camera' | 'microphone' | 'folder';
  /** The picture only; the label is for readers and the pointer's rest. */
  isQuiet?: boolean;
}) {
  return (
    <label className={isQuiet ? 'button plain' : 'button'} title={isQuiet ? label : undefined}>
      {picture}
      <span className={isQuiet ? 'unseen' : undefined}>{label}</span>
      <input
        type="file"
        className="unseen"
        multiple={isMultiple}
        {...(from === 'camera' ? { accept: 'image/*', capture: 'environment' as const } : {})}
        {...(from === 'folder' ? { webkitdirectory: '' } : {})}
        {...(from === 'microphone' ? { accept: 'audio/*', capture: 'user' as const } : {})}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </label>
  );
}

/** Files; on a phone or tablet the camera too, elsewhere a whole folder. */
export function ChooseFiles({ onFiles }: { onFiles: (files: File[]) => void }) {
  const t = useWorkTexts();
  const hasCamera = useMedia('(pointer: coarse)');
  return (
    <>
      <FileButton label={t.handIn.choose} picture={<Icon name="file" />} onFiles={onFiles} isMultiple />
      {!hasCamera && (
        <FileButton
          label={t.handIn.folder}
          picture={<Icon name="file" />}
          onFiles={(files) => onFiles(fromFolder(files))}
          from="folder"
        />
      )}
      {hasCamera && (
        <FileButton label={t.handIn.camera} picture={<Icon name="camera" />} onFiles={onFiles} from="camera" />
      )}
    </>
  );
}
