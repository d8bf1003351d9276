/** Photos over the whole page, one at a time: arrows turn, a press enlarges, Esc closes. Comes when the first one is opened. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { FileRef } from '../../core/wire.ts';
import { Icon } from '../icons.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { addressOf } from './Attachments.tsx';
import { ChatPicture } from './pictures.tsx';

export function Viewer({ photos, first, onClose }: { photos: readonly FileRef[]; first: number; onClose: () => void }) {
  const t = useChatTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(first);
  const [isLarge, setIsLarge] = useState(false);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const photo = photos[at];
  if (!photo) return null;
  const turn = (by: number) => {
    setIsLarge(false);
    setAt((at + by + photos.length) % photos.length);
  };
  const press = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') turn(-1);
    if (key === 'ArrowRight') turn(1);
  };
  return (
    <dialog ref={dialog} className="viewer" aria-label={photo.name} onCancel={onClose} onKeyDown={press}>
      <header>
        <span className="one-line">{photo.name}</span>
        {photos.length > 1 && <span aria-live="polite">{t.files.place(at + 1, photos.length)}</span>}
        <a className="button plain" href={addressOf(photo)} download={photo.name} title={t.files.download}>
          <Icon name="download" />
          <span className="unseen">{t.files.download}</span>
        </a>
        <button type="button" className="plain" aria-label={t.files.close} title={t.files.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <button
        type="button"
        className={isLarge ? 'photo large' : 'photo'}
        aria-label={isLarge ? t.files.zoomOut : t.files.zoomIn}
        onClick={() => setIsLarge(!isLarge)}
      >
        <img src={addressOf(photo)} alt={photo.name} />
      </button>
      {photos.length > 1 && (
        <footer>
          <button type="button" className="plain" aria-label={t.files.previous} onClick={() => turn(-1)}>
            <ChatPicture name="left" />
          </button>
          <button type="button" className="plain" aria-label={t.files.next} onClick={() => turn(1)}>
            <ChatPicture name="right" />
          </button>
        </footer>
      )}
    </dialog>
  );
}
