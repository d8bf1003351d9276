/**
 * A small picture of a file, kept by main under the file's hash. Promises: a picture that is not there yet is drawn once, in the same
 * sandboxed frame as previews, one file at a time and only for files in sight; until then, and where none can be drawn, what
 * stands between the tags is shown.
 */
import { useEffect, useState, type ReactNode } from 'react';
import type { FileRef } from '../../core/wire.ts';
import { thumbnailUrl } from '../../preload/contract/channels.ts';
import type { PreviewKind } from './kinds.ts';

/** Kinds of which there is a picture. */
export const THUMBNAIL_KINDS: ReadonlySet<PreviewKind> = new Set(['picture', 'heic', 'pdf']);

export interface ThumbnailProps {
  /** Here, and of a kind that has one; null for none. */
  file: Pick<FileRef, 'sha256' | 'name' | 'mediaType' | 'sizeBytes'> | null;
  className: string;
  children: ReactNode;
}

export function Thumbnail({ file, className, children }: ThumbnailProps) {
  const [known, setKnown] = useState<{ of: string; is: 'drawing' | 'there' | 'none'; turn: number } | null>(null);
  const state = known?.of === file?.sha256 ? known : null;
  const isDrawing = state?.is === 'drawing';
  useEffect(() => {
    if (!file || !isDrawing) return undefined;
    let isGone = false;
    const sha256 = file.sha256;
    import('./draw-thumbnail.ts')
      .then(({ drawThumbnail }) => drawThumbnail(file))
      .then(
        (isDrawn) => void (isGone || setKnown({ of: sha256, is: isDrawn ? 'there' : 'none', turn: 1 })),
        () => void (isGone || setKnown({ of: sha256, is: 'none', turn: 1 })),
      );
    return () => {
      isGone = true;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- a file is its hash; its object is new with every view.
  }, [file?.sha256, isDrawing]);
  if (!file || state?.is === 'none') return children;
  const url = thumbnailUrl(file.sha256);
  return (
    <>
      {isDrawing && <span aria-busy>{children}</span>}
      {!isDrawing && (
        <img
          // Asked again after it was drawn.
          key={state?.turn ?? 0}
          className={className}
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setKnown({ of: file.sha256, is: state ? 'none' : 'drawing', turn: 0 })}
        />
      )}
    </>
  );
}
