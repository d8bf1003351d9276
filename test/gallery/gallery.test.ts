/**
 * Every screen × state, in the two looks that differ most, and zoomed to 200 %; `npm run gallery` takes all eight. Two looks are
 * taken at once, each on a page of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGallery, take, zoomedLooks, type Look } from './pictures.ts';
import { SCENES, WIDTHS, type SceneName } from './scene-list.ts';

const LOOKS = (scene: SceneName): Look[] => {
  const widths = WIDTHS[SCENES[scene].on];
  return [
    { language: 'ru', theme: 'light', width: widths[0]! },
    { language: 'en', theme: 'dark', width: widths.at(-1)! },
    ...zoomedLooks(scene, { language: 'ru', theme: 'light' }),
    ...zoomedLooks(scene, { language: 'en', theme: 'dark' }),
  ];
};

let gallery: Awaited<ReturnType<typeof openGallery>>;
const folder = mkdtempSync(join(tmpdir(), 'parta-pictures-'));
beforeAll(async () => {
  gallery = await openGallery();
});
afterAll(async () => {
  await gallery.close();
  rmSync(folder, { recursive: true, force: true });
});

const cases = (Object.keys(SCENES) as SceneName[]).flatMap((scene) =>
  LOOKS(scene).map((look) => ({ scene, look, is: Object.values(look).join(' ') })),
);

test.concurrent.each(cases)(
  '$scene, $is: nothing clipped, nothing raw, nothing serious for axe',
  async ({ scene, look }) => {
    expect((await take(gallery, scene, look, folder)).faults).toEqual([]);
  },
);
