// The parts that need no window: the codec, the guard, the command line, the choice of the shell.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chromiumArguments } from '../chromium.ts';
import { chooseShell, shellLine } from '../launch.ts';
import { makeCodec } from '../page/codec.ts';
import { Guarded, absent, guarded, refuseUnknown } from '../provided.ts';
import { newProfile, removeProfile } from './probe.ts';

describe('codec', () => {
  const { encode, decode } = makeCodec();
  const there = (value: unknown): unknown => decode(encode(value));

  test('carries what structured clone carries', () => {
    const value = {
      text: 'ё\u0000\u2028',
      numbers: [0, -0, 1.5, Number.NaN, Infinity, 10n],
      nothing: [null, undefined],
      date: new Date(5),
      expression: /a+/gi,
      map: new Map<unknown, unknown>([[{ key: 1 }, new Set([1, 'two'])]]),
      bytes: [new Uint8Array([0, 255]), new Float64Array([1.5]), new ArrayBuffer(3)],
      sparse: { '': 1, 'a.b': 2 },
    };
    expect(there(value)).toStrictEqual(structuredClone(value));
  });

  test('keeps cycles, shared objects, errors, and a key named __proto__', () => {
    const shared = { x: 1 };
    const value: Record<string, unknown> = { one: shared, two: shared };
    value.self = value;
    const back = there(value) as typeof value;
    expect(back.self).toBe(back);
    expect(back.one).toBe(back.two);

    const error = there(new RangeError('far', { cause: new TypeError('why') })) as RangeError;
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('far');
    expect(error.cause).toBeInstanceOf(TypeError);

    const hostile = there(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.keys(hostile)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(hostile)).toBe(Object.prototype);
  });

  test('a view is carried with its own bytes, not with its buffer', () => {
    const view = new Uint8Array(new ArrayBuffer(8), 2, 3).fill(7);
    expect(there(view)).toStrictEqual(new Uint8Array([7, 7, 7]));
  });

  test('refuses what Electron refuses', () => {
    for (const value of [() => 1, Symbol('x'), Promise.resolve(), new WeakMap()])
      expect(() => encode({ value })).toThrow(/could not be cloned/);
  });
});

describe('guard', () => {
  test('what is not there throws by name, to read, to set and to call', () => {
    const object = guarded<{ there: number; gone?: number }>('thing', { there: 1 });
    expect(object.there).toBe(1);
    expect(() => object.gone).toThrow('not provided by the stand-in: thing.gone');
    expect(() => (object.gone = 1)).toThrow('not provided by the stand-in: thing.gone');
  });

  test('an emitter is its own guard: `this`, the outside and event listeners see one object', () => {
    class Thing extends Guarded {
      readonly #secret = 7;
      readonly self = this;
      reveal(): number {
        return this.#secret;
      }
    }
    const thing = new Thing('Thing');
    expect(thing.self).toBe(thing);
    expect(thing.reveal()).toBe(7);
    expect(thing.on('x', () => {})).toBe(thing);
    expect(() => (thing as unknown as { missing(): void }).missing()).toThrow('Thing.missing');
  });

  test('can be awaited and put into JSON like any object', async () => {
    const object = guarded('thing', { a: 1 });
    await expect(Promise.resolve(object)).resolves.toBe(object);
    expect(JSON.stringify(object)).toBe('{"a":1}');
  });

  test('an absent export throws as function, class and object; unknown options throw', () => {
    const Tray = absent('Tray') as unknown as { new (): object; (): void; x: number };
    expect(() => new Tray()).toThrow('not provided by the stand-in: Tray');
    expect(() => Tray()).toThrow('Tray');
    expect(() => Tray.x).toThrow('Tray.x');
    expect(() => refuseUnknown('BrowserWindow', { frame: false }, ['width'])).toThrow("BrowserWindow option 'frame'");
  });
});

test('switches: the later one wins, lists are joined, the stand-in keeps its own', () => {
  const first: [string, string][] = [
    ['lang', 'ru'],
    ['disable-features', 'A,B'],
    ['password-store', 'basic'],
    ['inspect', '0'],
  ];
  const second: [string, string][] = [
    ['disable-features', 'C'],
    ['password-store', 'gnome'],
    ['no-sandbox', ''],
  ];
  expect(chromiumArguments(first, second)).toEqual([
    '--disable-features=A,B,C',
    '--password-store=gnome',
    '--no-sandbox',
  ]);
});

describe('choice of the shell', () => {
  let root: string;
  beforeEach(() => {
    root = newProfile();
  });
  afterEach(() => removeProfile(root));

  const put = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const putBinary = (): void => {
    put('node_modules/electron/path.txt', 'electron');
    put('node_modules/electron/dist/electron', '');
  };

  test('Electron where its binary is present, else the stand-in, with the reason that was recorded', () => {
    expect(chooseShell({}, root).shell).toBe('stand-in');
    const { version } = JSON.parse(readFileSync('node_modules/electron/package.json', 'utf8')) as { version: string };
    const refused = { version, at: '2026-01-31T00:00:00Z', reason: 'answer 403' };
    put('.parta/shell.json', JSON.stringify({ shell: 'stand-in', why: 'refused', refused }));
    expect(shellLine(chooseShell({}, root))).toMatch(/stand-in.*answer 403/);
    putBinary();
    expect(chooseShell({}, root).shell).toBe('electron');
    expect(chooseShell({ PARTA_SHELL: 'stand-in' }, root).shell).toBe('stand-in');
  });

  test('a demanded Electron never falls back; an unknown name is refused', () => {
    expect(() => chooseShell({ PARTA_SHELL: 'electron' }, root)).toThrow(/PARTA_SHELL=electron/);
    expect(() => chooseShell({ PARTA_SHELL: 'chrome' }, root)).toThrow(/chrome/);
    putBinary();
    expect(chooseShell({ PARTA_SHELL: 'electron' }, root).shell).toBe('electron');
  });

  test('a path.txt without the binary is no Electron', () => {
    put('node_modules/electron/path.txt', 'electron');
    expect(chooseShell({}, root).shell).toBe('stand-in');
  });
});
