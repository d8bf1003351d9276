/**
 * The one door between the page and main. Promises: only the main frame of our window on our own address is heard; a call
 * that is not in the contract, or whose input does not parse, runs nothing; what leaves is parsed as well; an error leaves as
 * a code of the closed list, never as words or a stack. Nobody else imports `ipcMain`.
 */
import { ipcMain, type IpcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import * as z from 'zod/mini';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import {
  CALLS,
  EVENTS,
  type CallInput,
  type CallName,
  type CallOutput,
  type EventName,
  type EventValue,
} from '../preload/contract.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from '../preload/contract/channels.ts';
import type { Log } from './log.ts';
import { OUR_ORIGIN, originOf } from './security.ts';

export type Handlers = {
  [K in CallName]: (input: CallInput<K>) => CallOutput<K> | Promise<CallOutput<K>>;
};
type Answer = { ok: true; value: unknown } | { ok: false; code: ErrorCode };

export interface Door {
  /** Tells our window; nobody hears it while there is none. */
  tell<K extends EventName>(name: K, value: EventValue<K>): void;
}

export interface DoorOptions {
  /** The page of our window; null while there is none. */
  page(): WebContents | null;
  handlers: Handlers;
  log: Log;
  ipc?: Pick<IpcMain, 'handle'>;
}

export function openDoor({ page, handlers, log, ipc = ipcMain }: DoorOptions): Door {
  ipc.handle(CALL_CHANNEL, async (event, name: unknown, input: unknown): Promise<Answer> => {
    if (!isOurs(event, page())) {
      log.write('call-refused');
      return { ok: false, code: 'not-allowed' };
    }
    if (!isCallName(name)) return { ok: false, code: 'bad-request' };
    return answer(name, input, handlers, log);
  });
  return {
    tell(name, value) {
      const contents = page();
      if (!contents || contents.isDestroyed()) return;
      const parsed = z.safeParse(EVENTS[name], value);
      if (parsed.success) contents.send(EVENT_CHANNEL, name, parsed.data);
      else log.write('output-refused');
    },
  };
}

async function answer(name: CallName, input: unknown, handlers: Handlers, log: Log): Promise<Answer> {
  const given = z.safeParse(CALLS[name].input, input);
  if (!given.success) return { ok: false, code: 'bad-request' };
  try {
    const handler = handlers[name] as (input: unknown) => unknown;
    const made = z.safeParse(CALLS[name].output, await handler(given.data));
    if (made.success) return { ok: true, value: made.data };
    log.write('output-refused', { call: name });
    return { ok: false, code: 'internal' };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'internal') log.failure('call-failed', error, { call: name });
    return { ok: false, code };
  }
}

/** `parent === null` is the main frame; a frame that is gone already has no right to an answer. */
function isOurs(event: IpcMainInvokeEvent, page: WebContents | null): boolean {
  const frame = event.senderFrame;
  return (
    page !== null &&
    frame !== null &&
    event.sender.id === page.id &&
    frame.parent === null &&
    originOf(frame.url) === OUR_ORIGIN
  );
}

const isCallName = (name: unknown): name is CallName => typeof name === 'string' && Object.hasOwn(CALLS, name);
