// `npm run gallery`: every screen × state as a picture, in both languages and themes, 1024 and 1440 wide (a pupil's 360), the chat's also zoomed to 200 %, into
// gallery-output/ with an index.html. Exit code 1 where a picture is missing or something on it is wrong; `npm run gallery --
// chat review-pdf` takes these scenes only. The last line on stdout is one JSON object.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { looksOf, openGallery, take, type Picture } from '../../test/gallery/pictures.ts';
import { SCENES, type SceneName } from '../../test/gallery/scene-list.ts';
import { ROOT } from '../suites.ts';

const PAGES_AT_ONCE = 2;

const folder = join(ROOT, 'gallery-output');
const wanted = process.argv.slice(2);
const scenes = (Object.keys(SCENES) as SceneName[]).filter((scene) => wanted.length === 0 || wanted.includes(scene));
if (wanted.length === 0) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const gallery = await openGallery();
const left = scenes.flatMap((scene) => looksOf(scene).map((look) => ({ scene, look })));
const pictures: Picture[] = [];
async function worker() {
  for (let next = left.shift(); next; next = left.shift()) {
    const picture = await take(gallery, next.scene, next.look, folder);
    pictures.push(picture);
    for (const fault of picture.faults) console.error(`✗ ${basename(picture.file)}: ${fault}`);
  }
}
await Promise.all(Array.from({ length: PAGES_AT_ONCE }, worker));
await gallery.close();

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const figure = ({ file, faults }: Picture) => {
  const name = basename(file);
  const faulty = faults.map((fault) => `<li>${escape(fault)}</li>`).join('');
  return `<figure><a href="${name}"><img loading="lazy" src="${name}" alt="${name}"></a><figcaption>${name}</figcaption><ul>${faulty}</ul></figure>`;
};
const order = (a: Picture, b: Picture) => a.file.localeCompare(b.file);
const sections = scenes.map(
  (scene) =>
    `<h2>${scene}</h2>${pictures
      .filter((picture) => picture.scene === scene)
      .sort(order)
      .map(figure)
      .join('')}`,
);
const style =
  'body{font:14px system-ui;margin:24px}figure{display:inline-block;margin:8px;width:420px;vertical-align:top}img{width:100%;border:1px solid #bbb}ul{color:#b00}';
writeFileSync(
  join(folder, 'index.html'),
  `<!doctype html><meta charset="utf-8"><title>Parta: gallery</title><style>${style}</style><h1>Parta: gallery</h1>${sections.join('\n')}`,
);

const faulty = pictures.filter((picture) => picture.faults.length > 0);
console.log(
  JSON.stringify({
    ok: faulty.length === 0,
    pictures: pictures.length,
    faulty: faulty.length,
    folder: 'gallery-output',
  }),
);
process.exitCode = faulty.length === 0 && pictures.length > 0 ? 0 : 1;
