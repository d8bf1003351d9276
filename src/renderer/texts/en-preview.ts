/** Words of showing a file inside the window, in English; see ru-preview.ts, whose shape this keeps. */
import type { Widen } from '../../ui/texts.ts';
import type { ruPreview } from './ru-preview.ts';

const ENCODINGS: Readonly<Record<string, string>> = {
  'windows-1251': 'Windows-1251',
  'koi8-r': 'KOI8-R',
  ibm866: 'CP866 (DOS)',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
};

export const enPreview: Widen<typeof ruPreview> = {
  preview: {
    title: (name) => `Preview: ${name}`,
    place: (n, total) => `${n} of ${total}`,
    previous: 'Previous file',
    next: 'Next file',
    zoomIn: 'Larger',
    zoomOut: 'Smaller',
    openOutside: 'Open with another program',
    showInFolder: 'Show in folder',
    close: 'Close the preview',
    again: 'Try again',
    waitLonger: 'Wait longer',
    opening: 'Opening',
    frame: { name: 'Name', size: 'Size, bytes', page: 'Page', picture: 'Picture' },
    notes: {
      simplified: 'Shown simplified: text, tables and pictures without their exact layout.',
      macros: 'The document has macros. They do not run here.',
      encoding: (name) => `Encoding: ${ENCODINGS[name] ?? name}.`,
      textCut: (shown) => `The beginning of the file is shown: ${shown}.`,
      entriesCut: (shown, total) => `The first ${shown} of ${total} are shown.`,
      pagesCut: (shown, total) => `The first pages are shown: ${shown} of ${total}.`,
      sheetsCut: (rowCount, columns, sheets) =>
        `Not everything is shown: at most ${rowCount} rows and ${columns} columns of a sheet, at most ${sheets} sheets.`,
    },
    troubles: {
      broken: 'The file is damaged, or it is not what its name says.',
      'too-large': 'The file is too large to be shown here.',
      locked: 'The file is behind a password. It cannot be opened here.',
      slow: 'The file took longer than three seconds, and its preview was stopped. The file itself is unharmed.',
      'no-text': 'There is no text inside.',
      gone: 'The file could not be read from the disk.',
    },
    none: 'Files of this kind are not shown here.',
    noPlayer: 'This cannot be played here.',
    convertible:
      'Files of this kind are not shown here by themselves. LibreOffice, which is on this computer, can show them.',
    convert: 'Show through LibreOffice',
    converting: 'LibreOffice is preparing the pages. That may take up to a minute.',
    notConverted: 'LibreOffice could not do this file.',
    convertedNote: 'The pages were prepared by LibreOffice.',
  },
};
