/** A question before what cannot be undone, naming what will be lost. Closes with Esc; focus returns where it was. */
import { useEffect, useRef, type ReactNode } from 'react';

export function Ask({
  heading,
  yes,
  no,
  onYes,
  onNo,
  children,
}: {
  heading: string;
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="ask" aria-labelledby="ask-heading" onCancel={onNo}>
      <h2 id="ask-heading">{heading}</h2>
      {children}
      <div className="row end">
        <button type="button" onClick={onNo}>
          {no}
        </button>
        <button type="button" className="danger" onClick={onYes}>
          {yes}
        </button>
      </div>
    </dialog>
  );
}
