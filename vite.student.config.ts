// How the pupil's page is bundled: for the last browsers of old lab PCs, served by the hub over plain HTTP.
// Promises: out/student/index.html with files under assets/ (content-hashed, so that the hub may let them be cached for
// ever), relative URLs, no inline script, and a manifest by which the size of what loads at first is measured.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The client speaks WebSocket only (src/client/transport.ts): polling and WebTransport need not be sent to a phone. */
const webSocketOnly: Plugin = {
  name: 'parta:web-socket-only',
  load: {
    filter: { id: /engine\.io-client\/build\/esm\/transports\/index\.js$/ },
    handler: () => "import { WS } from './websocket.js';\nexport const transports = { websocket: WS };",
  },
};

export default defineConfig({
  root: 'src/student',
  base: './',
  plugins: [react(), webSocketOnly],
  resolve: {
    alias: [
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
    // The transports left out bring listeners of their own, which would keep them in.
    rolldownOptions: { treeshake: { moduleSideEffects: [{ test: /engine\.io-client\/build\//, sideEffects: false }] } },
  },
});
