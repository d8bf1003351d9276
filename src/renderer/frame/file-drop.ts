/**
 * Places that take dropped files. Promises: a place shows that it would take them only while files hang over it, the innermost one
 * takes them, and a file that is dropped beside all of them goes nowhere and opens nothing.
 */
import { useEffect, useRef, useState, type DragEvent } from 'react';

const carriesFiles = (transfer: DataTransfer | null) => transfer?.types.includes('Files') === true;

export interface FileDrop {
  /** Files hang over the place. */
  isOver: boolean;
  /** To be spread on the place's element. */
  handlers: {
    onDragOver: (event: DragEvent) => void;
    onDragLeave: (event: DragEvent) => void;
    onDrop: (event: DragEvent) => void;
  };
}

/** @param isOff the place takes nothing now */
export function useFileDrop(take: (files: File[]) => void, isOff = false): FileDrop {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  return {
    isOver: isOver && !isOff,
    handlers: {
      onDragOver(event) {
        if (isOff || !carriesFiles(event.dataTransfer)) return;
        event.preventDefault();
        event.stopPropagation();
        event.dataTransfer.dropEffect = 'copy';
        setOver(true);
      },
      onDragLeave(event) {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      },
      onDrop(event) {
        if (isOff || !carriesFiles(event.dataTransfer)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        const files = [...event.dataTransfer.files];
        if (files.length > 0) latest.current(files);
      },
    },
  };
}

/** Beside every place that takes files the sign says no, and the window does not go to the file. Once, in the frame. */
export function useNoStrayDrops(): void {
  useEffect(() => {
    const refuse = (event: globalThis.DragEvent) => {
      if (event.defaultPrevented || !carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
    };
    window.addEventListener('dragover', refuse);
    window.addEventListener('drop', refuse);
    return () => {
      window.removeEventListener('dragover', refuse);
      window.removeEventListener('drop', refuse);
    };
  }, []);
}
