/**
 * A file of the library, shown in its place. Promises: within three seconds there is either the file or a tile that says why not and
 * what can be done; whatever the file holds, nothing of it runs in the window and the window goes on. Everything is fetched with
 * the first preview. The file must be here (`library.has`).
 *
 * Hides: which kinds there are, the sandboxed frame, its clock, LibreOffice.
 */
import { Button, useComputedColorScheme } from '@mantine/core';
import { IconExternalLink, IconFolderOpen, IconRefresh } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import type { FileRef } from '../../core/wire.ts';
import { convertedUrl, libraryUrl } from '../../preload/contract/channels.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useFailure } from '../frame/failure.ts';
import { useTexts } from '../texts/texts.ts';
import { frameUrl } from './frame-programs.ts';
import type { FrameKey, Note, Reading, Trouble } from './frame-words.ts';
import { isTooLargeToShow, previewKindOf } from './kinds.ts';
import { openFrame, type FrameHeard, type OpenedFrame } from './open-frame.ts';
import classes from './Preview.module.css';
import { PATIENT_MS_MAX, PREVIEW_MS_MAX } from './preview-time.ts';

export interface PreviewProps {
  file: FileRef;
  /** 1 is the size that fits. */
  zoom?: number;
  /**
   * `page`: the document lies among others in a page that scrolls, as high as it is, `widthPx` wide at most. `stage`: it fills its
   * place and scrolls inside.
   */
  fit: 'page' | 'stage';
  /** A key of frame-words' list that was pressed while the document had the focus. */
  onKey?: ((key: FrameKey) => void) | undefined;
}

export function Preview({ file, zoom = 1, fit, onKey }: PreviewProps) {
  // Another file is another preview: nothing of the last one is left.
  return <Kind key={`${file.sha256}/${file.name}`} file={file} zoom={zoom} fit={fit} onKey={onKey} />;
}

type Inner = Omit<Required<PreviewProps>, 'onKey'> & Pick<PreviewProps, 'onKey'>;

function Kind(props: Inner) {
  const t = useTexts();
  const { file } = props;
  const kind = previewKindOf(file);
  if (isTooLargeToShow(kind, file.sizeBytes)) return <Tile file={file}>{t.preview.troubles['too-large']}</Tile>;
  const url = libraryUrl(file.sha256, file.name);
  switch (kind) {
    case 'none':
      return <Tile file={file}>{t.preview.none}</Tile>;
    case 'sound':
    case 'film':
      return <Player {...props} kind={kind} url={url} />;
    case 'convertible':
      return <Convertible {...props} />;
    default:
      return <Framed {...props} reading={kind} url={url} />;
  }
}

// ── the frame ────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface FramedProps extends Inner {
  reading: Reading;
  url: string;
  note?: ReactNode;
}

/** How high a document is taken for before it tells. */
const HEIGHT_AT_FIRST = 240;

function Framed({ file, zoom, fit, onKey, reading, url, note }: FramedProps) {
  const t = useTexts();
  const language = useLanguage();
  const isDark = useComputedColorScheme('light') === 'dark';
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<OpenedFrame>(null);
  const [tries, setTries] = useState(0);
  const [state, setState] = useState<'opening' | 'shown' | Trouble>('opening');
  const [notes, setNotes] = useState<readonly Note[]>([]);
  const [height, setHeight] = useState(HEIGHT_AT_FIRST);
  const isNear = useNear(box, fit === 'page');
  const look = useMemo(
    () => ({ isDark, language, zoom, isWhole: fit === 'page', words: { ...t.preview.frame, picture: file.name } }),
    [isDark, language, zoom, fit, t, file.name],
  );
  const heardKey = useRef(onKey);
  const firstLook = useRef(look);
  useEffect(() => {
    heardKey.current = onKey;
    firstLook.current = look;
  });

  useEffect(() => {
    const place = box.current;
    if (!place || !isNear) return undefined;
    const iframe = document.createElement('iframe');
    iframe.setAttribute('sandbox', 'allow-scripts');
    iframe.setAttribute('referrerpolicy', 'no-referrer');
    iframe.title = t.preview.title(file.name);
    iframe.src = frameUrl(reading);
    // Something in the document that scrolls by itself is a stop of Tab: whoever leaves it must not come into it again at once.
    const leave = () => {
      iframe.tabIndex = -1;
      place.addEventListener('blur', () => iframe.removeAttribute('tabindex'), { once: true });
      place.focus();
    };
    const heard: FrameHeard = {
      shown: (told) => {
        setNotes(told);
        setState('shown');
        // The document itself is moved through by keys from now on; those that are the window's come back from it.
        if (fit === 'stage' && isFree(place)) iframe.focus();
      },
      trouble: (trouble) => {
        // Whatever it is doing, it ends here.
        iframe.remove();
        setState(trouble);
      },
      height: setHeight,
      key: (key) => (key === 'Tab' ? leave() : heardKey.current?.(key)),
      // Keys belong to the window again; text that was marked keeps them, to be copied.
      pressed: () => fit === 'page' && place.focus({ preventScroll: true }),
    };
    const msMax = tries === 0 ? PREVIEW_MS_MAX : PATIENT_MS_MAX;
    const opened = openFrame(iframe, reading, url, firstLook.current, heard, msMax);
    frame.current = opened;
    place.append(iframe);
    return () => {
      opened.close();
      iframe.remove();
      frame.current = null;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- words of another language dress the frame; they do not open it anew.
  }, [reading, url, tries, file.name, isNear]);

  useEffect(() => frame.current?.wear(look), [look]);

  const again = () => {
    setState('opening');
    setTries(tries + 1);
  };
  const isOver = state !== 'opening' && state !== 'shown';
  return (
    <div className={classes.preview} data-fit={fit}>
      {(notes.length > 0 || note) && (
        <p className={classes.notes} role="note">
          {note}{' '}
          {notes.map((told) => noteText(told, t.preview.notes, (bytes) => formatSize(language, bytes))).join(' ')}
        </p>
      )}
      {isOver ? (
        <Tile file={file} again={state === 'slow' || state === 'gone' ? again : undefined} isSlow={state === 'slow'}>
          {t.preview.troubles[state]}
        </Tile>
      ) : (
        <div
          ref={box}
          className={classes.frame}
          data-page
          data-state={state}
          tabIndex={0}
          role="group"
          aria-label={t.preview.title(file.name)}
          aria-busy={state === 'opening'}
          style={fit === 'page' ? { height } : undefined}
        />
      )}
    </div>
  );
}

/** A document far below is opened when it comes near; once it was near, it stays. */
function useNear(box: RefObject<HTMLDivElement | null>, isAsked: boolean): boolean {
  const [isNear, setNear] = useState(!isAsked);
  useEffect(() => {
    const place = box.current;
    if (!place || isNear) return undefined;
    const observer = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && setNear(true), {
      root: place.closest('[data-scroller]'),
      rootMargin: '100% 0px',
    });
    observer.observe(place);
    return () => observer.disconnect();
  }, [box, isNear]);
  return isNear;
}

/** Nobody has gone to a button yet: the focus is where the dialog has put it. */
const isFree = (place: HTMLElement) =>
  document.activeElement === document.body ||
  document.activeElement === place ||
  document.activeElement?.matches('[data-autofocus], [role="dialog"], [tabindex="-1"]') === true;

function noteText(
  note: Note,
  words: ReturnType<typeof useTexts>['preview']['notes'],
  size: (bytes: number) => string,
): string {
  switch (note.is) {
    case 'simplified':
    case 'macros':
      return words[note.is];
    case 'encoding':
      return words.encoding(note.name);
    case 'text-cut':
      return words.textCut(size(note.shownBytes));
    case 'entries-cut':
      return words.entriesCut(note.shown, note.total);
    case 'pages-cut':
      return words.pagesCut(note.shown, note.total);
    case 'sheets-cut':
      return words.sheetsCut(note.rows, note.columns, note.sheets);
  }
}

// ── sound and film ───────────────────────────────────────────────────────────────────────────────────────────────────────

function Player({ file, kind, url, fit }: Inner & { kind: 'sound' | 'film'; url: string }) {
  const t = useTexts();
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <Tile file={file}>{t.preview.noPlayer}</Tile>;
  const facts = {
    src: url,
    controls: true,
    preload: 'metadata',
    'aria-label': file.name,
    onError: () => setBroken(true),
    // Arrows wind; they must not turn to the next file as well.
    onKeyDown: (event: KeyboardEvent) => event.key.startsWith('Arrow') && event.stopPropagation(),
  } as const;
  return (
    <div className={classes.player} data-fit={fit} data-page>
      {/* Captions of pupils' films are not ours to make. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      {kind === 'sound' ? <audio {...facts} /> : <video {...facts} />}
    </div>
  );
}

// ── what LibreOffice can show ────────────────────────────────────────────────────────────────────────────────────────────

function Convertible(props: Inner) {
  const t = useTexts();
  const { file } = props;
  const url = convertedUrl(file.sha256, file.name);
  const [state, setState] = useState<'asking' | 'absent' | 'offered' | 'converting' | 'done' | 'failed'>('asking');
  useEffect(() => {
    let isGone = false;
    // 200: its pages are here already; 204: they can be made.
    fetch(url, { method: 'HEAD' }).then(
      ({ status }) => void (isGone || setState(status === 200 ? 'done' : status === 204 ? 'offered' : 'absent')),
      () => void (isGone || setState('absent')),
    );
    return () => {
      isGone = true;
    };
  }, [url]);
  const convert = () => {
    setState('converting');
    fetch(url, { method: 'POST' }).then(
      ({ ok }) => setState(ok ? 'done' : 'failed'),
      () => setState('failed'),
    );
  };
  switch (state) {
    case 'asking':
      return <div className={classes.frame} aria-busy />;
    case 'done':
      return <Framed {...props} reading="pdf" url={url} note={t.preview.convertedNote} />;
    case 'converting':
      return <Tile file={file}>{t.preview.converting}</Tile>;
    case 'offered':
      return (
        <Tile file={file} action={<Button onClick={convert}>{t.preview.convert}</Button>}>
          {t.preview.convertible}
        </Tile>
      );
    default:
      return <Tile file={file}>{state === 'failed' ? t.preview.notConverted : t.preview.none}</Tile>;
  }
}

// ── nothing to show ──────────────────────────────────────────────────────────────────────────────────────────────────────

interface TileProps {
  file: FileRef;
  children: ReactNode;
  action?: ReactNode;
  again?: (() => void) | undefined;
  isSlow?: boolean;
}

function Tile({ file, children, action, again, isSlow = false }: TileProps) {
  const t = useTexts();
  const { call } = useDesktop();
  const failed = useFailure(t.files.cannotOpen);
  const named = { sha256: file.sha256, name: file.name };
  return (
    <div className={classes.tile} role="status">
      <p className={classes.reason}>{children}</p>
      <div className={classes.actions}>
        {action}
        {again && (
          <Button variant="default" leftSection={<IconRefresh size={18} stroke={1.6} />} onClick={again}>
            {isSlow ? t.preview.waitLonger : t.preview.again}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconExternalLink size={18} stroke={1.6} />}
          onClick={() => void call('library.open', named).catch(failed)}
        >
          {t.preview.openOutside}
        </Button>
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={18} stroke={1.6} />}
          onClick={() => void call('library.show', named).catch(failed)}
        >
          {t.preview.showInFolder}
        </Button>
      </div>
    </div>
  );
}
