/** Windows' mark of the Web: programs open what bears it protected, whatever way it left Parta. */
import { writeFile } from 'node:fs/promises';

/**
 * Marks a file as coming from elsewhere; disks that know no such marks, as sticks', do without.
 * @param platform as `process.platform`
 */
export async function markForeign(path: string, platform: string): Promise<void> {
  if (platform === 'win32')
    await writeFile(`${path}:Zone.Identifier`, '[ZoneTransfer]\r\nZoneId=3\r\n').catch(() => {});
}
