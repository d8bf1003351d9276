const { contextBridge, ipcRenderer, webUtils } = require('electron');

const attempt = (action) => {
  try {
    return action();
  } catch (error) {
    return error.message;
  }
};

contextBridge.exposeInMainWorld('probe', {
  add: (a, b) => a + b,
  twice: (callback) => callback(20) * 2,
  counter: () => {
    let count = 0;
    return { next: () => ++count };
  },
  boom: () => {
    throw new RangeError('sync boom');
  },
  later: async (value) => ({ value }),
  fails: async () => {
    throw new RangeError('async boom');
  },
  same: (value) => value,
  echo: (value) => ipcRenderer.invoke('echo', value),
  fail: () => ipcRenderer.invoke('fail'),
  nobody: () => ipcRenderer.invoke('nobody'),
  who: () => ipcRenderer.invoke('who'),
  knock: (...args) => ipcRenderer.send('knock', ...args),
  onTold: (listener) => {
    const wrapped = (_, value) => listener(value);
    ipcRenderer.on('told', wrapped);
    return () => ipcRenderer.off('told', wrapped);
  },
  pathFor: (file) => webUtils.getPathForFile(file),
  pathsFor: (files) => files.map((file) => webUtils.getPathForFile(file)),
  info: {
    sandboxed: process.sandboxed,
    isolated: process.contextIsolated,
    platform: process.platform,
    deep: { list: [1, { x: 2 }] },
  },
  missing: [
    attempt(() => ipcRenderer.sendSync('x')),
    attempt(() => contextBridge.exposeInIsolatedWorld(1, 'x', {})),
    attempt(() => require('node:fs')),
    attempt(() => require('electron').webFrame),
  ],
});
