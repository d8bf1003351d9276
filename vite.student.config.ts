// How the pupil's page is bundled: for the last browsers of old lab PCs, served by the hub over plain HTTP.
// Promises: out/student/index.html with files under assets/ (content-hashed, so that the hub may let them be cached for
// ever), relative URLs, no inline script, and a manifest by which the size of what loads at first is measured.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/student',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../out/student',
    emptyOutDir: true,
    target: ['chrome109', 'firefox115'],
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
});
