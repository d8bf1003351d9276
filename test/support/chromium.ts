/** The system's Chromium for pages in tests, quiet: it asks nothing of the network by itself. */
import { existsSync } from 'node:fs';

const PLACES = [
  process.env['PARTA_CHROMIUM'],
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** @throws Error where no Chromium is installed */
export function chromiumPath(): string {
  const found = PLACES.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) throw new Error('No Chromium here. On Debian: apt-get install chromium');
  return found;
}

/** What Playwright turns off by itself: of two such switches Chromium hears the last alone. */
const OFF_ANYWAY = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];
/** Lists under an address bar that nobody sees: drawing them cost as much as the page itself, for every page. */
const POPUPS = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];
export const turnOff = (...features: string[]) =>
  `--disable-features=${[...OFF_ANYWAY, ...POPUPS, ...features].join(',')}`;

export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  turnOff(),
];

/** In a C locale Chromium can neither open nor name a file that is not ASCII; people's computers have a UTF-8 one. */
export const CHROMIUM_ENV = { ...(process.env as Record<string, string>), LC_ALL: 'C.UTF-8' };

/** Pupils' pages open the hub by a name, as on a LAN: a loopback address is a secure context and hides what plain HTTP lacks. */
export const HUB_HOST = 'hub.test';
/** The name of a hub on its network is answered by mDNS elsewhere. */
export const LAN_HOST = 'parta.local';
export const hubHostFlag = `--host-resolver-rules=MAP ${HUB_HOST} 127.0.0.1, MAP ${LAN_HOST} 127.0.0.1`;
