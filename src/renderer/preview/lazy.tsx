/** The door to previews: everything behind it is fetched when the first file is shown. */
import { lazy, Suspense } from 'react';
import type { PreviewProps } from './Preview.tsx';
import type { Shown as ShownFiles } from '../frame/FileStage.tsx';

const Shown = lazy(() => import('./Preview.tsx').then(({ Preview }) => ({ default: Preview })));
const Dialog = lazy(() => import('./PreviewDialog.tsx').then((module) => ({ default: module.PreviewDialog })));

/** See Preview.tsx. */
export const LazyPreview = (props: PreviewProps) => (
  <Suspense fallback={<div aria-busy />}>
    <Shown {...props} />
  </Suspense>
);

/** See PreviewDialog.tsx. */
export const LazyPreviewDialog = (props: ShownFiles) => (
  <Suspense fallback={<div aria-busy />}>
    <Dialog {...props} />
  </Suspense>
);
