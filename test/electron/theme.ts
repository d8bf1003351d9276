// Promises: nativeTheme whose source the pages really follow (prefers-color-scheme). Hides: media emulation per page.
import type { NativeTheme } from 'electron';
import type { Session } from './devtools.ts';
import { Guarded } from './provided.ts';

class StandInTheme
  extends Guarded
  implements Pick<NativeTheme, 'shouldUseDarkColors' | 'shouldUseHighContrastColors' | 'themeSource'>
{
  readonly shouldUseHighContrastColors = false;
  readonly #pages = new Set<Session>();
  #source: NativeTheme['themeSource'] = 'system';

  constructor() {
    super('nativeTheme');
  }

  /** The system of the stand-in is light. */
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark';
  }

  get themeSource(): NativeTheme['themeSource'] {
    return this.#source;
  }

  set themeSource(source: NativeTheme['themeSource']) {
    if (!['system', 'light', 'dark'].includes(source))
      throw new TypeError(`Error processing argument: ${String(source)}`);
    const wasDark = this.shouldUseDarkColors;
    this.#source = source;
    for (const page of this.#pages) void this.dress(page);
    if (wasDark !== this.shouldUseDarkColors) this.emit('updated');
  }

  /** Makes a page follow the theme from now on. */
  async dress(page: Session): Promise<void> {
    this.#pages.add(page);
    const value = this.#source === 'system' ? 'light' : this.#source;
    const features = [{ name: 'prefers-color-scheme', value }];
    await page.send('Emulation.setEmulatedMedia', { features }).catch(() => this.#pages.delete(page));
  }
}

export const nativeTheme = new StandInTheme();
