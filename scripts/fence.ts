// The dependency table of the rooms and the doors to libraries, as data. The lint configuration (oxlint.config.ts) and the
// architecture test both read it, so that there is one truth; both are shown to refuse by fixtures of forbidden imports.
// A room sees only what is listed here: other rooms, packages (a positive list), and globals of its environment.

/** Paths are relative to src/. `file` patterns: a path, or a folder ending in `/`. */
export interface Wall {
  /** Room or part of a room: its files, relative to src/. */
  readonly files: readonly string[];
  /** Other rooms it may import: a folder ending in `/`, or one file. */
  readonly rooms: readonly string[];
  /** Files it may import types from, and nothing else. */
  readonly typesOf?: readonly string[];
  /** Packages it may import; `name/*` allows all below a name. */
  readonly packages: readonly string[];
  readonly environment: 'pure' | 'node' | 'browser' | 'page';
  /** Runs on plain HTTP in old browsers: nothing that needs a secure context. */
  readonly plainHttp?: true;
}

const REACT = ['react', 'react/jsx-runtime'] as const;

/** ARCHITECTURE's table: each room, what it may import. `browser` has no React, `page` has. */
export const WALLS: Readonly<Record<string, Wall>> = {
  core: { files: ['core/'], rooms: [], packages: ['zod/mini'], environment: 'pure' },
  contract: {
    files: ['preload/contract.ts', 'preload/contract/'],
    rooms: ['core/'],
    packages: ['zod', 'zod/mini'],
    environment: 'pure',
  },
  preload: {
    files: ['preload/index.ts'],
    rooms: ['preload/contract.ts', 'preload/contract/'],
    packages: ['electron'],
    environment: 'browser',
  },
  hub: {
    files: ['hub/'],
    rooms: ['core/'],
    packages: ['node:*', 'socket.io', 'zod/mini'],
    environment: 'node',
  },
  main: {
    files: ['main/'],
    rooms: ['core/', 'preload/contract.ts', 'preload/contract/'],
    packages: [
      'node:*',
      'age-encryption',
      'electron',
      'electron-store',
      'multicast-dns',
      'tus-js-client',
      'yauzl',
      'yazl',
      'zod',
      'zod/mini',
    ],
    environment: 'node',
  },
  client: {
    files: ['client/'],
    rooms: ['core/'],
    packages: ['dexie', 'socket.io-client', '@orama/stemmers/*', 'zod/mini'],
    environment: 'browser',
    plainHttp: true,
  },
  ui: {
    files: ['ui/'],
    rooms: ['core/', 'client/class-store.ts'],
    packages: [...REACT, 'temml', 'temml/*'],
    environment: 'page',
    plainHttp: true,
  },
  renderer: {
    files: ['renderer/'],
    // channels.ts spells the URLs under which the window's own protocol answers; it carries no schema with it.
    rooms: ['core/', 'client/class-store.ts', 'ui/', 'preload/contract/channels.ts'],
    typesOf: ['preload/contract.ts'],
    packages: [
      ...REACT,
      'react-dom',
      'react-dom/client',
      '@mantine/*',
      '@tabler/icons-react',
      'fflate',
      'get-nonce',
      'libheif-js/wasm-bundle',
      'mammoth',
      'papaparse',
      'pdfjs-dist',
      'pdfjs-dist/*',
      'read-excel-file/*',
      'saxen',
      'uqr',
      'wouter',
      'wouter/*',
      'zod/mini',
    ],
    environment: 'page',
  },
  student: {
    files: ['student/'],
    rooms: ['core/', 'client/class-store.ts', 'ui/'],
    packages: [...REACT, 'react-dom', 'react-dom/client', 'tus-js-client', 'zod/mini'],
    environment: 'page',
    plainHttp: true,
  },
};

/** A library, or names of a library, that only the named files import. */
export interface Door {
  readonly library: string;
  readonly names?: readonly string[];
  readonly files: readonly string[];
}

export const DOORS: readonly Door[] = [
  { library: 'electron', names: ['ipcMain'], files: ['main/ipc.ts'] },
  { library: 'electron-store', files: ['main/settings.ts'] },
  { library: 'dexie', files: ['client/database.ts'] },
  { library: 'socket.io-client', files: ['client/transport.ts'] },
  { library: 'socket.io', files: ['hub/sockets.ts'] },
  { library: 'node:sqlite', files: ['hub/store-sqlite.ts', 'hub/store-writer.ts'] },
  { library: 'tus-js-client', files: ['main/tus-upload.ts', 'student/upload.ts'] },
  { library: 'temml', files: ['ui/formulas.tsx'] },
  { library: 'multicast-dns', files: ['main/mdns.ts'] },
  { library: 'age-encryption', files: ['main/portfolio-file.ts'] },
  { library: 'yauzl', files: ['main/intake-zip.ts'] },
  { library: 'yazl', files: ['main/save-tree.ts'] },
];

/** Exists only in a secure context; a pupil's page on a LAN is none. `object` absent: on whatever object. */
export const SECURE_CONTEXT_ONLY: readonly { object?: string; property: string }[] = [
  { property: 'subtle' },
  { property: 'randomUUID' },
  ...['locks', 'serviceWorker', 'clipboard', 'mediaDevices', 'storage', 'share', 'wakeLock', 'credentials'].map(
    (property) => ({ object: 'navigator', property }),
  ),
];

/** Node's globals, which a type that slips in through some library would otherwise let pass in a page. */
export const NODE_GLOBALS = [
  'process',
  'Buffer',
  'require',
  'global',
  '__dirname',
  '__filename',
  'setImmediate',
] as const;

/** The nine packages of the design card and what an import of each looks like. */
export const CARD: Readonly<Record<string, RegExp>> = {
  electron: /^electron$/,
  'electron-vite': /^electron-vite$/,
  react: /^react$/,
  mantine: /^@mantine\/core$/,
  'electron-store': /^electron-store$/,
  dexie: /^dexie$/,
  'socket.io-client': /^socket\.io-client$/,
  vitest: /^vitest$/,
  playwright: /^(?:playwright|@playwright\/test)$/,
};
