/** Mounts one scene of the pupil's page: `?scene=NAME`; language and theme come from the browser, as for a pupil. */
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import { App } from '../../../src/student/App.tsx';
import '../../../src/student/student.css';
import type { PupilScene } from '../scene-list.ts';
import { STAGED_PUPILS } from './pupil-stage.ts';

z.config({ jitless: true });

const name = new URLSearchParams(location.search).get('scene') as PupilScene;
const root = document.getElementById('root');
if (root) createRoot(root).render(<App door={STAGED_PUPILS[name]()} />);
