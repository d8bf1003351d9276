// Promises: in a utility process: process.parentPort, process.type, and the app's module as if it had been started itself;
// the process ends when the host has gone. Hides: Node's channel to the host.
import { EventEmitter } from 'node:events';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { guarded, notProvided } from './provided.ts';

// Nothing of Electron's own modules is provided here: an import of any of them fails by name.
registerHooks({
  resolve: (specifier, context, next) =>
    /^electron(\/|$)/.test(specifier)
      ? { url: 'data:text/javascript,', format: 'module', shortCircuit: true }
      : next(specifier, context),
});

class ParentPort extends EventEmitter {
  readonly #early: unknown[] = [];
  #isListening = false;

  constructor() {
    super();
    // What comes before the app listens waits for it, as in Electron.
    this.on('newListener', (name) => {
      if (name !== 'message' || this.#isListening) return;
      this.#isListening = true;
      queueMicrotask(() => this.#early.splice(0).forEach((data) => this.#tell(data)));
    });
    process.on('message', (data) => (this.#isListening ? this.#tell(data) : this.#early.push(data)));
    process.on('disconnect', () => process.exit(0));
  }

  #tell(data: unknown): void {
    this.emit('message', { data, ports: [] });
  }

  postMessage = (message: unknown, transfer?: unknown[]): void => {
    if (transfer?.length) notProvided('message ports');
    structuredClone(message);
    if (process.connected) process.send?.(message);
  };
}

const port = new ParentPort();
Object.defineProperty(process, 'parentPort', { value: guarded('process.parentPort', port) });
Object.defineProperty(process, 'type', { value: 'utility' });
process.argv.splice(1, 1); // this file: the app's module comes first, as in Electron
await import(pathToFileURL(process.argv[1] ?? '').href);
