// How the teacher's app is bundled: main (five entries: the app, the embedded hub, its two writer threads, the thread that seals portfolios), the sandboxed
// preload (one CommonJS file, nothing beside it), and the window's page. Libraries of main stay in node_modules.
// Promises: out/main/{index,hub,store-writer,file-writer,portfolio-worker}.js, out/preload/index.cjs, out/renderer/index.html; no inline script anywhere.
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          index: 'src/main/index.ts',
          hub: 'src/hub/embedded.ts',
          'store-writer': 'src/hub/store-writer.ts',
          'portfolio-worker': 'src/main/portfolio-worker.ts',
          'file-writer': 'src/hub/file-writer.ts',
        },
        // Chunks lie beside the entries: code that finds its neighbour by import.meta.url must not change folder.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
      sourcemap: true,
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload can require nothing but electron: everything else is bundled into the one file.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      emptyOutDir: true,
      // Absolute: `dev` would look for it below root, `build` below the project.
      rolldownOptions: { input: { index: resolve('src/renderer/index.html') } },
      // A data: URL would need a hole in the content security policy.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 2000,
      minify: true,
      modulePreload: { polyfill: false },
    },
  },
});
