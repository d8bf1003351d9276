/**
 * What this installation remembers between starts, as small files of JSON. Promises: every key is parsed by its schema on
 * the way in and out; a broken file or value is set aside beside the good one (`….broken-<time>.json`), never deleted, and
 * the app starts with defaults; a file that cannot be read just now is waited for, and then the app does not start: whoever
 * began with defaults would be signed out everywhere; a write is on disk, whole, before it returns. Hides: electron-store.
 */
import Store from 'electron-store';
import { copyFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { DeviceId } from '../core/ids.ts';
import { NAME_MAX } from '../core/limits.ts';
import {
  Server,
  Settings,
  type NotificationSettings,
  type StorageSettings,
  type TransferSettings,
} from '../preload/contract.ts';
import { LESSON_LIMIT_DEFAULT, PARALLEL_DEFAULT, QUOTA_DEFAULT_BYTES } from '../preload/contract/channels.ts';
import { PortfolioPair, PortfolioPast } from '../preload/contract/portfolio.ts';
import type { Log } from './log.ts';
import { patiently } from './patient-fs.ts';

/** The folder holds device secrets (encrypted where the system can): nobody else on the computer reads it. */
const FILE_MODE = 0o600;

const WindowPlace = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int(),
  height: z.int(),
  isMaximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof WindowPlace>;

/** A sign-in to a hub. `url` of an embedded hub is known only while it runs, so it is not kept. */
const SignIn = z.object({
  ...z.omit(Server, { url: true }).shape,
  url: z.string(),
  deviceId: DeviceId,
  /** Base64 of what the system's key store encrypted, or of the plain secret where it has none. */
  secret: z.string(),
  isSealed: z.boolean(),
});
export type SignIn = z.infer<typeof SignIn>;

const EmbeddedHub = z.object({
  hubName: z.string().check(z.maxLength(NAME_MAX)),
  port: z.nullable(z.int()),
  /** The adapter whose address the class is shown, where the teacher chose one. */
  adapter: z.optional(z.string().check(z.maxLength(100))),
});
export type EmbeddedHub = z.infer<typeof EmbeddedHub>;

/** Another computer of this teacher that portfolios go to and come from. */
const Pair = z.object({
  ...PortfolioPair.shape,
  /** {@link PairSecrets} as JSON, base64 of what the key store encrypted where there is one. */
  secret: z.string(),
  isSealed: z.boolean(),
  /** This computer's own Ed25519 key, and the other's with its age recipient; SPKI, base64. */
  ownKey: z.string(),
  peerKey: z.string(),
  peerRecipient: z.string(),
  /** Number of the last portfolio made here, numbers of those taken in, and of those of ours that the other has taken in. */
  made: z.int(),
  taken: z.array(z.int()),
  answered: z.array(z.int()),
});
export type Pair = z.infer<typeof Pair>;

/** Nobody needs to be found at night; what came is there in the morning. */
export const FIRST_NOTIFICATIONS: NotificationSettings = {
  isOn: true,
  showText: false,
  quiet: { isOn: true, fromMinute: 21 * 60, toMinute: 7 * 60, days: [0, 1, 2, 3, 4, 5, 6] },
};

export const FIRST_TRANSFERS: TransferSettings = {
  parallel: PARALLEL_DEFAULT,
  lessonBytesPerSecond: LESSON_LIMIT_DEFAULT,
};
export const FIRST_STORAGE: StorageSettings = { quotaBytes: QUOTA_DEFAULT_BYTES };

/** Each file and its keys: the schema, and what a new installation starts with. */
export const FILES = {
  settings: {
    language: [Settings.shape.language, 'ru'],
    theme: [Settings.shape.theme, 'system'],
    place: [Settings.shape.place, '/'],
    railCollapsed: [Settings.shape.railCollapsed, false],
    notifications: [Settings.shape.notifications, FIRST_NOTIFICATIONS],
    mutedChannels: [Settings.shape.mutedChannels, []],
    transfers: [Settings.shape.transfers, FIRST_TRANSFERS],
    storage: [Settings.shape.storage, FIRST_STORAGE],
    lesson: [Settings.shape.lesson, null],
    window: [z.nullable(WindowPlace), null],
  },
  servers: {
    signIns: [z.array(SignIn), []],
    embedded: [z.nullable(EmbeddedHub), null],
  },
  portfolios: {
    pairs: [z.array(Pair), []],
    past: [z.array(PortfolioPast), []],
  },
} as const satisfies Record<string, Record<string, readonly [z.core.$ZodType, unknown]>>;

type FileName = keyof typeof FILES;
type Values<F extends FileName> = {
  -readonly [K in keyof (typeof FILES)[F]]: (typeof FILES)[F][K] extends readonly [
    infer S extends z.core.$ZodType,
    unknown,
  ]
    ? z.infer<S>
    : never;
};

export interface StoredFile<F extends FileName> {
  read<K extends keyof Values<F>>(key: K): Values<F>[K];
  /** Durable when it returns. Throws where the value does not fit its schema or the disk refuses. */
  write(values: { [K in keyof Values<F>]?: Values<F>[K] | undefined }): void;
}

/**
 * @param dir the user's data folder
 * @param name which of {@link FILES}
 * @throws where the file is there and cannot be read: nothing was changed
 */
export async function openStored<F extends FileName>(dir: string, name: F, log: Log): Promise<StoredFile<F>> {
  const schemas: Record<string, readonly [z.core.$ZodType, unknown]> = FILES[name];
  const path = join(dir, `${name}.json`);
  async function setAside(move: (from: string, to: string) => Promise<void>): Promise<void> {
    await patiently(() => move(path, path.replace(/\.json$/, `.broken-${Date.now()}.json`)));
    log.write('settings-set-aside');
  }
  const text = await patiently(() => readFile(path, 'utf8')).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  const kept = objectIn(text);
  if (!kept) await setAside(rename);

  const values = new Map<string, unknown>();
  let isWhole = true;
  for (const [key, [schema, initial]] of Object.entries(schemas)) {
    const stored = kept?.[key];
    const parsed = stored === undefined ? null : z.safeParse(schema, stored);
    values.set(key, parsed?.success ? parsed.data : initial);
    if (parsed && !parsed.success) isWhole = false;
  }
  if (!isWhole) await setAside(copyFile);
  const store = await patiently(
    async () => new Store<Record<string, unknown>>({ cwd: dir, name, configFileMode: FILE_MODE }),
  );

  return {
    read: (key) => values.get(key as string) as never,
    write(changes) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      const parsed = given.map(([key, value]) => {
        const schema = schemas[key]?.[0];
        if (!schema) throw new Error('no such key');
        return [key, z.parse(schema, value)] as const;
      });
      store.set(Object.fromEntries(parsed));
      for (const [key, value] of parsed) values.set(key, value);
    },
  };
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
