/** A desktop for the gallery: settings, servers, hub and transfers as the scene has them; files of the library are the gallery's own. */
import type {
  CallInput,
  CallName,
  CallOutput,
  ChosenFile,
  Desktop,
  DesktopAnswer,
  EventName,
  EventValue,
  FileCall,
  Handed,
  HubState,
  Intake,
  PortfolioJob,
  Portfolios,
  PortfolioSummary,
  PortfolioWeight,
  Saving,
  Server,
  Settings,
  Storage,
  Transfer,
} from '../../../src/preload/contract.ts';
import { nextFileId } from '../../support/paper-class.ts';

type Listener = (value: never) => void;

const chosenFile = (name: string, sizeBytes: number): ChosenFile => ({
  fileId: nextFileId(),
  name,
  sizeBytes,
  mediaType: 'application/octet-stream',
});

export class PaperDesktop implements Desktop<File> {
  settings: Settings = {
    language: 'ru',
    theme: 'light',
    place: '',
    railCollapsed: false,
    notifications: {
      isOn: true,
      showText: false,
      quiet: { isOn: true, fromMinute: 21 * 60, toMinute: 7 * 60, days: [0, 1, 2, 3, 4, 5, 6] },
    },
    mutedChannels: [],
    transfers: { parallel: 3, lessonBytesPerSecond: 4 * 1024 ** 2 },
    storage: { quotaBytes: 20 * 1024 ** 3 },
    lesson: null,
  };
  servers: Server[] = [];
  hub: HubState = { state: 'absent', code: null, port: null, addresses: [], firewall: 'unknown' };
  transfers: Transfer[] = [];
  storage: Storage = {
    hereFiles: 0,
    hereBytes: 0,
    freeDiskBytes: 118.4 * 1024 ** 3,
    classes: [],
    loose: { files: 0, bytes: 0 },
    away: 0,
    isFull: false,
    damaged: [],
    check: null,
    checkedAt: null,
  };
  /** What lies in whatever folder is chosen; null: the person thinks better of it. */
  found: Intake | null = null;
  handed: Handed | null = null;
  savings: Saving[] = [];
  portfolios: Portfolios = { pairs: [], jobs: [], past: [] };
  weight: PortfolioWeight = {
    inside: { files: 0, bytes: 0 },
    there: { files: 0, bytes: 0 },
    missing: { files: 0, bytes: 0 },
  };
  /** What lies in the file that is chosen; null: the person thinks better of it. */
  portfolioChosen: PortfolioJob | null = null;
  /** Every call that was made, oldest first. */
  readonly asked: { name: CallName; input: unknown }[] = [];
  /** Hashes that the library holds. */
  library = new Set<string>();
  private readonly listeners = new Map<EventName, Set<Listener>>();

  private answers: { [K in CallName]?: (input: CallInput<K>) => CallOutput<K> } = {
    'app.facts': () => ({
      version: '0.1.0',
      platform: 'linux',
      shell: 'stand-in',
      dataDir: '/home/teacher/.config/Parta',
      deviceName: 'Кабинет 12',
    }),
    'settings.read': () => this.settings,
    'settings.write': (part) => {
      this.settings = { ...this.settings, ...(part as Partial<Settings>) };
      this.tell('settings', this.settings);
      return this.settings;
    },
    'servers.list': () => this.servers,
    'hub.state': () => this.hub,
    'hub.check': () => this.hub,
    'hub.show': () => this.hub,
    'hub.port': () => this.hub,
    'hub.announce': () => this.hub,
    'hub.start': () => this.hub,
    'hub.stop': () => this.hub,
    'transfers.list': () => this.transfers,
    'transfers.download': () => ({}),
    'transfers.pause': () => ({}),
    'transfers.resume': () => ({}),
    'transfers.cancel': () => ({}),
    'transfers.move': () => ({}),
    'transfers.all': () => ({}),
    'transfers.lesson': () => ({}),
    'library.drag': () => ({}),
    'storage.read': () => this.storage,
    'storage.classes': () => ({}),
    'storage.keep': () => ({}),
    'storage.hold': () => ({}),
    'storage.pin': ({ logId, isPinned }) => {
      for (const one of this.storage.classes) if (one.logId === logId) one.isPinned = isPinned;
      this.tell('storage', structuredClone(this.storage));
      return {};
    },
    'storage.free': ({ logId }) => {
      const one = this.storage.classes.find((kept) => kept.logId === logId);
      return { files: one?.freeableFiles ?? 0, bytes: one?.freeableBytes ?? 0 };
    },
    'storage.restore': () => ({}),
    'storage.freeLoose': () => ({ ...this.storage.loose }),
    'storage.check': () => ({}),
    'storage.dismiss': () => ({}),
    'library.has': ({ hashes }) => hashes.filter((hash) => this.library.has(hash)),
    'library.open': () => ({}),
    'library.show': () => ({}),
    'notifications.update': () => ({}),
    'export.begin': ({ folder }) => ({ exportId: 'export', folder }),
    'export.file': ({ file }) => (this.library.has(file.sha256) ? 'saved' : 'missing'),
    'export.end': () => ({}),
    'export.show': () => ({}),
    'intake.choose': () => this.found,
    'intake.bring': ({ ids }) => ids.map((id) => this.broughtFile(id)),
    'intake.end': () => ({}),
    'handed.read': () => this.handed,
    'handed.upload': () => (this.handed?.files ?? []).map(({ name, sizeBytes }) => chosenFile(name, sizeBytes)),
    'handed.scan': () => this.found!,
    'handed.end': () => ({}),
    'saves.begin': () => ({ saveId: '1' }),
    'saves.list': () => this.savings,
    'saves.stop': () => ({}),
    'saves.show': () => ({}),
    'portfolio.read': () => this.portfolios,
    'portfolio.weigh': () => this.weight,
    'portfolio.begin': ({ serverId, title }) => {
      const made: PortfolioJob = {
        jobId: 'made',
        direction: 'out',
        state: 'gathering',
        trouble: null,
        name: title,
        place: 'KINGSTON',
        serverId,
        doneBytes: 0,
        totalBytes: 0,
        needsPassphrase: false,
        summary: null,
        taken: null,
      };
      this.portfolios = { ...this.portfolios, jobs: [...this.portfolios.jobs, made] };
      this.tell('portfolios', this.portfolios);
      return made;
    },
    'portfolio.pack': ({ jobId }) => this.portfolioNow(jobId, { state: 'packing', totalBytes: 100, doneBytes: 40 }),
    'portfolio.choose': () => {
      if (this.portfolioChosen) {
        this.portfolios = { ...this.portfolios, jobs: [...this.portfolios.jobs, this.portfolioChosen] };
        this.tell('portfolios', this.portfolios);
      }
      return this.portfolioChosen;
    },
    'portfolio.take': ({ jobId }) => this.portfolioNow(jobId, { state: 'taking', doneBytes: 10 }),
    'portfolio.taken': ({ jobId, taken, trouble }) =>
      this.portfolioNow(jobId, { state: taken ? 'done' : 'failed', taken, trouble }),
    'portfolio.stop': ({ jobId }) => this.portfolioNow(jobId, { state: 'stopped' }),
    'portfolio.show': () => ({}),
    'portfolio.forget': ({ jobId }) => {
      const jobs = this.portfolios.jobs.filter((one) => one.jobId !== jobId);
      this.portfolios = { ...this.portfolios, jobs };
      this.tell('portfolios', this.portfolios);
      return {};
    },
    'portfolio.look': ({ jobId, passphrase }) => {
      const isRight = passphrase.replace(/\s/g, '') === '1234567890123456';
      this.portfolioNow(
        jobId,
        isRight ? { state: 'looked', trouble: null, summary: this.portfolioInside } : { trouble: 'passphrase' },
      );
      return this.portfolios.jobs.find((one) => one.jobId === jobId)!;
    },
    'saves.forget': ({ saveId }) => {
      this.savings = this.savings.filter((one) => one.saveId !== saveId);
      this.tell('saves', this.savings);
      return {};
    },
  };

  async call<K extends Exclude<CallName, FileCall>>(
    name: K,
    input: CallInput<K>,
  ): Promise<DesktopAnswer<CallOutput<K>>> {
    this.asked.push({ name, input });
    const answer = this.answers[name] as ((input: CallInput<K>) => CallOutput<K>) | undefined;
    return answer ? { ok: true, value: answer(input) } : { ok: false, code: 'hub-unreachable' };
  }

  /** What a locked one shows when it is opened. */
  portfolioInside: PortfolioSummary | null = null;
  portfolioNow(jobId: string, part: Partial<PortfolioJob>): Record<string, never> {
    const jobs = this.portfolios.jobs.map((one) => (one.jobId === jobId ? { ...one, ...part } : one));
    this.portfolios = { ...this.portfolios, jobs };
    this.tell('portfolios', this.portfolios);
    return {};
  }

  async upload(_serverId: string, files: readonly File[]): Promise<DesktopAnswer<ChosenFile[]>> {
    const value = files.map(({ name, size, type }) => ({
      fileId: nextFileId(),
      name,
      sizeBytes: size,
      mediaType: type,
    }));
    return { ok: true, value };
  }

  async intake(files: readonly File[]): Promise<DesktopAnswer<Intake>> {
    this.asked.push({ name: 'intake.files', input: files.map(({ name }) => name) });
    return this.found ? { ok: true, value: this.found } : { ok: false, code: 'file-gone' };
  }

  private broughtFile(id: string): ChosenFile {
    const { name, sizeBytes } = this.found!.files.find((file) => file.id === id)!;
    return chosenFile(name, sizeBytes);
  }

  on<K extends EventName>(name: K, listener: (value: EventValue<K>) => void): () => void {
    const all = this.listeners.get(name) ?? new Set<Listener>();
    this.listeners.set(name, all.add(listener as Listener));
    return () => void all.delete(listener as Listener);
  }

  tell<K extends EventName>(name: K, value: EventValue<K>) {
    for (const listener of this.listeners.get(name) ?? []) (listener as (value: EventValue<K>) => void)(value);
  }
}
