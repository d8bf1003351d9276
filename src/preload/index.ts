/**
 * The bridge: `window.parta` and nothing else. Promises: one bundled file that runs in the sandbox; the page gets values,
 * never an Electron object, and cannot name a path. Everything is checked in main (main/ipc); this file only carries.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Desktop, DesktopAnswer } from './contract.ts';
import { CALL_CHANNEL, EVENT_CHANNEL, INTAKE_CALL, UPLOAD_CALL, intakeUrl } from './contract/channels.ts';

const refused = { ok: false, code: 'bad-request' } as const;

/** A file from the disk goes by its path; one that was made in the page (pasted, recorded) has none and goes as bytes. */
async function upload(serverId: string, files: readonly File[]): Promise<DesktopAnswer<unknown[]>> {
  const paths = files.map((file) => webUtils.getPathForFile(file));
  if (paths.every(Boolean)) return ipcRenderer.invoke(CALL_CHANNEL, UPLOAD_CALL, { serverId, paths });
  const chosen: unknown[] = [];
  for (const [index, file] of files.entries()) {
    const path = paths[index];
    const answer = path
      ? await ipcRenderer.invoke(CALL_CHANNEL, UPLOAD_CALL, { serverId, paths: [path] })
      : await fetch(intakeUrl(serverId, file.name), { method: 'PUT', body: file }).then((response) => response.json());
    if (!answer.ok) return answer;
    chosen.push(...(path ? answer.value : [answer.value]));
  }
  return { ok: true, value: chosen };
}

const desktop: Desktop<File> = {
  call: (name: string, input: unknown) =>
    name === UPLOAD_CALL || name === INTAKE_CALL
      ? Promise.resolve(refused)
      : ipcRenderer.invoke(CALL_CHANNEL, name, input),
  upload: upload as Desktop<File>['upload'],
  // What has no path (a picture dragged out of a page) is nothing that could be looked into.
  intake: (files) =>
    ipcRenderer.invoke(CALL_CHANNEL, INTAKE_CALL, {
      paths: files.map((file) => webUtils.getPathForFile(file)).filter(Boolean),
    }),
  on(name, listener) {
    const heard = (_event: unknown, of: string, value: Parameters<typeof listener>[0]) => {
      if (of === name) listener(value);
    };
    ipcRenderer.on(EVENT_CHANNEL, heard);
    return () => ipcRenderer.removeListener(EVENT_CHANNEL, heard);
  },
};
contextBridge.exposeInMainWorld('parta', desktop);
