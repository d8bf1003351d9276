/**
 * Previews by themselves, for tests: `#JSON` opens these files of the library over the whole window, `?fit=page` lays them under
 * one another as the review does, `?fit=chips` as a list of files does. Served by the app's own protocol handler, with the window's own policy.
 */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { setNonce } from 'get-nonce';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import type { FileRef } from '../../../src/core/wire.ts';
import { DesktopProvider } from '../../../src/renderer/desktop.tsx';
import { FileChip } from '../../../src/renderer/frame/FileChip.tsx';
import { Preview } from '../../../src/renderer/preview/Preview.tsx';
import { PreviewDialog } from '../../../src/renderer/preview/PreviewDialog.tsx';
import { resolveVariables, themeIn } from '../../../src/renderer/theme.ts';
import { LanguageProvider } from '../../../src/ui/language.tsx';
import '@mantine/core/styles.layer.css';
import '../../../src/renderer/theme.css';
import { PaperDesktop } from '../../gallery/page/paper-desktop.ts';

z.config({ jitless: true });
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
setNonce(nonce);

const query = new URLSearchParams(location.search);
const files = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '[]') as FileRef[];
const language = query.get('language') === 'en' ? 'en' : 'ru';
const scheme = query.get('theme') === 'dark' ? 'dark' : 'light';
const desktop = new PaperDesktop();
for (const file of files) desktop.library.add(file.sha256);
/** What of the desktop was called, by name. */
const called: string[] = [];
const call = desktop.call.bind(desktop);
desktop.call = (name, input) => {
  called.push(name);
  // As main answers for what is not known to be a document.
  if (name === 'library.open' && query.has('unopenable')) return Promise.resolve({ ok: false, code: 'not-allowed' });
  return call(name, input);
};
/** Beats while the window is alive: a thread that is held up beats late. */
let longestMs = 0;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  longestMs = Math.max(longestMs, now - last);
  last = now;
}, 20);
const harness = {
  called: () => called,
  draw: async (file: FileRef) => (await import('../../../src/renderer/preview/draw-thumbnail.ts')).drawThumbnail(file),
  /** The longest time that this thread did nothing else, since it was last asked. */
  heldUpMs: () => {
    const value = longestMs;
    longestMs = 0;
    return value;
  },
};
export type PreviewHarness = typeof harness;
Object.assign(window, { previews: harness });

function Shown() {
  const [at, setAt] = useState(0);
  const [isOpen, setOpen] = useState(true);
  if (query.get('fit') === 'chips')
    return (
      <main style={{ height: '100%', overflow: 'auto' }}>
        {files.map((file) => (
          <div key={file.fileId} style={{ height: 240 }}>
            <FileChip file={file} beside={files} />
          </div>
        ))}
      </main>
    );
  if (query.get('fit') === 'page')
    return (
      <div style={{ height: '100%', overflow: 'auto' }}>
        {files.map((file) => (
          <article key={file.fileId} aria-label={file.name} style={{ width: 900, margin: '16px auto' }}>
            <Preview file={file} fit="page" />
          </article>
        ))}
      </div>
    );
  if (!isOpen) return <p>closed</p>;
  return <PreviewDialog files={files} at={at} onMove={setAt} onClose={() => setOpen(false)} />;
}

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <DesktopProvider desktop={desktop}>
      <LanguageProvider language={language}>
        <MantineProvider
          theme={themeIn(language)}
          forceColorScheme={scheme}
          cssVariablesResolver={resolveVariables}
          getStyleNonce={() => nonce}
        >
          <Notifications />
          <Shown />
        </MantineProvider>
      </LanguageProvider>
    </DesktopProvider>,
  );
