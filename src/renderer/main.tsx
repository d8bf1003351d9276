/**
 * Starts the teacher's window: reads the style nonce of this answer, then mounts {@link App} over the desktop that the
 * preload exposed and the real sync engine. The only place where the two are named; everything below takes them as props.
 */
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import { openClassStore } from '../client/class-store.ts';
import type { Desktop } from '../preload/contract.ts';
import { App } from './App.tsx';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './theme.css';

declare global {
  interface Window {
    readonly parta: Desktop<File>;
  }
}

// The content security policy allows no generated code.
z.config({ jitless: true });

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
setNonce(nonce);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <App desktop={window.parta} openStore={(options) => Promise.resolve(openClassStore(options))} nonce={nonce} />,
  );
}
