/**
 * Files of a message, each as what it is: photos as an album whose places are kept before the pictures come, sound and film played
 * in place, the rest to download. What is still on its way shows how far it is.
 */
import { useRef, useState } from 'react';
import type { MessageView } from '../../client/class-store.ts';
import type { FileRef } from '../../core/wire.ts';
import { formatSeconds, voiceSeconds } from '../../ui/voice.ts';
import { FileLinks } from '../FileLinks.tsx';
import { FilesInFlight } from '../Files.tsx';
import { createLater } from '../later.ts';
import { useUploads } from '../room.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';

/** What every browser of ours draws; others (HEIC, SVG) are files. */
const PHOTO_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);
/** Photos that an album shows; the last one says how many more there are. */
export const ALBUM_MAX = 6;
const SPEEDS = [1, 1.5, 2] as const;

const viewerPart = createLater(() => import('./Viewer.tsx'));

type Kind = 'photo' | 'sound' | 'film' | 'file';
export function kindOf({ mediaType, name }: Pick<FileRef, 'mediaType' | 'name'>): Kind {
  if (PHOTO_TYPES.has(mediaType)) return 'photo';
  if (mediaType.startsWith('audio/') || voiceSeconds(name) !== null) return 'sound';
  return mediaType.startsWith('video/') ? 'film' : 'file';
}

export const addressOf = ({ fileId }: Pick<FileRef, 'fileId'>) => `/api/files/${fileId}`;

export function Attachments({ message }: { message: MessageView }) {
  const uploads = useUploads();
  const coming = message.seq === null ? message.files.filter(({ fileId }) => !uploads.isStored(fileId)) : [];
  const here = message.files.filter((file) => !coming.includes(file));
  const are = (kind: Kind) => here.filter((file) => kindOf(file) === kind);
  return (
    <>
      <Album photos={are('photo')} />
      {are('film').map((file) => (
        <Film key={file.fileId} file={file} />
      ))}
      {are('sound').map((file) => (
        <Sound key={file.fileId} file={file} />
      ))}
      <FileLinks files={are('file')} />
      <FilesInFlight files={coming.map(({ fileId }) => fileId)} />
    </>
  );
}

function Album({ photos }: { photos: readonly FileRef[] }) {
  const t = useChatTexts();
  const [opened, setOpened] = useState<number | null>(null);
  const viewer = viewerPart.use(opened !== null);
  if (photos.length === 0) return null;
  const surplus = photos.length - ALBUM_MAX;
  return (
    <>
      <ul className={photos.length === 1 ? 'album one' : 'album'} aria-label={t.message.photos(photos.length)}>
        {photos.slice(0, ALBUM_MAX).map((photo, at) => (
          <li key={photo.fileId}>
            <button type="button" aria-label={t.files.open(photo.name)} onClick={() => setOpened(at)}>
              <img src={addressOf(photo)} alt="" loading="lazy" decoding="async" />
              {surplus > 0 && at === ALBUM_MAX - 1 && <span className="surplus">+{surplus + 1}</span>}
            </button>
          </li>
        ))}
      </ul>
      {opened !== null && viewer && <viewer.Viewer photos={photos} first={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

function Sound({ file }: { file: FileRef }) {
  const t = useChatTexts();
  const audio = useRef<HTMLAudioElement>(null);
  const [speed, setSpeed] = useState(0);
  const [isBroken, setIsBroken] = useState(false);
  const seconds = voiceSeconds(file.name);
  if (isBroken) return <Broken file={file} />;
  const faster = () => {
    const next = (speed + 1) % SPEEDS.length;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = SPEEDS[next] ?? 1;
  };
  return (
    <figure className="sound">
      <figcaption className="dim">
        {seconds === null ? file.name : `${t.message.voice} · ${formatSeconds(seconds)}`}
      </figcaption>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- people's own voices have no captions */}
      <audio
        ref={audio}
        controls
        preload="none"
        src={addressOf(file)}
        aria-label={seconds === null ? file.name : t.message.voice}
        onError={() => setIsBroken(true)}
        // A new beginning forgets the speed in some browsers.
        onPlay={({ currentTarget }) => {
          currentTarget.playbackRate = SPEEDS[speed] ?? 1;
        }}
      />
      <button type="button" className="plain small" aria-label={t.files.speed(`${SPEEDS[speed]}`)} onClick={faster}>
        {SPEEDS[speed]}×
      </button>
    </figure>
  );
}

function Film({ file }: { file: FileRef }) {
  const [isBroken, setIsBroken] = useState(false);
  if (isBroken) return <Broken file={file} />;
  return (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- as above
    <video
      className="film"
      controls
      playsInline
      preload="metadata"
      src={addressOf(file)}
      aria-label={file.name}
      onError={() => setIsBroken(true)}
    />
  );
}

function Broken({ file }: { file: FileRef }) {
  const t = useChatTexts();
  return (
    <div>
      <p className="dim">{t.files.noPlay}</p>
      <FileLinks files={[file]} />
    </div>
  );
}
