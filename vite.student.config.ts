// How the pupil's page is bundled: for the last browsers of old lab PCs, served by the hub over plain HTTP.
// Promises: out/student/index.html with files under assets/ (content-hashed, so that the hub may let them be cached for
// ever), relative URLs, no inline script, and a manifest by which the size of what loads at first is measured.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** With these, and all that they stand on, the page can show the form and then the tasks. */
const FIRST = /src\/student\/(?:App\.tsx|door\.ts)$|node_modules\/(?:react|react-dom|scheduler)\//;

export default defineConfig({
  root: 'src/student',
  base: './',
  plugins: [react()],
  resolve: {
    alias: [
      // A seventh of the original, for this page alone.
      { find: /^socket\.io-client$/, replacement: fileURLToPath(new URL('./src/student/socket.ts', import.meta.url)) },
      // Dexie's main entry is its ES5 build behind a wrapper; every browser named below runs the modern one.
      {
        find: /^dexie$/,
        replacement: fileURLToPath(new URL('./node_modules/dexie/dist/modern/dexie.mjs', import.meta.url)),
      },
    ],
  },
  build: {
    outDir: '../../out/student',
    emptyOutDir: true,
    target: ['chrome109', 'firefox115'],
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: {
      // What the form shares with later parts comes in one file: gzip packs one better than six.
      output: { codeSplitting: { groups: [{ name: 'first', test: FIRST }] } },
    },
  },
});
