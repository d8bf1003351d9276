// The pupil's page begins. Promises: nothing is parsed with eval (CSP), the form is there before the engine is loaded.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import { App } from './App.tsx';
import { door } from './door.ts';

z.config({ jitless: true });

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App door={door} />
    </StrictMode>,
  );
