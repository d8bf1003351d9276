/** Mounts one scene of the teacher's window: `?scene=NAME&language=ru&theme=dark`. */
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import type { Language } from '../../../src/preload/contract.ts';
import { App } from '../../../src/renderer/App.tsx';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '../../../src/renderer/theme.css';
import { SCENES, type Scene, type TeacherScene } from '../scene-list.ts';
import { STAGED } from './stage.ts';

z.config({ jitless: true });

const query = new URLSearchParams(location.search);
const name = query.get('scene') as TeacherScene;
const staged = STAGED[name]();
staged.desktop.settings.language = query.get('language') as Language;
staged.desktop.settings.theme = query.get('theme') as 'light' | 'dark';

const { path }: Scene = SCENES[name];
if (path) location.hash = path.replace(':log', staged.logId).replace(':assignment', staged.assignmentId);

const root = document.getElementById('root');
if (root) createRoot(root).render(<App desktop={staged.desktop} openStore={() => Promise.resolve(staged.store)} />);
