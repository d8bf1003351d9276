// Promises: what structured clone can carry arrives on the other side the same (cycles, dates, maps, bytes, errors), and what
// it cannot carry throws the same DataCloneError as in Electron. Hides: the tagged JSON that a DevTools binding can transport.

export interface Codec {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/** Runs in Node and, sent as source text, in the preload's world: it may use nothing from outside itself. */
export function makeCodec(): Codec {
  type Json = null | boolean | number | string | Json[];
  interface Base64 {
    toBase64?(): string;
  }
  const fromBase64 = (Uint8Array as unknown as { fromBase64?(text: string): Uint8Array<ArrayBuffer> }).fromBase64;
  const ERRORS: Record<string, new (message: string) => Error> = {
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  };

  const textOf = (bytes: Uint8Array & Base64): string => bytes.toBase64?.() ?? Buffer.from(bytes).toString('base64');
  const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
    fromBase64?.(text) ?? new Uint8Array(Buffer.from(text, 'base64'));

  function write(root: unknown): Json {
    const seen = new Map<object, number>();
    const put = (value: unknown): Json => {
      switch (typeof value) {
        case 'string':
        case 'boolean':
          return value;
        case 'number':
          if (Object.is(value, -0)) return ['number', '-0'];
          return Number.isFinite(value) ? value : ['number', String(value)];
        case 'bigint':
          return ['bigint', String(value)];
        case 'undefined':
          return ['undefined'];
      }
      if (value === null) return null;
      const object = value as object;
      const known = seen.get(object);
      if (known !== undefined) return ['seen', known];
      seen.set(object, seen.size);
      if (Array.isArray(object)) return ['array', ...Array.from(object, put)];
      if (object instanceof Error) {
        const cause: Json[] = 'cause' in object ? [put(object.cause)] : [];
        return ['error', object.name, object.message, object.stack ?? '', ...cause];
      }
      if (ArrayBuffer.isView(object)) {
        const kind = Object.prototype.toString.call(object).slice(8, -1);
        return ['bytes', kind, textOf(new Uint8Array(object.buffer, object.byteOffset, object.byteLength))];
      }
      const kind = Object.prototype.toString.call(object).slice(8, -1);
      if (kind === 'ArrayBuffer') return ['bytes', kind, textOf(new Uint8Array(object as ArrayBuffer))];
      if (kind === 'Date') return ['date', put((object as Date).getTime())];
      if (kind === 'RegExp') return ['regexp', (object as RegExp).source, (object as RegExp).flags];
      if (kind === 'Map') return ['map', ...Array.from(object as Map<unknown, unknown>, ([k, v]) => [put(k), put(v)])];
      if (kind === 'Set') return ['set', ...Array.from(object as Set<unknown>, put)];
      if (kind !== 'Object') throw new Error(`not provided by the stand-in: a ${kind} in a message`);
      return ['object', ...Object.entries(object).map(([key, inner]) => [key, put(inner)])];
    };
    return put(root);
  }

  function read(root: Json): unknown {
    const seen: unknown[] = [];
    const get = (json: Json): unknown => {
      if (!Array.isArray(json)) return json;
      const [tag, ...rest] = json as [string, ...Json[]];
      if (tag === 'number') return Number(rest[0]);
      if (tag === 'bigint') return BigInt(rest[0] as string);
      if (tag === 'undefined') return undefined;
      if (tag === 'seen') return seen[rest[0] as number];
      const at = seen.push(undefined) - 1; // numbered in the order of writing, before what is inside
      const made = <T>(object: T): T => (seen[at] = object) as T;
      switch (tag) {
        case 'array': {
          const array = made<unknown[]>([]);
          for (const item of rest) array.push(get(item));
          return array;
        }
        case 'object': {
          const object = made({});
          for (const [key, inner] of rest as [string, Json][]) {
            // Not an assignment: a key named __proto__ must stay a key.
            Object.defineProperty(object, key, {
              value: get(inner),
              writable: true,
              enumerable: true,
              configurable: true,
            });
          }
          return object;
        }
        case 'map': {
          const map = made(new Map());
          for (const [key, inner] of rest as [Json, Json][]) map.set(get(key), get(inner));
          return map;
        }
        case 'set': {
          const set = made(new Set());
          for (const item of rest) set.add(get(item));
          return set;
        }
        case 'date':
          return made(new Date(get(rest[0] as Json) as number));
        case 'regexp':
          return made(new RegExp(rest[0] as string, rest[1] as string));
        case 'bytes': {
          const { buffer } = bytesOf(rest[1] as string);
          if (rest[0] === 'ArrayBuffer') return made(buffer);
          const Kind = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => unknown>)[
            rest[0] as string
          ];
          if (!Kind) break;
          return made(new Kind(buffer));
        }
        case 'error': {
          const [name, message, stack, cause] = rest as [string, string, string, Json | undefined];
          const error = made(new (ERRORS[name] ?? Error)(message));
          Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
          if (cause !== undefined)
            Object.defineProperty(error, 'cause', { value: get(cause), writable: true, configurable: true });
          return error;
        }
      }
      throw new Error(`unknown tag ${tag}`);
    };
    return get(root);
  }

  return {
    // The real structured clone goes first: it reads getters once, drops prototypes and refuses what Electron would refuse.
    encode: (value) => JSON.stringify(write(structuredClone(value))),
    decode: (text) => read(JSON.parse(text) as Json),
  };
}
