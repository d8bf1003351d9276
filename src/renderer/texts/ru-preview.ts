/** Words of showing a file inside the window. The source; see en-preview.ts. */
import { plural } from '../../ui/language.tsx';

const ENCODINGS: Readonly<Record<string, string>> = {
  'windows-1251': 'Windows-1251',
  'koi8-r': 'KOI8-R',
  ibm866: 'CP866 (DOS)',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
};
const rows = (n: number) => `${n} ${plural('ru', n, { one: 'строка', few: 'строки', many: 'строк', other: 'строк' })}`;

export const ruPreview = {
  preview: {
    title: (name: string) => `Просмотр: ${name}`,
    place: (n: number, total: number) => `${n} из ${total}`,
    previous: 'Предыдущий файл',
    next: 'Следующий файл',
    zoomIn: 'Крупнее',
    zoomOut: 'Мельче',
    openOutside: 'Открыть в другой программе',
    showInFolder: 'Показать в папке',
    close: 'Закрыть просмотр',
    again: 'Попробовать ещё раз',
    waitLonger: 'Подождать дольше',
    opening: 'Открывается',
    frame: { name: 'Имя', size: 'Размер, байт', page: 'Страница', picture: 'Изображение' },
    notes: {
      simplified: 'Показано упрощённо: текст, таблицы и рисунки без точного оформления.',
      macros: 'В документе есть макросы. Здесь они не выполняются.',
      encoding: (name: string) => `Кодировка: ${ENCODINGS[name] ?? name}.`,
      textCut: (shown: string) => `Показано начало файла: ${shown}.`,
      entriesCut: (shown: number, total: number) => `Показаны первые ${shown} из ${total}.`,
      pagesCut: (shown: number, total: number) => `Показаны первые страницы: ${shown} из ${total}.`,
      sheetsCut: (rowCount: number, columns: number, sheets: number) =>
        `Показано не всё: на листе не больше чем ${rows(rowCount)} и ${columns} столбцов, листов не больше ${sheets}.`,
    },
    troubles: {
      broken: 'Файл повреждён, или внутри не то, что обещает его имя.',
      'too-large': 'Файл слишком велик, чтобы показать его здесь.',
      locked: 'Файл закрыт паролем. Здесь его не открыть.',
      slow: 'Файл открывался дольше трёх секунд, и просмотр остановлен. Сам файл цел.',
      'no-text': 'Внутри не текст.',
      gone: 'Файл не прочитался с диска.',
    },
    none: 'Такие файлы здесь не показываются.',
    noPlayer: 'Здесь это не проигрывается.',
    convertible: 'Здесь такие файлы сами не показываются. Их может показать LibreOffice, он есть на этом компьютере.',
    convert: 'Показать через LibreOffice',
    converting: 'LibreOffice готовит страницы. Это может занять до минуты.',
    notConverted: 'LibreOffice не справился с этим файлом.',
    convertedNote: 'Страницы подготовил LibreOffice.',
  },
};
