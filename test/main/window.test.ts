import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ app: {}, session: {}, shell: {}, BrowserWindow: class {}, nativeTheme: {}, screen: {} }));
const { isAllowed, isOurPage, LINK_LENGTH_MAX, outsideLink } = await import('../../src/main/security.ts');
const { GRIP_HEIGHT, GRIP_WIDTH, MIN_HEIGHT, MIN_WIDTH, placeOnScreens } = await import('../../src/main/window.ts');

const area = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });
const saved = (x: number, y: number, width: number, height: number) => ({
  ...area(x, y, width, height),
  isMaximized: false,
});
const SCREEN = area(0, 0, 1920, 1040);

describe('where the window opens', () => {
  it('as it was, while a hand can reach its title', () => {
    expect(placeOnScreens(saved(100, 50, 1300, 700), [SCREEN])).toEqual(area(100, 50, 1300, 700));
    const second = area(1920, 0, 1280, 1024);
    expect(placeOnScreens(saved(2000, 10, 1100, 700), [SCREEN, second])).toEqual(area(2000, 10, 1100, 700));
    expect(placeOnScreens(saved(1920 - GRIP_WIDTH, 1040 - GRIP_HEIGHT, 1100, 700), [SCREEN])).toMatchObject({
      x: 1920 - GRIP_WIDTH,
    });
  });

  it.each([
    ['a screen that is gone', saved(2000, 10, 1100, 700)],
    ['above the screen', saved(100, -10, 1100, 700)],
    ['below it', saved(100, 1039, 1100, 700)],
    ['left of it', saved(-1090, 100, 1100, 700)],
    ['far away', saved(1e9, 1e9, 1100, 700)],
  ])('anew where it was on %s', (_where, place) => {
    expect(placeOnScreens(place, [SCREEN])).toEqual({ width: 1280, height: 800 });
  });

  it('never larger than the screen, never smaller than the least size', () => {
    expect(placeOnScreens(saved(0, 0, 5000, 5000), [SCREEN])).toEqual(area(0, 0, 1920, 1040));
    expect(placeOnScreens(saved(0, 0, 200, 200), [SCREEN])).toEqual(area(0, 0, MIN_WIDTH, MIN_HEIGHT));
    expect(placeOnScreens(null, [area(0, 0, 800, 600)])).toEqual({ width: MIN_WIDTH, height: MIN_HEIGHT });
    expect(placeOnScreens(null, [])).toEqual({ width: 1280, height: 800 });
  });
});

describe('what a page may do', () => {
  it.each([
    ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
    ['http://школа.рф/', new URL('http://школа.рф/').href],
    ['javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['file:///etc/passwd', null],
    ['smb://host/share', null],
    ['ms-msdt:/id', null],
    ['\\\\host\\share', null],
    ['https:\\\\host', null],
    ['https://bank.example@evil.example/', null],
    ['https://a b', null],
    ['https://a/\u0000', null],
    ['mailto:a@b', null],
    ['app://bundle/', null],
    ['', null],
    ['about:blank', null],
    [`https://a/${'x'.repeat(LINK_LENGTH_MAX)}`, null],
    ['mailto:anna.smirnova+7a@school1.ru', 'mailto:anna.smirnova+7a@school1.ru'],
    ['mailto:a@b.ru?attach=/etc/passwd', null],
    ['mailto:a@b.ru,c@d.ru', null],
    ['mailto:', null],
    ['mailto:a@b.ru%0abcc:c@d.ru', null],
  ])('the link %j opens as %j', (url, link) => {
    expect(outsideLink(url)).toBe(link);
  });

  it('stays on its own page', () => {
    expect(isOurPage('app://bundle/index.html#/review')).toBe(true);
    expect(isOurPage('app://bundle/')).toBe(true);
    for (const url of [
      'app://bundle/library/x/a.html',
      'app://other/index.html',
      'http://bundle/index.html',
      'file:///index.html',
      'x',
      '',
    ]) {
      expect(isOurPage(url)).toBe(false);
    }
  });

  it('copies to the clipboard, reaches hubs on the local network, and has no other right', () => {
    for (const permission of [
      'clipboard-sanitized-write',
      'local-network',
      'loopback-network',
      'local-network-access',
    ]) {
      expect(isAllowed(permission, 'app://bundle')).toBe(true);
      expect(isAllowed(permission, 'http://127.0.0.1')).toBe(false);
      expect(isAllowed(permission, '')).toBe(false);
    }
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'midi',
      'openExternal',
      'fileSystem',
      'hid',
    ]) {
      expect(isAllowed(permission, 'app://bundle')).toBe(false);
    }
  });

  it('lends the microphone to its own page, and the camera to nobody', () => {
    expect(isAllowed('media', 'app://bundle', ['audio'])).toBe(true);
    expect(isAllowed('media', 'http://127.0.0.1', ['audio'])).toBe(false);
    for (const media of [['video'], ['audio', 'video'], ['unknown'], []])
      expect(isAllowed('media', 'app://bundle', media)).toBe(false);
  });
});
