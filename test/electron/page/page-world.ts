// Promises: in the page's own world, before its scripts: objects the preload exposes appear on `window`; calls that ask for a
// permission ask main first; window.open and window.close go to main. Hides: the wrappers around the browser's functions.
import type { Bridge } from './bridge.ts';

/** What the preload's world lends to this one. */
export interface Lent {
  mayUse(permission: string, details: object): Promise<boolean>;
  checks(permission: string): Promise<void>;
  opens(url: string, frameName: string, features: string): void;
  closes(): void;
}

type MakeBridge = (
  carrier: HTMLInputElement,
  side: 'page' | 'preload',
  receive: Record<string, (value: never) => void>,
) => Bridge;

/** Sent as source text: it may use nothing from outside itself. `secret` names the one event that hands the carrier over. */
export function pageWorld(secret: string, makeBridge: MakeBridge): void {
  if (window.parent !== window) return;

  const once = (event: Event): void => {
    event.stopImmediatePropagation();
    const carrier = (event as MouseEvent).relatedTarget as HTMLInputElement;
    makeBridge(carrier, 'page', {
      expose: ([key, api]: [string, unknown]) => {
        if (Object.hasOwn(window, key))
          throw new Error('Cannot bind an API on top of an existing property on the window object');
        Object.defineProperty(window, key, { value: api, enumerable: true, configurable: false, writable: false });
      },
      lend,
    });
  };
  window.addEventListener(secret, once, { once: true, capture: true });

  function lend(main: Lent): void {
    type Method = (this: unknown, ...args: never[]) => unknown;
    /** Replaces a method by one that lets `before` run first; the original then meets the browser's own permission. */
    const wrap = (owner: object | undefined, name: string, before: (args: unknown[]) => Promise<unknown>): void => {
      const original = owner && (Reflect.get(owner, name) as Method | undefined);
      if (!original) return;
      Object.defineProperty(owner, name, {
        configurable: true,
        writable: true,
        async value(this: unknown, ...args: never[]) {
          await before(args);
          return original.apply(this, args);
        },
      });
    };
    const asks = (
      owner: object | undefined,
      names: string[],
      permission: string,
      details?: (args: unknown[]) => object,
    ): void => {
      for (const name of names) wrap(owner, name, (args) => main.mayUse(permission, details?.(args) ?? {}));
    };
    asks(globalThis.MediaDevices?.prototype, ['getUserMedia'], 'media', ([wanted]) => ({
      mediaTypes: ['video', 'audio'].filter((type) => (wanted as Record<string, unknown> | undefined)?.[type]),
    }));
    asks(globalThis.Clipboard?.prototype, ['read', 'readText'], 'clipboard-read');
    asks(globalThis.Clipboard?.prototype, ['write', 'writeText'], 'clipboard-sanitized-write');
    asks(globalThis.StorageManager?.prototype, ['persist'], 'persistent-storage');
    asks(globalThis.WakeLock?.prototype, ['request'], 'screen-wake-lock');
    asks(globalThis.Notification, ['requestPermission'], 'notifications');
    asks(navigator, ['requestMIDIAccess'], 'midi');
    wrap(globalThis.Permissions?.prototype, 'query', ([wanted]) =>
      main.checks((wanted as PermissionDescriptor | undefined)?.name ?? ''),
    );
    // Full screen has no browser permission to set, so the refusal is ours.
    wrap(Element.prototype, 'requestFullscreen', async () => {
      if (!(await main.mayUse('fullscreen', {}))) throw new TypeError('Permissions check failed');
    });
    const { geolocation } = navigator;
    const whenAllowed =
      (
        method: (...args: Parameters<Geolocation['getCurrentPosition']>) => unknown,
      ): Geolocation['getCurrentPosition'] =>
      (...args) =>
        void main.mayUse('geolocation', {}).then(() => method.apply(geolocation, args));
    geolocation.getCurrentPosition = whenAllowed(geolocation.getCurrentPosition);
    geolocation.watchPosition = () => {
      throw new Error('not provided by the stand-in: geolocation.watchPosition');
    };
    if (navigator.mediaDevices) {
      navigator.mediaDevices.getDisplayMedia = () =>
        Promise.reject(new DOMException('Not supported', 'NotSupportedError'));
    }
    // The stand-in knows only refused windows, and a refused one is null.
    window.open = (url = '', frameName = '', features = '') => {
      main.opens(new URL(url, document.baseURI).href, frameName, features);
      return null;
    };
    window.close = () => main.closes();
  }
}
