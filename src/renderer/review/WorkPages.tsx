/**
 * The work itself: every file of an attempt one under another, as pages that fit the window. Promises: a file that is not here
 * yet says so and shows how far it is; one that cannot be shown is a clear tile with a way out; never a broken box. `Tab` goes
 * from page to page, because every page can have the focus.
 */
import { ActionIcon, Button, Progress, Tooltip } from '@mantine/core';
import {
  IconCloudDownload,
  IconExternalLink,
  IconFile,
  IconFileTypePdf,
  IconFileTypeTxt,
  IconFolder,
  IconPhoto,
  IconRotateClockwise,
} from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { FileRef } from '../../core/wire.ts';
import { errorText } from '../../ui/error-texts.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { LazyPreview } from '../preview/lazy.tsx';
import { useTexts } from '../texts/texts.ts';
import { kindOfFile, SHOWN_BYTES_MAX, type FileKind } from './file-kinds.ts';
import type { Presence, Presences } from './file-presence.ts';
import type { OpenedFile, OpenedFiles, OpenedImage, OpenedPdf } from './opened-files.ts';
import classes from './WorkPages.module.css';

/** A page is not wider than this at a zoom of 1: a sheet of paper held at arm's length. */
export const PAGE_WIDTH_MAX = 960;
const PAGE_MARGIN = 24;

/** How wide a page is drawn in a window that has `width` pixels for it. */
export const pageWidthIn = (width: number, zoom: number): number =>
  Math.round(Math.min(PAGE_WIDTH_MAX, Math.max(0, width - 2 * PAGE_MARGIN)) * zoom);

export interface WorkPagesProps {
  files: readonly FileRef[];
  presences: Presences;
  opened: OpenedFiles;
  serverId: string;
  /** 0 until the window has been measured. */
  pageWidth: number;
  /** Above the files: what the pupil wrote, or that there is nothing. */
  children?: ReactNode;
}

export function WorkPages({ files, presences, opened, serverId, pageWidth, children }: WorkPagesProps) {
  return (
    <div className={classes.pages} aria-busy={pageWidth === 0}>
      {children}
      {pageWidth > 0 &&
        files.map((file) => (
          <FileView
            key={file.fileId}
            file={file}
            presence={presences(file)}
            opened={opened}
            serverId={serverId}
            pageWidth={pageWidth}
          />
        ))}
    </div>
  );
}

const KIND_ICONS = { pdf: IconFileTypePdf, image: IconPhoto, text: IconFileTypeTxt, other: IconFile } as const;

interface FileViewProps {
  file: FileRef;
  presence: Presence | undefined;
  opened: OpenedFiles;
  serverId: string;
  pageWidth: number;
}

function FileView({ file, presence, opened, serverId, pageWidth }: FileViewProps) {
  const t = useTexts();
  const language = useLanguage();
  const desktop = useDesktop();
  const [turns, setTurns] = useState(0);
  const [code, setCode] = useState<ErrorCode | null>(null);
  const refused = code && (code === 'not-allowed' ? t.files.cannotOpen : errorText(language, code));
  const kind = kindOfFile(file);
  const Icon = KIND_ICONS[kind];
  const isHere = presence?.state === 'here';
  const outside = (call: 'library.open' | 'library.show') => {
    setCode(null);
    desktop.call(call, { sha256: file.sha256, name: file.name }).catch((error: unknown) => setCode(codeOf(error)));
  };
  return (
    <article className={classes.file} aria-label={file.name}>
      <header className={classes.fileHead}>
        <Icon size={18} stroke={1.6} aria-hidden />
        <span className={classes.fileName}>{file.name}</span>
        <span className={classes.fileSize}>{formatSize(language, file.sizeBytes)}</span>
        <span className={classes.fileTools}>
          {(kind === 'pdf' || kind === 'image') && isHere && (
            <Tool label={t.review.rotate} onClick={() => setTurns((turns + 1) % 4)} icon={IconRotateClockwise} />
          )}
          {isHere && (
            <>
              <Tool label={t.review.openOutside} onClick={() => outside('library.open')} icon={IconExternalLink} />
              <Tool label={t.review.showInFolder} onClick={() => outside('library.show')} icon={IconFolder} />
            </>
          )}
        </span>
      </header>
      {refused && (
        <p className={classes.problem} role="alert">
          {refused.what} {refused.todo}
        </p>
      )}
      {isHere ? (
        <Shown
          file={file}
          kind={kind}
          opened={opened}
          pageWidth={pageWidth}
          turns={turns}
          onOutside={() => outside('library.open')}
        />
      ) : (
        <NotHere file={file} presence={presence} serverId={serverId} pageWidth={pageWidth} />
      )}
    </article>
  );
}

function Tool({ label, onClick, icon: Icon }: { label: string; onClick: () => void; icon: typeof IconFile }) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={onClick}>
        <Icon size={18} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

function Tile({ children, actions }: { children: ReactNode; actions?: ReactNode }) {
  return (
    <div className={classes.tile}>
      <p className={classes.tileText}>{children}</p>
      {actions}
    </div>
  );
}

/** Room for what is about to be there: no spinner, and nothing jumps. */
const Opening = ({ pageWidth }: { pageWidth: number }) => (
  <div aria-busy style={{ width: pageWidth, height: pageWidth }} />
);

interface NotHereProps {
  file: FileRef;
  presence: Presence | undefined;
  serverId: string;
  pageWidth: number;
}

/** How a file that is not on this computer stands, and what can be done about it. */
function NotHere({ file, presence, serverId, pageWidth }: NotHereProps) {
  const t = useTexts();
  const language = useLanguage();
  const desktop = useDesktop();
  const [isAsked, setAsked] = useState(false);
  const download = () => {
    setAsked(true);
    desktop.call('transfers.download', { serverId, files: [file], isWanted: true }).catch(() => setAsked(false));
  };
  const resume = (transferId: string) => void desktop.call('transfers.resume', { transferId }).catch(() => undefined);
  if (!presence) return <Opening pageWidth={pageWidth} />;
  switch (presence.state) {
    case 'coming':
      return (
        <Tile
          actions={
            <Progress
              className={classes.progress}
              value={(100 * presence.doneBytes) / Math.max(1, presence.sizeBytes)}
              aria-label={file.name}
            />
          }
        >
          {t.review.coming(formatSize(language, presence.doneBytes), formatSize(language, presence.sizeBytes))}
        </Tile>
      );
    case 'paused':
      return (
        <Tile actions={<Button onClick={() => resume(presence.transferId)}>{t.review.resume}</Button>}>
          {t.review.paused}
        </Tile>
      );
    case 'failed': {
      const { what, todo } = errorText(language, presence.code);
      return (
        <Tile
          actions={
            <Button variant="default" onClick={() => resume(presence.transferId)}>
              {t.review.tryAgain}
            </Button>
          }
        >
          {what} {todo}
        </Tile>
      );
    }
    case 'queued':
      return <Tile>{t.review.queued}</Tile>;
    default:
      return (
        <Tile
          actions={
            <Button
              variant="default"
              leftSection={<IconCloudDownload size={18} stroke={1.6} />}
              disabled={isAsked}
              onClick={download}
            >
              {t.review.download}
            </Button>
          }
        >
          {t.review.absent}
        </Tile>
      );
  }
}

interface ShownProps {
  file: FileRef;
  kind: FileKind;
  opened: OpenedFiles;
  pageWidth: number;
  turns: number;
  onOutside: () => void;
}

function Shown({ file, kind, opened, pageWidth, turns, onOutside }: ShownProps) {
  const t = useTexts();
  const isShown = kind !== 'other' && file.sizeBytes <= SHOWN_BYTES_MAX[kind];
  const state = useOpened(file, isShown ? opened : null);
  const outside = (
    <Button variant="default" leftSection={<IconExternalLink size={18} stroke={1.6} />} onClick={onOutside}>
      {t.review.openOutside}
    </Button>
  );
  if (!isShown)
    return (
      <div style={{ width: pageWidth }}>
        <LazyPreview file={file} fit="page" />
      </div>
    );
  if (state === 'failed') return <Tile actions={outside}>{t.review.notShown}</Tile>;
  if (state === 'opening') return <Opening pageWidth={pageWidth} />;
  switch (state.kind) {
    case 'pdf':
      return <PdfPages pdf={state} pageWidth={pageWidth} turns={turns} />;
    case 'image':
      return <ImagePage image={state} name={file.name} pageWidth={pageWidth} turns={turns} />;
    case 'text':
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a page: Tab goes from one to the next, and it scrolls.
        <pre className={classes.text} data-page tabIndex={0} role="document" aria-label={t.review.textFile(file.name)} style={{ maxWidth: pageWidth }}>
          {state.text}
        </pre>
      ); // prettier-ignore
  }
}

/** What was opened ahead is there in the first frame. */
function useOpened(file: FileRef, opened: OpenedFiles | null): OpenedFile | 'opening' | 'failed' {
  const [state, setState] = useState<{ file: FileRef; result: OpenedFile | 'failed' } | null>(null);
  useEffect(() => {
    if (!opened) return undefined;
    let isGone = false;
    opened.open(file).then(
      (result) => void (isGone || setState({ file, result })),
      () => {
        opened.forget(file);
        if (!isGone) setState({ file, result: 'failed' });
      },
    );
    return () => {
      isGone = true;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- a file is its hash and name; its object is new with every view.
  }, [file.sha256, file.name, opened]);
  const result = state?.file.sha256 === file.sha256 ? state.result : undefined;
  return result ?? opened?.peek(file) ?? 'opening';
}

function PdfPages({ pdf, pageWidth, turns }: { pdf: OpenedPdf; pageWidth: number; turns: number }) {
  return Array.from({ length: pdf.pageCount }, (_, index) => (
    <PdfPage key={index} pdf={pdf} number={index + 1} pageWidth={pageWidth} turns={turns} />
  ));
}

/** Pages this far beyond the visible part are drawn already. */
const DRAWN_AHEAD = '100% 0px';

function PdfPage({
  pdf,
  number,
  pageWidth,
  turns,
}: {
  pdf: OpenedPdf;
  number: number;
  pageWidth: number;
  turns: number;
}) {
  const t = useTexts();
  const ref = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(number === 1);
  const [isBroken, setBroken] = useState(false);
  const [isDrawn, setDrawn] = useState(false);
  const [ratio, setRatio] = useState(turns % 2 === 0 ? pdf.ratio : 1 / pdf.ratio);

  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), {
      root: element.closest('[data-scroller]'),
      rootMargin: DRAWN_AHEAD,
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = ref.current;
    if (!element || !isNear) return undefined;
    let isGone = false;
    const pixelWidth = pageWidth * devicePixelRatio;
    const place = (canvas: HTMLCanvasElement) => {
      if (isGone) return;
      // The same file handed in twice shares one drawing; an element can stand in one place only.
      const mine = canvas.parentElement && canvas.parentElement !== element ? copyOf(canvas) : canvas;
      element.replaceChildren(mine);
      setRatio(canvas.height / canvas.width);
      setDrawn(true);
      setBroken(false);
    };
    const ready = pdf.drawn(number, pixelWidth, turns);
    if (ready) place(ready);
    else pdf.draw(number, pixelWidth, turns).then(place, () => void (isGone || setBroken(true)));
    return () => {
      isGone = true;
      // A page that has gone out of sight gives its memory back; its place keeps its height.
      element.replaceChildren();
    };
  }, [pdf, number, pageWidth, turns, isNear]);

  return (
    <>
      <div
        ref={ref}
        className={classes.page}
        data-page
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Tab goes from page to page.
        tabIndex={0}
        role="img"
        aria-busy={isNear && !isDrawn && !isBroken}
        aria-label={t.review.page(number, pdf.pageCount)}
        style={{ width: pageWidth, height: Math.round(pageWidth * ratio) }}
      />
      {isBroken && <p className={classes.problem}>{t.review.notShown}</p>}
    </>
  );
}

function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext('2d')?.drawImage(canvas, 0, 0);
  return copy;
}

function ImagePage({
  image,
  name,
  pageWidth,
  turns,
}: {
  image: OpenedImage;
  name: string;
  pageWidth: number;
  turns: number;
}) {
  const t = useTexts();
  const isSideways = turns % 2 === 1;
  const natural = isSideways ? image.height : image.width;
  const width = Math.min(pageWidth, Math.max(natural, PAGE_WIDTH_MAX / 2));
  const ratio = isSideways ? image.width / image.height : image.height / image.width;
  const height = Math.round(width * ratio);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Tab goes from page to page.
    <div className={classes.page} data-page tabIndex={0} style={{ width, height }}>
      <img
        className={classes.image}
        src={image.url}
        alt={t.review.image(name)}
        draggable={false}
        style={{ width: isSideways ? height : width, transform: `translate(-50%, -50%) rotate(${turns * 90}deg)` }}
      />
    </div>
  );
}
