/**
 * Short JSON questions to a hub, before and beside the sockets: facts, signing in, joining. Promises: every answer is parsed
 * and bounded; whatever is not a hub (a captive portal, a printer, another site) is `not-a-hub` and never an exception of
 * its own kind. Each question has a connection of its own: one kept from before the hub's restart would fail the next
 * question. Hides: HTTP.
 */
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import * as z from 'zod/mini';
import { PartaError, type ErrorCode } from '../core/errors.ts';
import { answer, HubFacts, Nothing, PROTOCOL_FLOOR, PROTOCOL_VERSION } from '../core/wire.ts';

export const REQUEST_MS = 10_000;
/** No JSON answer of a hub's HTTP side comes near this. */
export const ANSWER_BYTES_MAX = 1_000_000;

export interface HubRequest {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  ticket?: string;
  timeoutMs?: number;
}

/**
 * @param base the hub's origin, as `http://192.168.1.5:8010`
 * @throws PartaError `hub-unreachable`, `not-a-hub`, or the code that the hub answered
 */
export async function askHub<T extends z.core.$ZodType>(
  base: string,
  path: string,
  schema: T,
  { method = 'GET', body, ticket, timeoutMs = REQUEST_MS }: HubRequest = {},
): Promise<z.infer<T>> {
  const sent = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const url = new URL(path, base);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const options: RequestOptions = {
    method,
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      accept: 'application/json',
      ...(ticket === undefined ? {} : { authorization: `Bearer ${ticket}` }),
      ...(sent === null ? {} : { 'content-type': 'application/json', 'content-length': sent.length }),
    },
  };
  let text: string;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // A captive portal answers by sending the browser elsewhere: nobody follows here.
      const request = send(url, options, resolve).on('error', reject);
      request.end(sent ?? undefined);
    });
    text = await boundedText(response);
  } catch (error) {
    throw error instanceof PartaError ? error : new PartaError('hub-unreachable', { cause: error });
  }
  const parsed = z.safeParse(answer(schema), parseJson(text));
  if (!parsed.success) throw new PartaError('not-a-hub');
  const heard = parsed.data as { ok: true; value: z.infer<T> } | { ok: false; code: PartaError['code'] };
  if (!heard.ok) throw new PartaError(heard.code);
  return heard.value;
}

/** Who answers there. @throws PartaError `unknown-protocol` where the hub and this app have no protocol in common */
export async function hubFacts(base: string, timeoutMs = REQUEST_MS): Promise<HubFacts> {
  const facts = await askHub(base, '/api/hub', HubFacts, { timeoutMs });
  if (facts.protocol < PROTOCOL_FLOOR || facts.floor > PROTOCOL_VERSION) throw new PartaError('unknown-protocol');
  return facts;
}

async function boundedText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > ANSWER_BYTES_MAX) throw new PartaError('not-a-hub');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The code in a hub's JSON answer; null where there is none. */
export function codeIn(body: string): ErrorCode | null {
  const parsed = z.safeParse(answer(Nothing), parseJson(body));
  return parsed.success && !parsed.data.ok ? parsed.data.code : null;
}

/** What a bare status means where the body says nothing. */
export function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'signed-out';
  if (status === 403) return 'not-allowed';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 413) return 'too-large';
  if (status === 409 || status === 423 || status === 429 || status === 503) return 'busy';
  if (status === 507) return 'disk-full';
  if (status >= 300 && status < 400) return 'not-a-hub';
  return status >= 500 ? 'internal' : 'bad-request';
}
