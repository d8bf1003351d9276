/** Works, handing in, the lesson and what is on its way: one part of the page, which comes after the tasks have been drawn. */
export { Orphans } from './Orphans.tsx';
export { HandoutFiles } from './HandoutFiles.tsx';
export { LessonBar } from './LessonBar.tsx';
export { Work } from './Work.tsx';
export { openHandedOut } from './handed-out.ts';
export { openKeptBytes } from './kept-bytes.ts';
export { watchAddresses } from './readdress.ts';
export { openUploads } from './upload.ts';
