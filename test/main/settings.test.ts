// electron-store asks the `electron` package where it is; outside of Electron that package would start a download unless it is
// told where a binary would lie. Nothing there is run.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { heardLog, scratchDir } from './scratch.ts';

vi.hoisted(() => {
  process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/nowhere';
});
const { FILES, openStored } = await import('../../src/main/settings.ts');

const broken = (dir: string) => readdirSync(dir).filter((name) => name.includes('.broken-'));

describe('settings', () => {
  it('a new installation starts with the defaults, and each default fits its own schema', async () => {
    const settings = await openStored(scratchDir(), 'settings', heardLog().log);
    expect(settings.read('language')).toBe('ru');
    expect(settings.read('window')).toBeNull();
    for (const [schema, initial] of Object.values(FILES).flatMap((keys) => Object.values(keys))) {
      expect(schema.safeParse(initial).success).toBe(true);
    }
  });

  it('what was written is there after a start, for this user only', async () => {
    const dir = scratchDir();
    (await openStored(dir, 'settings', heardLog().log)).write({
      language: 'en',
      place: '/classes/x',
      theme: undefined,
    });
    const again = await openStored(dir, 'settings', heardLog().log);
    expect([again.read('language'), again.read('place'), again.read('theme')]).toEqual(['en', '/classes/x', 'system']);
    if (process.platform !== 'win32') expect(statSync(join(dir, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  it.each(['{"language":', '', '\0\0\0\0', '[]', 'null', '"text"'])(
    'a broken file %j is set aside, not deleted',
    async (text) => {
      const dir = scratchDir();
      const { log, events } = heardLog();
      writeFileSync(join(dir, 'settings.json'), text);
      const settings = await openStored(dir, 'settings', log);
      expect(settings.read('language')).toBe('ru');
      settings.write({ language: 'en' });
      expect((await openStored(dir, 'settings', log)).read('language')).toBe('en');
      expect(broken(dir)).toHaveLength(1);
      expect(readFileSync(join(dir, broken(dir)[0] ?? ''), 'utf8')).toBe(text);
      expect(events).toEqual(['settings-set-aside']);
    },
  );

  it('a file that is there and cannot be read stops the start, and lies where it lay', async () => {
    const dir = scratchDir();
    // To be opened, not to be read: EISDIR.
    mkdirSync(join(dir, 'servers.json'));
    const { log, events } = heardLog();
    await expect(async () => openStored(dir, 'servers', log)).rejects.toThrow('EISDIR');
    expect(readdirSync(dir)).toEqual(['servers.json']);
    expect(events).toEqual([]);
  });

  it('one broken value costs that value only, and a copy of the file is kept', async () => {
    const dir = scratchDir();
    const text = JSON.stringify({ language: 'tlh', theme: 'dark', railCollapsed: 'yes', unknown: 1 });
    writeFileSync(join(dir, 'settings.json'), text);
    const settings = await openStored(dir, 'settings', heardLog().log);
    expect([settings.read('language'), settings.read('theme'), settings.read('railCollapsed')]).toEqual([
      'ru',
      'dark',
      false,
    ]);
    expect(readFileSync(join(dir, broken(dir)[0] ?? ''), 'utf8')).toBe(text);
    settings.write({ language: 'en' });
    // A newer version's key outlives an older one.
    expect(JSON.parse(readFileSync(join(dir, 'settings.json'), 'utf8'))).toMatchObject({ unknown: 1 });
  });

  it('refuses to write what does not fit, and then keeps what was', async () => {
    const dir = scratchDir();
    const settings = await openStored(dir, 'settings', heardLog().log);
    expect(() => settings.write({ theme: 'dark', language: 'xx' as never })).toThrow('Invalid');
    expect(() => settings.write({ surprise: 1 } as never)).toThrow('no such key');
    expect(settings.read('theme')).toBe('system');
  });

  it('the list of servers is a file of its own: broken settings do not lose a sign-in', async () => {
    const dir = scratchDir();
    (await openStored(dir, 'servers', heardLog().log)).write({ embedded: { hubName: 'Школа', port: 8010 } });
    writeFileSync(join(dir, 'settings.json'), 'broken');
    await openStored(dir, 'settings', heardLog().log);
    const servers = await openStored(dir, 'servers', heardLog().log);
    expect(servers.read('embedded')).toEqual({ hubName: 'Школа', port: 8010 });
  });
});
