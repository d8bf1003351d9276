/**
 * The way into and out of a class on this computer. In: a kept sign-in or a new one, a class store and the uploads beside it.
 * Out: whatever the reason, everything local goes, except on "my computer". A page that starts without a sign-in erases what
 * a page before it left behind (a tab that was simply closed), but never what an open tab of this browser still uses.
 * Hides: sign-in, database names, what is left to say when the lesson ends.
 */
import type { ClassStore, ClassView, MeView, OutboxRow, Stop } from '../client/class-store.ts';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import type { CommandKind, HubFacts } from '../core/wire.ts';
import {
  comeBack,
  hubFacts,
  join,
  joinAgain,
  keepDevice,
  keptDevice,
  openSignIn,
  storageOf,
  type Device,
} from './session.ts';
import { LATER_RETRY_MS } from './later.ts';
import type { HandedOut, openHandedOut } from './handed-out.ts';
import type { openKeptBytes } from './kept-bytes.ts';
import type { watchAddresses } from './readdress.ts';
import type { openUploads, Uploads } from './upload.ts';

/** Confirmation codes of works handed in within this time are repeated when the page closes: a lesson, or two in a row. */
export const LESSON_MS = 3 * 3_600_000;
/** How long other tabs have to say what is theirs before the rest is erased; a slow computer may have put one aside. */
export const CLAIM_MS = 1_000;

const OURS = 'parta.';
const DATABASES_KEY = 'parta.databases';
const TABS_CHANNEL = 'parta.tabs';

/** What a pupil should know when the page closes: kept in memory only, names no class and no task. */
export interface Farewell {
  receipts: readonly { receipt: string; at: number }[];
  unsentWorks: number;
  unsentMessages: number;
  /** Files chosen or a note written, never handed in. */
  unfinishedWorks: number;
}

/** The class as one sign-in sees it: its store, its uploads, and the way out. */
export interface Room {
  device: Pick<Device, 'name' | 'keeps'>;
  store: ClassStore;
  /** null until {@link equip}. */
  uploads(): Uploads | null;
  /** Files that a lesson hands out; null until {@link equip}. */
  handedOut(): HandedOut | null;
  /** Gives the room what is loaded after the tasks have been drawn; a second time changes nothing. */
  equip(part: {
    openUploads: typeof openUploads;
    openHandedOut: typeof openHandedOut;
    openKeptBytes: typeof openKeptBytes;
    watchAddresses: typeof watchAddresses;
  }): void;
  /** The hub's clock, Unix ms. */
  now(): number;
  /** A work begun and not handed in, by assignment; said again when the page closes. */
  unfinished: Set<string>;
  farewell(): Farewell;
  /** Whether closing the page now would lose something that only this page has. */
  isUnsent(): boolean;
  /**
   * The hub has ended this sign-in. Whether that is only because it came back from a backup that knows nothing of it: then what was done
   * here is on no other disk. Answers when the hub has.
   */
  isForgotten(code: ErrorCode): Promise<boolean>;
  /** Stands at the door of a class again, as the same person. Throws PartaError. */
  askAgain(code: string, name: string): Promise<void>;
  /** Signs this device out at the hub, then erases everything local. */
  leave(): Promise<void>;
  /** Erases everything local: the hub has ended the sign-in. */
  erase(): Promise<void>;
}

export interface Door {
  hub(): Promise<HubFacts>;
  /** The room of a sign-in that this browser still has; null where there is none: then what pages before have left is being erased. */
  reopen(onEnded: (code: ErrorCode) => void): Promise<Room | null>;
  /** Waits until what others have left is gone. Throws PartaError. */
  enter(code: string, name: string, keeps: boolean, onEnded: (code: ErrorCode) => void): Promise<Room>;
}

/** Waiting commands that are no messages: works are counted apart, a reaction or a vote is nothing to worry about. */
const NOT_WORDS: readonly CommandKind[] = ['handIn', 'react', 'vote'];

/** Bytes of files that the hub does not have yet stand in a database of their own, beside the store's. */
const filesOf = (name: string) => `${name}.files`;
const databaseOf = (device: Device) => `${OURS}${device.hubId}.${device.personId}`;

function knownDatabases(): string[] {
  try {
    const names: unknown = JSON.parse(storageOf(true)?.getItem(DATABASES_KEY) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string' && name.startsWith(OURS)) : [];
  } catch {
    return [];
  }
}
function rememberDatabases(names: readonly string[]) {
  try {
    if (names.length > 0) storageOf(true)?.setItem(DATABASES_KEY, JSON.stringify(names));
    else storageOf(true)?.removeItem(DATABASES_KEY);
  } catch {
    // Then only browsers that list their databases can find what was left.
  }
}

/** Answers other tabs which database is ours. */
function claim(name: string): Stop {
  if (typeof BroadcastChannel === 'undefined') return () => undefined;
  const channel = new BroadcastChannel(TABS_CHANNEL);
  channel.addEventListener('message', (event) => {
    if (event.data === 'who') channel.postMessage({ uses: name });
  });
  return () => channel.close();
}

async function claimedByOthers(): Promise<Set<string>> {
  const claimed = new Set<string>();
  if (typeof BroadcastChannel === 'undefined') return claimed;
  const channel = new BroadcastChannel(TABS_CHANNEL);
  channel.addEventListener('message', (event: MessageEvent<{ uses?: unknown }>) => {
    if (typeof event.data?.uses === 'string') claimed.add(event.data.uses);
  });
  channel.postMessage('who');
  await new Promise((resolve) => setTimeout(resolve, CLAIM_MS));
  channel.close();
  return claimed;
}

/** Chromium lists its databases; Firefox before 126 does not, hence the names kept beside. */
async function eraseLeftBehind(): Promise<void> {
  let listed: string[] = [];
  try {
    listed = (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith(OURS) ? [name] : []));
  } catch {
    // Not known to this browser.
  }
  const known = knownDatabases();
  const names = [...new Set([...known, ...known.map(filesOf), ...listed])];
  if (names.length === 0) return;
  const claimed = await claimedByOthers();
  const inUse = new Set([...claimed].flatMap((name) => [name, filesOf(name)]));
  await Promise.all(names.filter((name) => !inUse.has(name)).map(deleteDatabase));
  rememberDatabases([...claimed]);
}

const deleteDatabase = (name: string) =>
  new Promise<void>((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    // Blocked: some tab still has it open; it is gone when that tab is.
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });

function forget(keeps: boolean) {
  const storage = storageOf(keeps);
  if (!storage) return;
  for (const key of Object.keys(storage)) if (key.startsWith(OURS)) storage.removeItem(key);
}

async function open(device: Device, onEnded: (code: ErrorCode) => void): Promise<Room> {
  // The engine is loaded behind the form: the address opens sooner, and a wrong code costs nothing.
  const { openClassStore } = await import('../client/class-store.ts');
  const signIn = openSignIn(device);
  let uploads: Uploads | null = null;
  let handedOut: HandedOut | null = null;
  const filesListeners = new Set<() => void>();
  const name = databaseOf(device);
  rememberDatabases([...new Set([...knownDatabases(), name])]);
  const release = claim(name);
  const store = await openClassStore({
    name,
    credentials: { session: signIn.session },
    // Until the uploads are there, no file of ours counts as stored: what names one waits (S9).
    files: {
      isStored: (fileId) => uploads?.isStored(fileId) ?? false,
      describe: (fileId) => uploads?.describe(fileId) ?? null,
      missing: async (fileIds) => (uploads ? uploads.missing(fileIds) : true),
      watch(listener) {
        filesListeners.add(listener);
        return () => filesListeners.delete(listener);
      },
    },
    onEnded,
  });

  let outbox: readonly OutboxRow[] = [];
  let view: ClassView | null = null;
  let stopClass: Stop | null = null;
  let logId = '';
  const unfinished = new Set<string>();
  const stops = [
    store.watchOutbox((rows) => (outbox = rows)),
    store.watchConnection(({ state }) => state === 'online' && uploads?.kick()),
    store.watchMe((me) => {
      const mine = me?.logs.find((log) => log.kind === 'class' && log.state === 'member');
      if (!mine || mine.logId === logId) return;
      logId = mine.logId;
      stopClass?.();
      stopClass = store.watchClass(mine.logId, (next) => (view = next));
    }),
  ];
  function close() {
    for (const stop of stops) stop();
    stopClass?.();
    release();
    signIn.close();
    uploads?.close();
    handedOut?.close();
    view = null;
    unfinished.clear();
  }
  async function erase() {
    close();
    await Promise.all([store.erase(), deleteDatabase(filesOf(name))]);
    rememberDatabases(knownDatabases().filter((known) => known !== name));
    forget(device.keeps);
  }

  return {
    device: { name: device.name, keeps: device.keeps },
    store,
    uploads: () => uploads,
    handedOut: () => handedOut,
    equip(part) {
      if (uploads) return;
      handedOut = part.openHandedOut();
      const kept = part.openKeptBytes(filesOf(name));
      uploads = part.openUploads({ ticket: signIn.ticket, storage: storageOf(device.keeps), kept });
      const tell = () => {
        for (const listener of filesListeners) listener();
      };
      uploads.watch(tell);
      stops.push(part.watchAddresses(store));
      tell();
    },
    now: signIn.now,
    unfinished,
    isUnsent: () => outbox.length > 0 || (uploads?.isBusy() ?? false) || unfinished.size > 0,
    farewell() {
      const since = signIn.now() - LESSON_MS;
      const works = view
        ? Object.values(view.classroom.submissions).filter((work) => work.memberId === view?.memberId)
        : [];
      const receipts = works
        .flatMap((work) => work.attempts)
        .filter((attempt) => attempt.receipt !== '' && attempt.at >= since)
        .map(({ receipt, at }) => ({ receipt, at }))
        .sort((a, b) => a.at - b.at);
      const handIns = outbox.filter((row) => row.command.kind === 'handIn').length;
      return {
        receipts,
        unsentWorks: handIns,
        unsentMessages: outbox.filter(({ command }) => !NOT_WORDS.includes(command.kind)).length,
        unfinishedWorks: unfinished.size,
      };
    },
    async isForgotten(code) {
      if (code !== 'signed-out') return false;
      const known = await new Promise<MeView | null>((resolve) => {
        const stop = store.watchMe((me) => {
          resolve(me);
          queueMicrotask(() => stop());
        });
      });
      for (;;) {
        try {
          const { hubId, epoch } = await hubFacts();
          return hubId === device.hubId && epoch !== undefined && known?.epoch !== undefined && epoch !== known.epoch;
        } catch {
          // What may be on no other disk is not erased because of a hub that is out of reach again.
          await new Promise((resolve) => setTimeout(resolve, LATER_RETRY_MS));
        }
      }
    },
    async askAgain(code, name) {
      try {
        await joinAgain(code, name, await signIn.ticket(true));
      } catch (error) {
        if (codeOf(error) !== 'signed-out') throw error;
        await comeBack(code, name, device);
        store.connectNow();
      }
    },
    async leave() {
      // At once here, whether or not the hub can be told.
      void signIn.signOut();
      await erase();
    },
    erase,
  };
}

/** The form does not wait for it: the next pupil would look at an empty page. */
let erasing: Promise<void> = Promise.resolve();

export const door: Door = {
  hub: hubFacts,
  async reopen(onEnded) {
    const device = keptDevice();
    if (device) return open(device, onEnded);
    erasing = eraseLeftBehind();
    return null;
  },
  async enter(code, name, keeps, onEnded) {
    await erasing;
    const device = await join(code, name, keeps);
    keepDevice(device);
    return open(device, onEnded);
  },
};
