/**
 * Places that take dropped files. Promises: a place shows that it would take them only while files hang over it, the innermost one
 * takes them, and a file that is dropped beside all of them goes nowhere and opens nothing. A folder is refused in words where only
 * files are taken.
 */
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState, type DragEvent } from 'react';
import { useTexts } from '../texts/texts.ts';

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

const hasFolder = (transfer: DataTransfer) =>
  [...transfer.items].some((item) => item.webkitGetAsEntry()?.isDirectory === true);

export interface FileDropOptions {
  /** The place takes nothing now. */
  isOff?: boolean;
  takesFolders?: boolean;
}

export function useFileDrop(
  take: (files: File[]) => void,
  { isOff = false, takesFolders = false }: FileDropOptions = {},
): FileDrop {
  const t = useTexts();
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
        if (!takesFolders && hasFolder(event.dataTransfer)) {
          notifications.show({ title: t.drop.noFolders, message: t.drop.noFoldersMore, color: 'red' });
          return;
        }
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
