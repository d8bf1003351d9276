// Promises: the preload script runs once per document, before the page's scripts, in a world of its own, with the sandboxed
// renderer's `electron`: contextBridge, ipcRenderer, webUtils; anything else throws. Hides: the binding to main, and how
// webUtils knows the paths of files that were chosen or dropped.
import type { Codec } from './codec.ts';
import type { Bridge } from './bridge.ts';
import type { Lent } from './page-world.ts';

export type Disposition = 'foreground-tab' | 'background-tab' | 'new-window';

/** From this world to main. */
export type ToMain =
  | { kind: 'send'; channel: string; args: unknown[] }
  | { kind: 'invoke'; id: number; channel: string; args: unknown[] }
  | { kind: 'files'; id: number; count: number }
  | { kind: 'permission'; id: number; permission: string; details: object; onlyCheck: boolean }
  | { kind: 'open'; url: string; frameName: string; features: string; disposition: Disposition }
  | { kind: 'close' }
  | { kind: 'title'; title: string }
  | { kind: 'resized' }
  | { kind: 'preload-error'; error: unknown };
/** From main to this world. */
export type FromMain =
  { kind: 'send'; channel: string; args: unknown[] } | { kind: 'answer'; id: number; ok: boolean; value: unknown };

export interface Tools {
  codec: Codec;
  makeBridge(
    carrier: HTMLInputElement,
    side: 'page' | 'preload',
    receive: Record<string, (value: never) => void>,
  ): Bridge;
  /** The app's preload script as a function body, or null. */
  preload: ((require: unknown, module: object, exports: object, process: object) => void) | null;
  process: object;
  secret: string;
  /** The name of the binding, and of the object through which main reaches this world. */
  binding: string;
}

/** Sent as source text: it may use nothing from outside itself. */
export function preloadWorld({ codec, makeBridge, preload, process, secret, binding }: Tools): void {
  if (window.parent !== window || location.protocol === 'data:') return; // a window is born on a data: page

  type Listener = (...args: unknown[]) => void;
  const scope = globalThis as unknown as Record<string, unknown>;
  const toMain = scope[binding] as (text: string) => void;
  const post = (message: ToMain): void => toMain(codec.encode(message));

  const carrier = document.createElement('input');
  carrier.type = 'file';
  carrier.multiple = true;
  window.dispatchEvent(new MouseEvent(secret, { relatedTarget: carrier }));
  const bridge = makeBridge(carrier, 'preload', {});

  let lastId = 0;
  const asked = new Map<number, { resolve(value: never): void; reject(error: unknown): void }>();
  const ask = <T>(message: (id: number) => ToMain): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      post(message(id)); // throws what cannot be cloned
      asked.set(id, { resolve, reject });
    });

  const only = <T extends object>(name: string, object: T): T =>
    new Proxy(object, {
      get(target, key) {
        if (key in target || typeof key === 'symbol' || key === 'then') return Reflect.get(target, key) as unknown;
        throw new Error(`not provided by the stand-in: ${name}.${key}`);
      },
    });

  const listeners = new Map<string, { listener: Listener; once: boolean }[]>();
  const listen = (channel: string, listener: Listener, once: boolean): void => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), { listener, once }]);
  };
  const unlisten = (channel: string, listener: Listener): void => {
    const list = listeners.get(channel) ?? [];
    const at = list.findLastIndex((entry) => entry.listener === listener);
    listeners.set(channel, at < 0 ? list : list.toSpliced(at, 1));
  };
  const ipcRenderer = only('ipcRenderer', {
    send: (channel: string, ...args: unknown[]) => post({ kind: 'send', channel, args }),
    invoke: (channel: string, ...args: unknown[]) => ask((id) => ({ kind: 'invoke', id, channel, args })),
    on: (channel: string, listener: Listener) => (listen(channel, listener, false), ipcRenderer),
    once: (channel: string, listener: Listener) => (listen(channel, listener, true), ipcRenderer),
    off: (channel: string, listener: Listener) => (unlisten(channel, listener), ipcRenderer),
    removeListener: (channel: string, listener: Listener) => (unlisten(channel, listener), ipcRenderer),
  });

  // webUtils.getPathForFile answers at once, DevTools does not: events that bring files wait until their paths are known.
  const paths = new WeakMap<File, string>();
  const waitingFiles = new Map<number, File[]>();
  const again = new WeakSet<Event>();
  const learnPaths = async (files: File[]): Promise<void> => {
    const found = await ask<string[]>((id) => {
      waitingFiles.set(id, files);
      return { kind: 'files', id, count: files.length };
    });
    files.forEach((file, index) => paths.set(file, found[index] ?? ''));
  };
  const holdChoice = (event: Event): void => {
    const input = event.target;
    if (again.has(event) || !(input instanceof HTMLInputElement) || input.type !== 'file' || !input.files?.length)
      return;
    event.stopImmediatePropagation();
    if (event.type !== 'change') return; // `input` comes just before `change` and is told again with it
    void learnPaths([...input.files]).finally(() => {
      for (const type of ['input', 'change']) {
        const repeated = new Event(type, { bubbles: true, composed: type === 'input' });
        again.add(repeated);
        input.dispatchEvent(repeated);
      }
    });
  };
  window.addEventListener('input', holdChoice, true);
  window.addEventListener('change', holdChoice, true);
  window.addEventListener(
    'drop',
    (event) => {
      const dropped = event.dataTransfer?.files;
      if (again.has(event) || !event.isTrusted || !dropped?.length) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      const { target, clientX, clientY } = event;
      const files = [...dropped]; // the event's own list is emptied when its handlers end
      void learnPaths(files).finally(() => {
        const dataTransfer = new DataTransfer();
        for (const file of files) dataTransfer.items.add(file);
        const init = { bubbles: true, cancelable: true, composed: true, dataTransfer, clientX, clientY };
        const repeated = new DragEvent('drop', init);
        again.add(repeated);
        target?.dispatchEvent(repeated);
      });
    },
    true,
  );

  // A link clicked with the middle button or a key held would open a tab, which Chromium does not announce.
  const holdClick = (event: MouseEvent): void => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    const isBackground = event.button === 1 || event.ctrlKey || event.metaKey;
    if (!link?.href || event.defaultPrevented || event.button === 2 || !(isBackground || event.shiftKey)) return;
    event.preventDefault();
    const disposition = isBackground ? 'background-tab' : 'new-window';
    post({ kind: 'open', url: link.href, frameName: '', features: '', disposition });
  };
  window.addEventListener('click', holdClick);
  window.addEventListener('auxclick', holdClick);

  // The browser's own news of a title lags behind.
  let title = '';
  const tellTitle = (): void => {
    if (document.title === title) return;
    ({ title } = document);
    post({ kind: 'title', title });
  };
  document.addEventListener('DOMContentLoaded', () => {
    new MutationObserver(tellTitle).observe(document.head, { childList: true, subtree: true, characterData: true });
    tellTitle();
  });
  window.addEventListener('resize', () => post({ kind: 'resized' }));

  scope[binding] = {
    files: (id: number, index: number) => waitingFiles.get(id)?.[index],
    receive(text: string) {
      const message = codec.decode(text) as FromMain;
      if (message.kind === 'answer') {
        const waiting = asked.get(message.id);
        asked.delete(message.id);
        waitingFiles.delete(message.id);
        if (message.ok) waiting?.resolve(message.value as never);
        else waiting?.reject(message.value);
        return;
      }
      for (const { listener, once } of listeners.get(message.channel) ?? []) {
        if (once) unlisten(message.channel, listener);
        listener({ sender: ipcRenderer, ports: [] }, ...message.args);
      }
    },
  };

  const lent: Lent = {
    mayUse: (permission, details) => ask((id) => ({ kind: 'permission', id, permission, details, onlyCheck: false })),
    checks: (permission) => ask((id) => ({ kind: 'permission', id, permission, details: {}, onlyCheck: true })),
    opens: (url, frameName, features) =>
      post({ kind: 'open', url, frameName, features, disposition: features ? 'new-window' : 'foreground-tab' }),
    closes: () => post({ kind: 'close' }),
  };
  bridge.send('lend', lent);

  const electron = only('electron', {
    ipcRenderer,
    contextBridge: only('contextBridge', {
      exposeInMainWorld: (key: string, api: unknown) => bridge.send('expose', [key, api]),
    }),
    webUtils: only('webUtils', {
      getPathForFile(file: unknown): string {
        if (!(file instanceof File)) throw new TypeError('getPathForFile expected to receive a File object');
        return paths.get(file) ?? '';
      },
    }),
  });
  const require = (name: string): unknown => {
    if (name === 'electron' || name === 'electron/renderer') return electron;
    throw new Error(`not provided by the stand-in: require('${name}') in a preload script`);
  };
  if (!preload) return;
  try {
    const module = { exports: {} };
    preload(require, module, module.exports, Object.freeze(process));
  } catch (error) {
    console.error('Unable to load preload script', error);
    post({ kind: 'preload-error', error: error instanceof Error ? error : new Error(String(error)) });
  }
}
