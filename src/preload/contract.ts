/**
 * Every desktop call and event, with its schemas: the one list that the door (main/ipc), the preload and the page share.
 * Input is parsed in main before it is used, output before it leaves. Calls answer `{ok, value}` or `{ok, code}`; nothing
 * else crosses. Paths never come from the page: for `File`s the preload adds them (`FILE_CALLS`).
 */
import * as z from 'zod/mini';
import { ChannelId, FileId, HubId, LogId, PersonId, Sha256 } from '../core/ids.ts';
import { FILE_NAME_MAX, FILES_PER_COMMAND_MAX, NAME_MAX, TITLE_MAX } from '../core/limits.ts';
import { PASSPHRASE_MAX } from '../core/portfolio.ts';
import { ErrorCodeSchema, FileRef, Session } from '../core/wire.ts';
import {
  HELD_IDS_MAX,
  KEPT_FILES_MAX,
  LESSON_LIMIT_MIN,
  NOTIFIED_TEXT_MAX,
  PARALLEL_MAX,
  PARALLEL_MIN,
  SAVE_ITEMS_MAX,
  WAITING_CHATS_MAX,
} from './contract/channels.ts';
import { Handed, Intake, IntakeId, INTAKE_PATHS_MAX } from './contract/intake.ts';
import {
  JobId,
  PairId,
  PortfolioFacts,
  PortfolioFiles,
  PortfolioFor,
  PortfolioJob,
  Portfolios,
  PortfolioTrouble,
  PortfolioWeight,
  TakenIn,
} from './contract/portfolio.ts';
import { SaveId, SaveItem, SaveKind, Saving } from './contract/saving.ts';
import { Freed, HeldId, Storage } from './contract/storage.ts';
import { WayIn, WayInReport } from './contract/way-in.ts';

export type { Handed, Intake, IntakeFile, LeftOutWhy } from './contract/intake.ts';
export type { SaveItem, SaveKind, Saving } from './contract/saving.ts';
export type {
  PortfolioFile,
  PortfolioJob,
  PortfolioPair,
  PortfolioPast,
  Portfolios,
  PortfolioSummary,
  PortfolioTrouble,
  PortfolioWeight,
} from './contract/portfolio.ts';
export type { DamagedFile, Freed, HeldId, KeptClass, Storage } from './contract/storage.ts';
export type { Verdict, WayIn, WayInReport } from './contract/way-in.ts';
export { exportUrl, intakeUrl, libraryUrl } from './contract/channels.ts';

const nothing = z.object({});
const text = (max: number) => z.string().check(z.maxLength(max));
const ServerId = text(64);
const TransferId = text(64);

export const LANGUAGES = ['ru', 'en'] as const;
export const Language = z.enum(LANGUAGES);
export type Language = z.infer<typeof Language>;
export const THEMES = ['system', 'light', 'dark'] as const;

/** Chats whose messages do not notify; more than a person would ever choose one by one. */
export const MUTED_MAX = 1_000;
const MINUTES_PER_DAY = 24 * 60;
const minuteOfDay = () => z.int().check(z.minimum(0), z.maximum(MINUTES_PER_DAY - 1));

/**
 * Hours in which nothing is shown. Minutes of this computer's day; where they are equal, the whole day. `days` (0 is Sunday)
 * are those on which they begin: a night belongs to its evening.
 */
export const QuietHours = z.object({
  isOn: z.boolean(),
  fromMinute: minuteOfDay(),
  toMinute: minuteOfDay(),
  days: z.array(z.int().check(z.minimum(0), z.maximum(6))).check(z.maxLength(7)),
});
export type QuietHours = z.infer<typeof QuietHours>;

export const NotificationSettings = z.object({ isOn: z.boolean(), showText: z.boolean(), quiet: QuietHours });
export type NotificationSettings = z.infer<typeof NotificationSettings>;

/** How files travel. `lessonBytesPerSecond`: together, while a lesson runs; null for as fast as they can. */
export const TransferSettings = z.object({
  parallel: z.int().check(z.minimum(PARALLEL_MIN), z.maximum(PARALLEL_MAX)),
  lessonBytesPerSecond: z.nullable(z.int().check(z.minimum(LESSON_LIMIT_MIN))),
});
export type TransferSettings = z.infer<typeof TransferSettings>;
/** How much disk files kept offline may take; null for all but the floor that stays free. */
export const StorageSettings = z.object({ quotaBytes: z.nullable(z.int().check(z.nonnegative())) });
export type StorageSettings = z.infer<typeof StorageSettings>;
/** The lesson that the teacher has begun and not ended: of which class, and since when by this computer's clock (Unix ms). */
export const LessonSettings = z.nullable(z.object({ logId: LogId, begunAt: z.int() }));
export type LessonSettings = z.infer<typeof LessonSettings>;

export const Settings = z.object({
  language: Language,
  theme: z.enum(THEMES),
  /** Where the teacher was: a path of the window's own router. */
  place: text(500),
  railCollapsed: z.boolean(),
  notifications: NotificationSettings,
  mutedChannels: z.array(ChannelId).check(z.maxLength(MUTED_MAX)),
  transfers: TransferSettings,
  storage: StorageSettings,
  lesson: LessonSettings,
});
export type Settings = z.infer<typeof Settings>;

/** A hub this installation has signed in to. `embedded`: it runs inside this app. */
export const Server = z.object({
  serverId: ServerId,
  kind: z.enum(['embedded', 'remote']),
  /** Where this app reaches it now; '' while an embedded hub is not running. */
  url: text(300),
  hubId: HubId,
  hubName: text(NAME_MAX),
  personId: PersonId,
});
export type Server = z.infer<typeof Server>;

/** One way in for pupils. */
export const HubAddress = z.object({
  url: text(300),
  adapter: text(100),
  /** Asked from this machine through the adapter's own address. */
  answers: z.boolean(),
});
export type HubAddress = z.infer<typeof HubAddress>;

export const HubState = z.object({
  state: z.enum(['absent', 'starting', 'ready', 'restarting', 'stopped']),
  code: z.nullable(ErrorCodeSchema),
  port: z.nullable(z.int()),
  addresses: z.array(HubAddress),
  /** What the machine's firewall is known to do with our port; `unknown` where the system does not tell. */
  firewall: z.enum(['open', 'blocked', 'unknown']),
  /** What the self-check found; absent until it has looked. */
  wayIn: z.optional(WayIn),
  /** How the hub is called on its network, as `parta.local`; null while it has no name. */
  lanName: z.optional(z.nullable(text(64))),
});
export type HubState = z.infer<typeof HubState>;

/** How far a file is: what changes while bytes flow. */
const MOVED = {
  transferId: TransferId,
  /** Of the step under way: an upload is first copied from where it was chosen (no hash yet), then sent. */
  doneBytes: z.int(),
  /** Bytes a second over the last seconds, and the time left at that speed; null while unknown. */
  speed: z.nullable(z.number()),
  leftMs: z.nullable(z.number()),
};
export const Moved = z.object(MOVED);
export type Moved = z.infer<typeof Moved>;

/** A file on its way. The queue is durable and in the order of the list: it survives quit, crash and a full disk. */
export const Transfer = z.object({
  ...MOVED,
  serverId: ServerId,
  direction: z.enum(['up', 'down']),
  fileId: FileId,
  name: text(FILE_NAME_MAX),
  sizeBytes: z.int(),
  mediaType: text(100),
  /** Known from the start for downloads, at the end for uploads. */
  sha256: z.nullable(Sha256),
  state: z.enum(['queued', 'running', 'paused', 'failed', 'done']),
  code: z.nullable(ErrorCodeSchema),
  /** When it came to its good end, Unix ms. */
  doneAt: z.nullable(z.number()),
});
export type Transfer = z.infer<typeof Transfer>;

/** A file as it was chosen: named in commands by its id at once, stored on the hub later. */
export const ChosenFile = z.object({
  fileId: FileId,
  name: text(FILE_NAME_MAX),
  sizeBytes: z.int(),
  mediaType: text(100),
});
export type ChosenFile = z.infer<typeof ChosenFile>;

/** A chat in which something waits to be read, in words that may be shown outside the window. */
export const WaitingChat = z.object({
  channelId: ChannelId,
  /** Where a press on the notification leads: a path of the window's own router. */
  place: text(500),
  unread: z.int().check(z.nonnegative()),
  /** Unread messages among them that mention the teacher. */
  mentions: z.int().check(z.nonnegative()),
  /** Seq of the newest unread message. */
  newestSeq: z.int().check(z.nonnegative()),
  /** Class and chat: «7А · Общий чат». */
  title: text(300),
  /** Who wrote; never what. */
  who: text(300),
  /** What was written, if the teacher wants it shown; '' if not. */
  text: text(NOTIFIED_TEXT_MAX),
});
export type WaitingChat = z.infer<typeof WaitingChat>;

const ExportId = text(64);

const call = <I extends z.core.$ZodType, O extends z.core.$ZodType>(input: I, output: O) => ({ input, output });

export const CALLS = {
  /** Who and where this app is. `shell` says what runs it: Electron, or the stand-in used where Electron cannot be had. */
  'app.facts': call(nothing, z.object({ version: text(32), platform: text(32), shell: z.enum(['electron', 'stand-in']), dataDir: text(4096), deviceName: text(NAME_MAX) })), // prettier-ignore
  'settings.read': call(nothing, Settings),
  'settings.write': call(z.partial(Settings), Settings),

  'servers.list': call(nothing, z.array(Server)),
  /** Makes the hub of this computer, starts it, and signs its first teacher in. */
  'servers.create': call(z.object({ hubName: text(NAME_MAX), teacherName: text(NAME_MAX) }), Server),
  /** Joins a hub with a one-time code from a teacher's other device. `address` as typed: host, host:port or URL. */
  'servers.join': call(z.object({ address: text(300), code: text(32) }), Server),
  /** The same hub at another address (a new network gave it one). Another hub there is refused as `other-hub`. */
  'servers.move': call(z.object({ serverId: ServerId, address: text(300) }), Server),
  'servers.forget': call(z.object({ serverId: ServerId }), nothing),
  /** A short ticket for the page; the secret stays in main. `rejected`: one that the hub would not take any more. */
  'servers.session': call(
    z.object({ serverId: ServerId, rejected: z.optional(text(200)) }),
    z.extend(Session, { url: text(300) }),
  ),

  'hub.state': call(nothing, HubState),
  'hub.start': call(nothing, HubState),
  'hub.stop': call(nothing, HubState),
  /** Looks again at addresses, firewall and the way in; `report` is what the teacher saw on another computer. */
  'hub.check': call(z.object({ report: z.optional(WayInReport) }), HubState),
  /** The way in is shown to the class: from now on, until it stops, the hub answers to a name on its network. */
  'hub.announce': call(nothing, HubState),
  /** Which adapter's address is shown to the class, from now on. */
  'hub.show': call(z.object({ adapter: text(100) }), HubState),
  /** `keep`: the teacher knows that the hub moved to another port; `other`: it looks for a free one elsewhere. */
  'hub.port': call(z.object({ what: z.enum(['keep', 'other']) }), HubState),

  'transfers.list': call(nothing, z.array(Transfer)),
  /** Copies chosen files into the library and queues them for the hub. The page gives `File`s, the preload their paths. */
  'transfers.upload': call(z.object({ serverId: ServerId, paths: z.array(text(4096)).check(z.maxLength(FILES_PER_COMMAND_MAX)) }), z.array(ChosenFile)), // prettier-ignore
  /** Queues what is neither in the library nor queued already. `isWanted`: somebody waits for it, it goes first. */
  'transfers.download': call(z.object({ serverId: ServerId, files: z.array(FileRef), isWanted: z.optional(z.boolean()) }), nothing), // prettier-ignore
  'transfers.pause': call(z.object({ transferId: TransferId }), nothing),
  'transfers.resume': call(z.object({ transferId: TransferId }), nothing),
  'transfers.cancel': call(z.object({ transferId: TransferId }), nothing),
  /** Before all others that wait, one place up or down among them. */
  'transfers.move': call(z.object({ transferId: TransferId, to: z.enum(['first', 'up', 'down']) }), nothing),
  /** All at once; `resume` leaves those that failed to their reasons. */
  'transfers.all': call(z.object({ what: z.enum(['pause', 'resume']) }), nothing),
  /** A lesson began or ended: from now on the limit of the settings holds, or does not. */
  'transfers.lesson': call(z.object({ isRunning: z.boolean() }), nothing),

  /** Which of these are here, whole and verified. */
  'library.has': call(z.object({ hashes: z.array(Sha256) }), z.array(Sha256)),
  /** Opens a copy under its shown name with the system's program. */
  'library.open': call(z.object({ sha256: Sha256, name: text(FILE_NAME_MAX) }), nothing),
  'library.show': call(z.object({ sha256: Sha256, name: text(FILE_NAME_MAX) }), nothing),
  /** The person drags a file out of the window: the system goes on with a copy of it. */
  'library.drag': call(z.object({ sha256: Sha256, name: text(FILE_NAME_MAX) }), nothing),

  'storage.read': call(nothing, Storage),
  /** All classes of a server: what main knew of others is no longer theirs. */
  'storage.classes': call(z.object({ serverId: ServerId, logIds: z.array(LogId) }), nothing),
  /** Everything that a class refers to: main fetches what should be here and is not. */
  'storage.keep': call(z.object({ serverId: ServerId, logId: LogId, title: text(TITLE_MAX), files: z.array(FileRef).check(z.maxLength(KEPT_FILES_MAX)) }), nothing), // prettier-ignore
  /** Everything that unsent work of a server names: it stays here whatever happens. */
  'storage.hold': call(z.object({ serverId: ServerId, ids: z.array(HeldId).check(z.maxLength(HELD_IDS_MAX)) }), nothing), // prettier-ignore
  'storage.pin': call(z.object({ serverId: ServerId, logId: LogId, isPinned: z.boolean() }), nothing),
  /** Takes a class's files off this disk, but for those that another pinned class or unsent work needs. */
  'storage.free': call(z.object({ serverId: ServerId, logId: LogId }), Freed),
  /** Fetches a class's files again that were freed, as far as there is room. */
  'storage.restore': call(z.object({ serverId: ServerId, logId: LogId }), nothing),
  /** Takes away what nothing refers to any more. */
  'storage.freeLoose': call(nothing, Freed),
  /** Begins or stops checking every file against its hash, without waiting for quiet. */
  'storage.check': call(z.object({ isRunning: z.boolean() }), nothing),
  /** A damaged file that nobody has is off the list: the teacher knows. */
  'storage.dismiss': call(z.object({ sha256: Sha256 }), nothing),

  /** Everything that waits unread now, muted chats left out; `here` is the chat on the screen. What is new in it is shown. */
  'notifications.update': call(
    z.object({ chats: z.array(WaitingChat).check(z.maxLength(WAITING_CHATS_MAX)), here: z.nullable(ChannelId) }),
    nothing,
  ),

  /** Asks the person for a folder and makes a new one in it; null where he thought better of it. */
  'export.begin': call(z.object({ folder: text(FILE_NAME_MAX) }), z.nullable(z.object({ exportId: ExportId, folder: text(FILE_NAME_MAX) }))), // prettier-ignore
  /**
   * Puts a file of the library into the folder's `files` under a name that is safe already; one that is not here is fetched
   * first, if `isOnline`. `missing`: it could not be had.
   */
  'export.file': call(
    z.object({
      exportId: ExportId,
      serverId: ServerId,
      file: FileRef,
      name: text(FILE_NAME_MAX),
      isOnline: z.boolean(),
    }),
    z.enum(['saved', 'missing']),
  ),
  /** Ends it. `keep: false` removes the folder with everything that was put into it. */
  'export.end': call(z.object({ exportId: ExportId, keep: z.boolean() }), nothing),
  /** Shows the folder of an export that was kept. */
  'export.show': call(z.object({ exportId: ExportId }), nothing),

  /** Asks the person for a folder, or for files and archives, and looks what is in them; null where he thought better of it. */
  'intake.choose': call(z.object({ what: z.enum(['folder', 'files']) }), z.nullable(Intake)),
  /** The same for what was dropped. The page gives `File`s, the preload their paths. */
  'intake.files': call(z.object({ paths: z.array(text(4096)).check(z.maxLength(INTAKE_PATHS_MAX)) }), Intake),
  /** Queues found files for a server: they are one work. */
  'intake.bring': call(z.object({ intakeId: IntakeId, serverId: ServerId, ids: z.array(text(64)).check(z.maxLength(FILES_PER_COMMAND_MAX)) }), z.array(ChosenFile)), // prettier-ignore
  'intake.end': call(z.object({ intakeId: IntakeId }), nothing),
  /** Files that the system opened the app with and that wait for a place; null where there are none. */
  'handed.read': call(nothing, z.nullable(Handed)),
  /** They go to a server like chosen ones. */
  'handed.upload': call(z.object({ handedId: text(64), serverId: ServerId }), z.array(ChosenFile)),
  /** They are looked through as works. */
  'handed.scan': call(z.object({ handedId: text(64) }), Intake),
  'handed.end': call(z.object({ handedId: text(64) }), nothing),

  /** Asks the person for a folder and saves into it, on and on; null where he thought better of it. */
  'saves.begin': call(z.object({ kind: SaveKind, title: text(1_000), serverId: ServerId, isOnline: z.boolean(), items: z.array(SaveItem).check(z.maxLength(SAVE_ITEMS_MAX)) }), z.nullable(z.object({ saveId: SaveId }))), // prettier-ignore
  'saves.list': call(nothing, z.array(Saving)),
  /** What is saved already stays in its folder; half an archive does not. */
  'saves.stop': call(z.object({ saveId: SaveId }), nothing),
  'saves.show': call(z.object({ saveId: SaveId }), nothing),
  'saves.forget': call(z.object({ saveId: SaveId }), nothing),

  'portfolio.read': call(nothing, Portfolios),
  /** What of these files would go along, and what is on the other computer already. */
  'portfolio.weigh': call(z.object({ pairId: z.nullable(PairId), files: PortfolioFiles }), PortfolioWeight),
  /** Asks the person for a folder, and signs the other computer in where it is new; null where he thought better of it. */
  'portfolio.begin': call(PortfolioFor, z.nullable(PortfolioJob)),
  /** After its content was PUT to {@link portfolioUrl}: seals it and puts it there, on and on. */
  'portfolio.pack': call(z.object({ jobId: JobId, facts: PortfolioFacts, files: PortfolioFiles, onlyNew: z.boolean() }), nothing), // prettier-ignore
  /** Asks the person for a file and looks what it is; null where he thought better of it. */
  'portfolio.choose': call(nothing, z.nullable(PortfolioJob)),
  /** Opens it with a password. */
  'portfolio.look': call(z.object({ jobId: JobId, passphrase: text(PASSPHRASE_MAX) }), PortfolioJob),
  /** Takes it out, on and on; then it is the page's turn. */
  'portfolio.take': call(z.object({ jobId: JobId }), nothing),
  /** The page has taken it in, or could not. */
  'portfolio.taken': call(z.object({ jobId: JobId, taken: z.nullable(TakenIn), trouble: z.nullable(PortfolioTrouble) }), nothing), // prettier-ignore
  'portfolio.stop': call(z.object({ jobId: JobId }), nothing),
  'portfolio.show': call(z.object({ jobId: JobId }), nothing),
  'portfolio.forget': call(z.object({ jobId: JobId }), nothing),
} as const;
export type CallName = keyof typeof CALLS;
export type CallInput<K extends CallName> = z.infer<(typeof CALLS)[K]['input']>;
export type CallOutput<K extends CallName> = z.infer<(typeof CALLS)[K]['output']>;

/** Calls in which the preload turns `files: File[]` into `paths`. */
export const FILE_CALLS = ['transfers.upload', 'intake.files'] as const;
export type FileCall = (typeof FILE_CALLS)[number];

export const EVENTS = {
  settings: Settings,
  servers: z.array(Server),
  hub: HubState,
  /** The whole list, whenever it is another. */
  transfers: z.array(Transfer),
  /** Those of the list whose bytes flow, at most ten times a second. */
  moved: z.array(Moved),
  storage: Storage,
  /** Files that are not on this computer any more. */
  gone: z.array(Sha256),
  /** The person pressed a notification: the place that it spoke of; '' for one that spoke of several. */
  notified: z.object({ place: text(500) }),
  handed: Handed,
  /** All savings, under way and over. */
  saves: z.array(Saving),
  portfolios: Portfolios,
} as const;
export type EventName = keyof typeof EVENTS;
export type EventValue<K extends EventName> = z.infer<(typeof EVENTS)[K]>;

/** What `window.parta` is; `F` is the page's `File`, a word that this pure file does not have. */
export interface Desktop<F = unknown> {
  call<K extends Exclude<CallName, FileCall>>(name: K, input: CallInput<K>): Promise<DesktopAnswer<CallOutput<K>>>;
  upload(serverId: string, files: readonly F[]): Promise<DesktopAnswer<CallOutput<'transfers.upload'>>>;
  /** Looks what is in dropped folders, files and archives. */
  intake(files: readonly F[]): Promise<DesktopAnswer<CallOutput<'intake.files'>>>;
  on<K extends EventName>(name: K, listener: (value: EventValue<K>) => void): () => void;
}
export type DesktopAnswer<T> = { ok: true; value: T } | { ok: false; code: z.infer<typeof ErrorCodeSchema> };
