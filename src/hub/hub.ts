/**
 * A class hub: store, logs, files, people, HTTP and sockets put together on one port. The same program runs inside the
 * teacher's app (embedded.ts) and on a school's server (standalone.ts).
 *
 * Promises: the port of last time if it is free, else the next one that is; everything acked is on disk; `close` lets what is
 * under way end and leaves nothing running.
 */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Worker } from 'node:worker_threads';
import type { Member } from '../core/classroom.ts';
import { HUB_PORT_DEFAULT, HUB_PORT_TRIES } from '../core/embedding.ts';
import { PartaError } from '../core/errors.ts';
import { uuidV7, type CommandId, type HubId, type PersonId } from '../core/ids.ts';
import { cleanName } from '../core/names.ts';
import type { Credentials, DeviceCode, LogKey } from '../core/wire.ts';
import { Catchup } from './catchup.ts';
import { ClassLogs } from './class-logs.ts';
import { Downloads } from './download.ts';
import { Files, type FileLimits } from './files.ts';
import { Door, Http, type HttpLimits } from './http.ts';
import { Live } from './live.ts';
import { silent, type Log } from './log.ts';
import { People } from './people.ts';
import { Schedule } from './schedule.ts';
import { School } from './school.ts';
import { RATES, Sockets, type Rates } from './sockets.ts';
import type { Store } from './store.ts';
import { openSqliteStore, type SqliteOptions } from './store-sqlite.ts';
import { StudentPage } from './student-page.ts';
import { watchVisitors, type Visitor } from './visitors.ts';
import { Wall } from './wall.ts';

/** How often idle logs are unloaded and forgotten files removed. */
const HOUSEKEEPING_MS = 10 * 60_000;

export interface HubOptions {
  dataDir: string;
  /** The port to ask for first; 0 for any, which is then not kept; null for the one of last time, or the default. */
  port: number | null;
  hubName: string;
  /** Address to listen on; all of them by default. */
  address?: string;
  /** Names this hub answers to besides addresses and the machine's own; default from PARTA_HUB_HOSTS. */
  hosts?: readonly string[];
  /** Origins of pages besides its own and the app's; default from PARTA_HUB_ORIGINS. */
  origins?: readonly string[];
  /** Where the pupil's page was built to. */
  studentDir?: string | null;
  /** A backup to start from instead of what the folder holds: a new epoch begins (S14). */
  restoreFrom?: string;
  log?: Log;
  now?: () => number;
  /** Called when the database can no longer be written: nothing more can be promised, start the hub again. */
  onBroken?: () => void;
  /** Somebody came from another computer. */
  onVisitor?: (visitor: Visitor) => void;
  rates?: Partial<Rates>;
  fileLimits?: Partial<FileLimits>;
  httpLimits?: Partial<HttpLimits>;
  /** Starts the thread that writes uploads; tests bring one whose death they decide. */
  startFileWriter?: () => Worker;
  /** Tickets good at once; the oldest go first. */
  ticketsMax?: number;
}

export interface Hub {
  readonly port: number;
  readonly hubId: HubId;
  readonly hubName: string;
  readonly epoch: string;
  /** A teacher of this name with a new device: for the person at this computer only, never over the network. */
  makeOwner(owner: { teacherName: string; device: string }): Promise<Credentials>;
  /** A code by which the first teacher's app comes in, or the next one when none may come in any more; null while one may. */
  firstTeacherCode(teacherName: string): Promise<DeviceCode | null>;
  /** Shuts a teacher out for good: devices, school, one-to-one chats; his classes stay. `not-found` where nobody has this name. */
  removeTeacher(teacherName: string): Promise<void>;
  /** Writes a whole copy of the database; files stay where they are. */
  backup(toFile: string): Promise<void>;
  /** Does what is due by the clock now, instead of within seconds (S20). */
  lookAtSchedule(): Promise<void>;
  /** Removes old uploads that nothing names, and content that no row knows. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const listOf = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

/**
 * Opens a hub. Throws PartaError: `busy` (another hub has the folder), `port-taken`, `storage-damaged`.
 * @param openStore where it keeps everything; tests and benches bring another
 */
export async function openHub(
  options: HubOptions,
  openStore: (options: SqliteOptions) => Promise<Store> = openSqliteStore,
): Promise<Hub> {
  const { dataDir, log = silent, now = Date.now, restoreFrom } = options;
  const store = await openStore({
    dataDir,
    hubName: cleanName(options.hubName) || 'Parta',
    restoreFrom,
    now,
    log,
    ...(options.onBroken ? { onBroken: options.onBroken } : {}),
  });
  const identity = await store.identity();
  const { hubId, epoch } = identity;
  if (restoreFrom) log('hub-restored', { hubId });

  const newCommandId = () => uuidV7(now(), randomBytes(16)) as CommandId;
  const logKeyOf = (member: Member) => `${hubId}:${epoch}:${member.memberId}:${member.roleVersion}` as LogKey;
  const door = new Door(
    options.hosts ?? listOf(process.env['PARTA_HUB_HOSTS']),
    options.origins ?? listOf(process.env['PARTA_HUB_ORIGINS']),
  );

  const { ticketsMax } = options;
  const people = new People({ store, log, now, hubId, ...(ticketsMax === undefined ? {} : { ticketsMax }) });
  // The logs speak to sockets and schedule, which in turn need the logs: they meet here.
  const logs = new ClassLogs({
    store,
    log,
    now,
    onGroup: (group) => {
      schedule.note(group.logId, group.nextDueAt);
      sockets.tell(group);
      wall.note(group);
      school.note(group);
    },
    onUnnamedContent: (hashes) => {
      downloads.forget(hashes);
      files.removeContent(hashes).catch(() => log('sweep-failed'));
    },
  });
  const schedule = new Schedule({ store, logs, log, now });
  const school = new School({ hubId, hubName: identity.name, store, logs, log, now });
  const live = new Live({ store, logs, log, now });
  const wall = new Wall({ logs, log, now });
  const files = new Files({
    store,
    dataDir,
    log,
    now,
    wall,
    limits: options.fileLimits ?? {},
    ...(options.startFileWriter ? { startFileWriter: options.startFileWriter } : {}),
  });
  const downloads = new Downloads({ store, logs, dataDir });
  const page = new StudentPage(options.studentDir ?? null);
  const catchup = new Catchup({ logs, now, logKeyOf });
  const http = new Http({
    identity,
    store,
    people,
    logs,
    files,
    downloads,
    catchup,
    school,
    wall,
    page,
    sockets: () => sockets,
    log,
    now,
    door,
    logKeyOf,
    newCommandId,
    ...(options.httpLimits ? { limits: options.httpLimits } : {}),
  });
  if (options.onVisitor) watchVisitors(http.server, now, options.onVisitor);
  const sockets = new Sockets({
    http: http.server,
    logs,
    people,
    live,
    wall,
    log,
    now,
    rates: { ...RATES, ...options.rates },
    logKeyOf,
    isWelcome: (request) => door.isWelcome(request),
  });

  const shut = async () => {
    clearInterval(housekeeping);
    await schedule.close();
    await Promise.all([sockets.close(), http.close()]);
    await school.quiet();
    await live.close();
    wall.close();
    await files.close();
    await logs.close();
    await store.close();
    log('hub-closed', { hubId });
  };
  const sweep = () => files.sweep().catch(() => log('sweep-failed'));
  const housekeeping = setInterval(() => {
    void sweep();
    void logs.unloadIdle((logId) => sockets.isFollowed(logId));
  }, HOUSEKEEPING_MS);
  housekeeping.unref();

  let port: number;
  try {
    await files.open();
    port = await listen(http.server, options.port ?? identity.port ?? HUB_PORT_DEFAULT, options.address);
    if (options.port !== 0 && port !== identity.port) await store.keepPort(port);
    await schedule.open();
  } catch (error) {
    await shut();
    throw error;
  }
  void sweep();
  void school.resume();
  log('hub-opened', { hubId, port });

  let closing: Promise<void> | null = null;
  return {
    port,
    hubId,
    hubName: identity.name,
    epoch,
    makeOwner: ({ teacherName, device }) => people.makeOwner(teacherName, device),
    async firstTeacherCode(teacherName) {
      const teachers = await store.teachers();
      const devices = await store.devicesOf(teachers.map(({ personId }) => personId));
      if (devices.some((device) => device.seenAt !== null && !device.revoked)) return null;
      // The teacher is made by a device that nobody will ever use: the code adds the real one.
      const known = teachers.find(({ name }) => name === cleanName(teacherName));
      const personId: PersonId = known?.personId ?? (await people.makeOwner(teacherName, 'hub')).personId;
      return people.newDeviceCode(personId);
    },
    async removeTeacher(teacherName) {
      const teacher = (await store.teachers()).find(({ name }) => name === cleanName(teacherName));
      if (!teacher) throw new PartaError('not-found');
      const devices = await store.devicesOf([teacher.personId]);
      await people.revoke(
        devices.map(({ deviceId }) => deviceId),
        'signed-out',
      );
      await school.removeTeacher(teacher.personId);
    },
    backup: (toFile) => store.backup(toFile),
    lookAtSchedule: () => schedule.look(),
    sweep: async () => void (await sweep()),
    close: () => (closing ??= shut()),
  };
}

/** Listens on the first free port from `first` on. */
async function listen(server: Server, first: number, address: string | undefined): Promise<number> {
  for (let tried = 0; tried < HUB_PORT_TRIES; tried++) {
    const port = first === 0 ? 0 : first + tried;
    const isOurs = await new Promise<boolean>((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException) => {
        server.off('listening', accept);
        if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
        else reject(error);
      };
      const accept = () => {
        server.off('error', refuse);
        resolve(true);
      };
      server.once('error', refuse).once('listening', accept);
      server.listen({ port, ...(address ? { host: address } : {}) });
    });
    if (isOurs) return (server.address() as AddressInfo).port;
  }
  throw new PartaError('port-taken');
}
