/** Works, handing in and what is on its way: one part of the page, which comes after the tasks have been drawn. */
export { Orphans } from './Orphans.tsx';
export { Work } from './Work.tsx';
export { openUploads } from './upload.ts';
