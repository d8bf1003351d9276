/** Which script a kind's frame runs and which worker it is given, as built addresses. Fetched with the first preview. */
import type { Reading } from './frame-words.ts';
import pdfSandbox from './frame/pdf-sandbox.ts?worker&url';
import sandbox from './frame/sandbox.ts?worker&url';
import heicWorker from './parse/heic-worker.ts?worker&url';
import officeWorker from './parse/office-worker.ts?worker&url';
import plainWorker from './parse/plain-worker.ts?worker&url';
import { PDF_WORKER_URL } from './pdf-assets.ts';

interface Program {
  script: string;
  /** null where the frame shows the bytes itself. */
  worker: string | null;
}

const PROGRAMS: Readonly<Record<Reading, Program>> = {
  docx: { script: sandbox, worker: officeWorker },
  odt: { script: sandbox, worker: officeWorker },
  xlsx: { script: sandbox, worker: officeWorker },
  text: { script: sandbox, worker: plainWorker },
  zip: { script: sandbox, worker: plainWorker },
  heic: { script: sandbox, worker: heicWorker },
  picture: { script: sandbox, worker: null },
  pdf: { script: pdfSandbox, worker: PDF_WORKER_URL },
};

/** The address of a frame's document; main/preview-frame answers it. */
export function frameUrl(reading: Reading): string {
  const { pathname, search } = new URL(PROGRAMS[reading].script, location.href);
  return `/preview/?script=${encodeURIComponent(pathname + search)}`;
}

export async function workerCode(reading: Reading, signal: AbortSignal): Promise<ArrayBuffer | null> {
  const { worker } = PROGRAMS[reading];
  if (worker === null) return null;
  const answer = await fetch(worker, { signal });
  if (!answer.ok) throw new Error('a worker is missing');
  return answer.arrayBuffer();
}
