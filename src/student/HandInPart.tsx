/** Handing in and what is on its way: one part of the page, which comes after the tasks have been drawn. */
export { HandIn } from './HandIn.tsx';
export { Orphans } from './Orphans.tsx';
export { Sending } from './Sending.tsx';
export { openUploads } from './upload.ts';
