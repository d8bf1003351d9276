/**
 * Files out of what was dropped or chosen, folders opened: a file of a folder carries its path in its name, since a hub knows no
 * folders. Promises: at most {@link CHOSEN_MAX} are looked at, what the system puts beside them is left out, what cannot be read is
 * named and keeps nothing else from being taken. Hides: entries.
 */
/** Files looked at in one drop or folder; a handing in takes fewer. */
export const CHOSEN_MAX = 500;
const JUNK = /^(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|~\$.*)$/i;
const SEPARATOR = ' – ';

const named = (file: File, path: readonly string[]): File => {
  if (path.length === 0) return file;
  const { type, lastModified } = file;
  return new File([file], [...path, file.name].join(SEPARATOR), { type, lastModified });
};
const isWanted = ({ name }: { name: string }) => !JUNK.test(name);

/** From a folder that was chosen: the folder's own name is not part of the work. */
export const fromFolder = (files: readonly File[]): File[] =>
  files
    .slice(0, CHOSEN_MAX)
    .filter(isWanted)
    .map((file) => named(file, file.webkitRelativePath.split('/').slice(1, -1)));

export interface Dropped {
  files: File[];
  /** Names of files, and of folders in what was dropped, that could not be read. */
  unread: string[];
}

/** From a drop; must be called in the event itself, where the browser still tells what it was. */
export async function fromDrop(data: DataTransfer): Promise<Dropped> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...data.files];
  if (!entries.some((entry) => entry?.isDirectory)) return { files: plain.filter(isWanted), unread: [] };
  const found: Dropped = { files: [], unread: [] };
  // The name of the one folder that was dropped says nothing; of several, it tells them apart.
  const isOnlyOne = entries.length === 1;
  for (const entry of entries) if (entry) await walk(entry, isOnlyOne ? null : [], found);
  return found;
}

/** @param path folders around it; null for a folder whose own name is left out */
async function walk(entry: FileSystemEntry, path: readonly string[] | null, found: Dropped): Promise<void> {
  if (found.files.length + found.unread.length >= CHOSEN_MAX) return;
  // Not even read: an editor that has a document open keeps its own file beside it from everybody.
  if (entry.isFile && !isWanted(entry)) return;
  try {
    await read(entry, path, found);
  } catch {
    found.unread.push([...(path ?? []), entry.name].join(SEPARATOR));
  }
}

async function read(entry: FileSystemEntry, path: readonly string[] | null, found: Dropped): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.files.push(named(file, path ?? []));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside = path === null ? [] : [...path, entry.name];
  for (;;) {
    // A browser tells a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, inside, found);
  }
}
